import { defaultQueue, type QueueConfig } from "../domain/task.ts";
import {
  fullBucket,
  nextTokenAt,
  refill,
  type TokenBucket,
  wholeTokens,
} from "../domain/token_bucket.ts";

/**
 * Settings of the queues that have any, and how much of their rate limits was left, as it was last
 * committed. What may start is decided on the store's word, in the transaction: see `rate_budgets.ts`.
 */
export class QueueTable {
  readonly #queues = new Map<string, QueueConfig>();
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(
    queues: readonly QueueConfig[],
    buckets: ReadonlyMap<string, TokenBucket> = new Map(),
  ) {
    for (const queue of queues) this.#queues.set(queue.name, queue);
    for (const [name, bucket] of buckets) this.#buckets.set(name, bucket);
  }

  get(name: string): QueueConfig {
    return this.#queues.get(name) ?? defaultQueue(name);
  }

  get size(): number {
    return this.#queues.size;
  }

  has(name: string): boolean {
    return this.#queues.has(name);
  }

  set(queue: QueueConfig): void {
    this.#queues.set(queue.name, queue);
  }

  /** Takes the bucket of a queue's rate limit; null where the limit is gone. */
  setRate(name: string, bucket: TokenBucket | null): void {
    if (bucket === null) this.#buckets.delete(name);
    else this.#buckets.set(name, bucket);
  }

  all(): readonly QueueConfig[] {
    return [...this.#queues.values()];
  }

  /** True when an end in the queue can let another task of it start. */
  isLimited(name: string): boolean {
    const queue = this.#queues.get(name);
    return queue !== undefined && (queue.concurrency !== null || queue.keyConcurrency !== null);
  }

  /** How many starts the rate limit leaves at `now`, and when it leaves one more. */
  rateAllowance(name: string, now: number): { readonly count: number; readonly nextAt: number } {
    const limit = this.#queues.get(name)?.rateLimit;
    if (!limit) return { count: Infinity, nextAt: now };
    const bucket = refill(this.#buckets.get(name) ?? fullBucket(limit, now), limit, now);
    return { count: wholeTokens(bucket), nextAt: nextTokenAt(bucket, limit) };
  }
}
