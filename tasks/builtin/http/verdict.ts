/** What the status of an answer means for the attempt. */
import { NonRetryableError, RetryAfter, type TaskValue } from "../../sdk/mod.ts";
import { excerpt } from "./body.ts";
import type { FollowedAnswer } from "./follow.ts";

/** What a later try may change: the server was busy, away, or had lost its patience. */
const PASSING: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
/** A server's wish for a longer pause is followed up to a day. */
const RETRY_AFTER_MAX_MS = 86_400_000;
const EXCERPT_LENGTH = 500;

export interface VerdictOptions {
  /** The request in words, for errors. */
  readonly what: string;
  readonly okStatus: readonly number[];
  /** Epoch ms. */
  readonly now: number;
}

/**
 * The error that an answer is; null for one that is what was asked for.
 *
 * @returns `RetryAfter` or a plain error where another attempt may go better, else one without retry.
 */
export function errorOf(
  { status, statusText, headers }: Pick<FollowedAnswer, "status" | "statusText" | "headers">,
  body: TaskValue,
  { what, okStatus, now }: VerdictOptions,
): Error | null {
  if (status >= 200 && status < 300 || okStatus.includes(status)) return null;
  const said = excerpt(body, EXCERPT_LENGTH);
  const text = `${what} was answered ${status}${statusText && ` ${statusText}`}` +
    (said === "" ? "" : `: ${said}`);
  if (!PASSING.includes(status)) return new NonRetryableError(text);
  const delayMs = retryAfterMs(headers["retry-after"], now);
  return delayMs === null ? new Error(text) : new RetryAfter(delayMs, text);
}

/** `Retry-After` as seconds or a date, in ms from `now`; null when there is none to be read. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const delayMs = /^\s*\d{1,15}\s*$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - now;
  return Number.isNaN(delayMs) ? null : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, delayMs));
}
