import { unreachable } from "./exhaustive.ts";
import { LIMITS, type RetryPolicy } from "./task.ts";

/**
 * How long to wait after charged attempt number `attempt` (1 is the first) failed, in whole ms:
 * never more than `maxMs`, and with full jitter anything from 0 to that delay.
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  const delay = Math.min(undampedMs(policy, attempt), policy.maxMs);
  switch (policy.jitter) {
    case "none":
      return Math.round(delay);
    case "full":
      return Math.round(delay * random());
    default:
      return unreachable(policy.jitter);
  }
}

/** The delay that task code asked for with `RetryAfter`, held inside what a schedule may be. */
export function requestedDelayMs(retryAfterMs: number): number {
  if (Number.isNaN(retryAfterMs)) return 0;
  return Math.round(Math.min(Math.max(retryAfterMs, 0), LIMITS.delayMs));
}

/**
 * One policy out of partial ones, the most specific first, over the complete `base` that comes
 * last: `mergeRetry(submission.retry, definition.retry, DEFAULTS.retry)`.
 */
export function mergeRetry(
  ...policies: [...(Partial<RetryPolicy> | null | undefined)[], RetryPolicy]
): RetryPolicy {
  const candidates: readonly (Partial<RetryPolicy> | null | undefined)[] = policies;
  const first = <K extends keyof RetryPolicy>(name: K): RetryPolicy[K] => {
    for (const policy of candidates) {
      const value = policy?.[name];
      if (value !== undefined) return value;
    }
    throw new TypeError(`Cannot merge retry policies: the base has no ${name}`);
  };
  return {
    maxAttempts: first("maxAttempts"),
    backoff: first("backoff"),
    initialMs: first("initialMs"),
    factor: first("factor"),
    maxMs: first("maxMs"),
    jitter: first("jitter"),
  };
}

function undampedMs({ backoff, initialMs, factor }: RetryPolicy, attempt: number): number {
  if (initialMs === 0) return 0; // 0 × Infinity, after many attempts, would be NaN
  switch (backoff) {
    case "fixed":
      return initialMs;
    case "linear":
      return initialMs * attempt;
    case "exponential":
      return initialMs * factor ** (attempt - 1);
    default:
      return unreachable(backoff);
  }
}
