/**
 * A rate limit as a token bucket: it holds at most `limit` starts, loses one with each, and gains them
 * evenly, `limit` in `perMs`. So a span of time sees at most `limit` starts, plus those that are gained
 * in it. A clock that is set forward gives one full bucket at most; one that is set back gives nothing
 * and takes nothing: the bucket goes on from the new time.
 */
import type { RateLimit } from "./task.ts";

/** How much of a rate limit was left at a time. */
export interface TokenBucket {
  /** Starts that are allowed; what is behind the point is on its way to the next one. */
  readonly tokens: number;
  /** Epoch ms. */
  readonly at: number;
}

/** What sums of parts may lack of a whole token. */
const ROUNDING = 1e-9;

/** The bucket of a limit that was just set. */
export function fullBucket({ limit }: RateLimit, now: number): TokenBucket {
  return { tokens: limit, at: now };
}

/** The bucket with what it has gained by `now`. */
export function refill(bucket: TokenBucket, { limit, perMs }: RateLimit, now: number): TokenBucket {
  const gained = Math.max(0, now - bucket.at) * (limit / perMs);
  return { tokens: Math.min(limit, bucket.tokens + gained), at: now };
}

/** How many starts a refilled bucket allows. */
export function wholeTokens({ tokens }: TokenBucket): number {
  return Math.floor(tokens + ROUNDING);
}

/** The bucket after `count` starts, which it must have allowed. */
export function take(bucket: TokenBucket, count: number): TokenBucket {
  if (count > wholeTokens(bucket)) {
    throw new Error(`${count} starts taken from a bucket of ${bucket.tokens}`);
  }
  return { ...bucket, tokens: Math.max(0, bucket.tokens - count) };
}

/** When a refilled bucket allows one start more than now. */
export function nextTokenAt(bucket: TokenBucket, { limit, perMs }: RateLimit): number {
  const missing = wholeTokens(bucket) + 1 - bucket.tokens;
  return bucket.at + Math.ceil(missing * (perMs / limit));
}

/**
 * The bucket when its limit is changed: what it had gained under the old limit, cut to the new one.
 * So a changed limit allows no start that neither of the two would.
 */
export function changeLimit(
  bucket: TokenBucket | null,
  { from, to, now }: {
    readonly from: RateLimit | null;
    readonly to: RateLimit | null;
    readonly now: number;
  },
): TokenBucket | null {
  if (to === null) return null;
  if (bucket === null || from === null) return fullBucket(to, now);
  const { tokens } = refill(bucket, from, now);
  return { tokens: Math.min(tokens, to.limit), at: now };
}
