import { defaultQueue, type QueueConfig } from "../domain/task.ts";

interface Bucket {
  tokens: number;
  at: number;
}

/** Settings of the queues that have any, and how much of their rate limit is left. */
export class QueueTable {
  readonly #queues = new Map<string, QueueConfig>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(queues: readonly QueueConfig[]) {
    for (const queue of queues) this.#queues.set(queue.name, queue);
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
    this.#buckets.delete(queue.name);
  }

  all(): readonly QueueConfig[] {
    return [...this.#queues.values()];
  }

  /** True when an end in the queue can let another task of it start. */
  isLimited(name: string): boolean {
    const queue = this.#queues.get(name);
    return queue !== undefined && (queue.concurrency !== null || queue.keyConcurrency !== null);
  }

  /** How many starts the rate limit leaves at `now`, and when there is one again if there is none. */
  rateAllowance(name: string, now: number): { readonly count: number; readonly nextAt: number } {
    const limit = this.#queues.get(name)?.rateLimit;
    if (!limit) return { count: Infinity, nextAt: now };
    const tokens = this.#refilled(name, limit, now);
    const perToken = limit.perMs / limit.limit;
    return { count: Math.floor(tokens), nextAt: now + Math.ceil((1 - (tokens % 1)) * perToken) };
  }

  /** Takes `count` starts from the rate limit; after their commit. */
  spend(name: string, count: number, now: number): void {
    const limit = this.#queues.get(name)?.rateLimit;
    if (!limit) return;
    this.#buckets.set(name, { tokens: this.#refilled(name, limit, now) - count, at: now });
  }

  #refilled(name: string, limit: { limit: number; perMs: number }, now: number): number {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) return limit.limit;
    const gained = Math.max(0, now - bucket.at) * (limit.limit / limit.perMs);
    return Math.min(limit.limit, bucket.tokens + gained);
  }
}
