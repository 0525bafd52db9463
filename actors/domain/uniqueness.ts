/** Which submissions count as the same work, and what keeps another one of them out. */
import { contentHash } from "./content_hash.ts";
import type { TaskRecord, TaskStatus } from "./task.ts";

/** The statuses of a task that has not ended. */
export const LIVE_STATUSES: readonly TaskStatus[] = ["scheduled", "blocked", "pending", "running"];

/** Beside which other task of the same work a submission makes none. */
export interface Uniqueness {
  /** A string of the client's own that is part of what has to be equal; null: there is none. */
  readonly key: string | null;
  /** What has to be equal beside the key: method and arguments, or the method alone. */
  readonly by: "args" | "method";
  /** How long after its creation a task keeps others out, in ms; null: as long as there is one. */
  readonly withinMs: number | null;
  /** The statuses in which a task keeps others out; never empty. */
  readonly states: readonly TaskStatus[];
}

/**
 * What two submissions share when they are the same work. `method` is the name of the definition, so
 * that its aliases are one method; `args` is the JSON text of the arguments. A queue is no part of it.
 */
export function uniqueHash(
  { method, args }: { readonly method: string; readonly args: string },
  { key, by }: Pick<Uniqueness, "key" | "by">,
): string {
  return contentHash({ method, key, args: by === "args" ? JSON.parse(args) : undefined });
}

/** The newest of `holders`, tasks of the same work, that keeps a submission at `now` out; null: none does. */
export function findHolder(
  holders: readonly TaskRecord[],
  { withinMs, states }: Pick<Uniqueness, "withinMs" | "states">,
  now: number,
): TaskRecord | null {
  let newest: TaskRecord | null = null;
  for (const task of holders) {
    const keepsOut = states.includes(task.status) &&
      (withinMs === null || now - task.createdAt < withinMs);
    if (keepsOut && (newest === null || task.num > newest.num)) newest = task;
  }
  return newest;
}
