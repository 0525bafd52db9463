import type { RateLimit } from "../domain/task.ts";
import {
  fullBucket,
  nextTokenAt,
  refill,
  take,
  type TokenBucket,
  wholeTokens,
} from "../domain/token_bucket.ts";
import type { Commit } from "./commit.ts";

interface Budget {
  readonly limit: RateLimit;
  /** As of this commit's time. */
  bucket: TokenBucket;
  changed: boolean;
}

/**
 * The rate limits of the queues that a transaction claims from: read once, from the store, and written
 * once, where something started. Queues without a limit cost nothing.
 */
export class RateBudgets {
  readonly #commit: Commit;
  readonly #budgets: ReadonlyMap<string, Budget>;

  private constructor(commit: Commit, budgets: ReadonlyMap<string, Budget>) {
    this.#commit = commit;
    this.#budgets = budgets;
  }

  /** Reads, and locks, what is left of the limits of `queues`. */
  static async load(commit: Commit, queues: Iterable<string>): Promise<RateBudgets> {
    const limits = new Map<string, RateLimit>();
    for (const name of queues) {
      const { rateLimit } = commit.queueNamed(name);
      if (rateLimit !== null) limits.set(name, rateLimit);
    }
    const budgets = new Map<string, Budget>();
    if (limits.size === 0) return new RateBudgets(commit, budgets);
    const { tx, now } = commit;
    const buckets = await tx.loadQueueRates([...limits.keys()]);
    for (const [name, limit] of limits) {
      const kept = buckets.get(name) ?? fullBucket(limit, now);
      // A clock that was set back: the bucket has to gain from the new time on, used or not.
      budgets.set(name, { limit, bucket: refill(kept, limit, now), changed: kept.at > now });
    }
    return new RateBudgets(commit, budgets);
  }

  /** How many starts the queue's limit leaves; Infinity without a limit. */
  left(queue: string): number {
    const budget = this.#budgets.get(queue);
    return budget === undefined ? Infinity : wholeTokens(budget.bucket);
  }

  /** Takes `count` starts, which `left` must have allowed. */
  take(queue: string, count: number): void {
    const budget = this.#budgets.get(queue);
    if (budget === undefined || count === 0) return;
    budget.bucket = take(budget.bucket, count);
    budget.changed = true;
  }

  /** Sees to it that the queue is looked at again as soon as its limit leaves one more start. */
  awaitNext(queue: string): void {
    const budget = this.#budgets.get(queue);
    if (budget === undefined) return;
    this.#commit.effects.wake(nextTokenAt(budget.bucket, budget.limit));
    this.#commit.effects.throttled.add(queue);
  }

  /** Writes what has changed. */
  async save(): Promise<void> {
    const changed = [...this.#budgets].filter(([, { changed }]) => changed)
      .map(([queue, { bucket }]) => ({ queue, bucket }));
    if (changed.length === 0) return;
    await this.#commit.tx.saveQueueRates(changed);
    for (const { queue, bucket } of changed) this.#commit.effects.rates.set(queue, bucket);
  }
}
