import type { QueueRow, Snapshot } from "./snapshot.ts";

interface Bucket {
  readonly limit: number;
  readonly perMs: number;
  tokens: number;
  at: number;
}

/** Shares of a token that may be lost in rounding. */
const ROUNDING = 0.01;

/** Counts starts in queues with a rate limit, over restarts, by a bucket of its own. */
export class RateWitness {
  readonly #buckets = new Map<string, Bucket>();

  /** What is wrong with the starts of a commit at `at`, epoch ms; null where nothing is. */
  look(before: Snapshot, now: Snapshot, at: number): string | null {
    const starts = new Map<string, number>();
    for (const [key, { num }] of now.runs) {
      const queue = now.tasks.get(num)?.queue;
      if (queue === undefined || before.runs.has(key)) continue;
      starts.set(queue, (starts.get(queue) ?? 0) + 1);
    }
    for (const queue of now.queues.values()) {
      const bucket = this.#bucketOf(queue, at);
      if (bucket === null) continue;
      const gained = Math.max(0, at - bucket.at) * bucket.limit / bucket.perMs;
      bucket.tokens = Math.min(bucket.limit, bucket.tokens + gained) -
        (starts.get(queue.name) ?? 0);
      bucket.at = at;
      if (bucket.tokens < -ROUNDING) {
        return `${queue.name} has started ${-bucket
          .tokens} more than ${bucket.limit} in ${bucket.perMs} ms`;
      }
    }
    return null;
  }

  /** A limit that is new begins with a full bucket. */
  #bucketOf({ name, rate_limit, rate_per_ms }: QueueRow, at: number): Bucket | null {
    if (rate_limit === null || rate_per_ms === null) {
      this.#buckets.delete(name);
      return null;
    }
    const known = this.#buckets.get(name);
    if (known?.limit === rate_limit && known.perMs === rate_per_ms) return known;
    const bucket = { limit: rate_limit, perMs: rate_per_ms, tokens: rate_limit, at };
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
