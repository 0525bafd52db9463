import type { TaskRecord, TaskStatus } from "../domain/task.ts";
import { findHolder, uniqueHash } from "../domain/uniqueness.ts";
import type { Submission } from "../protocol.ts";
import type { Commit } from "./commit.ts";

/** Who holds what the submissions of a commit ask to be the only ones of; nothing where none does. */
export class UniqueTasks {
  /** The hash of each submission that asks for it. */
  readonly #hashes: ReadonlyMap<Submission, string>;
  /** Tasks by hash: those that existed, and those made since. */
  readonly #holders: Map<string, readonly TaskRecord[]>;

  private constructor(
    hashes: ReadonlyMap<Submission, string>,
    holders: Map<string, readonly TaskRecord[]>,
  ) {
    this.#hashes = hashes;
    this.#holders = holders;
  }

  static async find(
    { tx, context: { methods } }: Commit,
    items: readonly Submission[],
  ): Promise<UniqueTasks> {
    const hashes = new Map<Submission, string>();
    const states = new Set<TaskStatus>();
    for (const item of items) {
      if (item.unique === undefined) continue;
      const method = methods.findAnywhere(item.method, item.mode);
      if (method === null) continue; // refused for that
      const work = { method: method.definition.name, args: item.args };
      hashes.set(item, uniqueHash(work, item.unique));
      for (const state of item.unique.states) states.add(state);
    }
    if (hashes.size === 0) return new UniqueTasks(hashes, new Map());
    const found = await tx.findUnique([...new Set(hashes.values())], [...states]);
    return new UniqueTasks(hashes, new Map(found));
  }

  /** The task beside which `item` makes none. */
  holderOf(item: Submission, now: number): TaskRecord | null {
    const hash = this.#hashes.get(item);
    if (hash === undefined || item.unique === undefined) return null;
    return findHolder(this.#holders.get(hash) ?? [], item.unique, now);
  }

  /** What the task that `item` makes is to be stored with: nothing for most. */
  hashOf(item: Submission): { readonly uniqueHash?: string } | undefined {
    const uniqueHash = this.#hashes.get(item);
    return uniqueHash === undefined ? undefined : { uniqueHash };
  }

  /** Takes note of the task that `item` has made. */
  made(item: Submission, task: TaskRecord): void {
    const hash = this.#hashes.get(item);
    if (hash === undefined) return;
    this.#holders.set(hash, [...this.#holders.get(hash) ?? [], task]);
  }
}
