/** The store's verbs for rate limits. */
import type { TokenBucket } from "../../domain/token_bucket.ts";

/** The bucket of a queue's rate limit. */
export interface QueueRate {
  readonly queue: string;
  readonly bucket: TokenBucket;
}

/** What is left of rate limits, in a write transaction. A limit without a bucket was never used: it is full. */
export interface QueueRateWriter {
  /** The buckets of those of `queues` that have one; locked, in order of the name. */
  loadQueueRates(queues: readonly string[]): Promise<ReadonlyMap<string, TokenBucket>>;
  /** Writes the buckets, whether they were there or not. */
  saveQueueRates(rates: readonly QueueRate[]): Promise<void>;
  /** Forgets the bucket of a queue that has no rate limit any more. */
  deleteQueueRate(queue: string): Promise<void>;
}
