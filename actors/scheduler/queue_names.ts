import { refuse, type Result } from "../domain/error.ts";
import { LIMITS } from "../domain/task.ts";
import type { Commit } from "./commit.ts";
import type { Effects } from "./effects.ts";

export interface QueueNamesOptions {
  /** Names that the store knew at the start. */
  readonly stored: readonly string[];
  /** Names that are never refused: those that definitions and settings say. */
  readonly always: readonly string[];
}

/** Once full, the store is asked at most so often which names it has no task of any more. */
const REREAD_MS = 60_000;

/**
 * The names of queues. Each has counters for good, which are read as a whole, and clients choose them:
 * so there is a limit. It is kept in memory, where it costs a submission one look at a set.
 */
export class QueueNames {
  readonly #always: Set<string>;
  #names: Set<string>;
  #readAt = -Infinity;

  constructor({ stored, always }: QueueNamesOptions) {
    this.#always = new Set(always);
    this.#names = new Set([...always, ...stored]);
  }

  /** Takes the names that a commit has brought, by tasks or by settings. */
  committed({ newQueues, queues }: Pick<Effects, "newQueues" | "queues">): void {
    for (const name of newQueues) this.#names.add(name);
    for (const { name } of queues) {
      this.#always.add(name);
      this.#names.add(name);
    }
  }

  /** True for a name that is known, or for which there is room; the commit's new ones count. */
  admits(name: string, { effects }: Pick<Commit, "effects">): boolean {
    if (this.#names.has(name)) return true;
    const { newQueues } = effects;
    const hasRoom = this.#names.size + newQueues.size < LIMITS.queueNames;
    if (hasRoom) newQueues.add(name);
    return hasRoom || newQueues.has(name);
  }

  /** Makes room, where there is none, by forgetting names whose tasks are all deleted. */
  async makeRoom({ tx, now }: Pick<Commit, "tx" | "now">): Promise<void> {
    if (this.#names.size < LIMITS.queueNames || now - this.#readAt < REREAD_MS) return;
    this.#readAt = now;
    this.#names = new Set([...this.#always, ...await tx.queueNames()]);
  }
}

/** Refuses a task whose queue would be one too many. */
export function tooManyQueues(id: string, queue: string, pointer = "/queue"): Result<never> {
  return refuse(
    "invalid_argument",
    "too_many_queues",
    `Cannot submit task "${id}": there are ${LIMITS.queueNames} queues, which is the limit, and ` +
      `"${queue}" is not one of them; use one of those, with a concurrencyKey where tasks are to ` +
      "take turns, or delete all tasks of a queue that is not needed",
    { subject: queue, errors: [{ pointer, message: "would be one queue too many" }] },
  );
}
