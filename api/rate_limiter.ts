/** A bucket of tokens for each subject: so many requests a second, and as many at once. */
import { LRUCache } from "lru-cache";
import { type ErrorData, refuse } from "../actors/domain/error.ts";

/** Where a subject stands after a request. */
export interface RateDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** Whole requests that are left now. */
  readonly remaining: number;
  /** Until the next one is allowed (0 if one is), and until the bucket is full. */
  readonly retryAfterMs: number;
  readonly resetMs: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const SUBJECTS_MAX = 10_000;

/** Limits requests a second by subject; subjects not seen for long are forgotten, with full buckets. */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #buckets = new LRUCache<string, Bucket>({ max: SUBJECTS_MAX });

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Takes a token of `subject`'s at `now` (epoch ms), if there is one. */
  take(subject: string, now: number): RateDecision {
    const limit = this.#perSecond;
    const bucket = this.#buckets.get(subject) ?? { tokens: limit, at: now };
    const passedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(limit, bucket.tokens + passedMs * limit / 1_000);
    bucket.at = now;
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    this.#buckets.set(subject, bucket);
    return {
      allowed,
      limit,
      remaining: Math.floor(bucket.tokens),
      retryAfterMs: bucket.tokens >= 1 ? 0 : Math.ceil((1 - bucket.tokens) * 1_000 / limit),
      resetMs: Math.ceil((limit - bucket.tokens) * 1_000 / limit),
    };
  }
}

/** The refusal of a request that was not allowed. */
export function tooManyRequests({ retryAfterMs }: Pick<RateDecision, "retryAfterMs">): ErrorData {
  return refuse(
    "rate_limited",
    "rate_limited",
    "Cannot take the request: this token's subject sends too many a second; slow down",
    { retryAfterMs },
  ).error;
}

/** The decision as headers: the standard's draft, and the older three that most clients read. */
export function rateHeaders(decision: RateDecision): Readonly<Record<string, string>> {
  const { limit, remaining } = decision;
  const reset = String(Math.ceil(decision.resetMs / 1_000));
  return {
    "ratelimit-policy": `"subject";q=${limit};w=1`,
    "ratelimit": `"subject";r=${remaining};t=${reset}`,
    "ratelimit-limit": String(limit),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": reset,
  };
}
