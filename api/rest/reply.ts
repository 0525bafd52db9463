/** How answers are written: JSON, and refusals as RFC 9457 problems. */
import type { ErrorData, Result } from "../../actors/domain/error.ts";
import type { JsonText } from "../../actors/protocol.ts";
import { ERROR_STATUS } from "../error_status.ts";
import type { Problem } from "../schema.ts";

const JSON_HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};
const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // Tells proxies of nginx's kind to pass events on at once.
  "x-accel-buffering": "no",
};
const PROBLEM_HEADERS = { ...JSON_HEADERS, "content-type": "application/problem+json" };

/** An answer with `value` as JSON. */
export function json(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...headers },
  });
}

/** An answer whose JSON is written already. */
export function written(text: JsonText): Response {
  return new Response(text, { headers: JSON_HEADERS });
}

/** Server-sent events as `source` gives them, at the watcher's pace; null for their headers alone. */
export function eventStream(source: UnderlyingDefaultSource<Uint8Array> | null): Response {
  // No queue: what there is to say is looked up when the watcher takes it.
  const body = source && new ReadableStream(source, { highWaterMark: 0 });
  return new Response(body, { headers: EVENT_STREAM_HEADERS });
}

/** An answer without a body. */
export function noContent(): Response {
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
}

/** A refusal in the form that clients see, alone or inside a batch's answer. */
export function problemOf(error: ErrorData): Problem {
  const { http, title } = ERROR_STATUS[error.code];
  return {
    type: "about:blank",
    title,
    status: http,
    detail: error.message,
    code: error.reason,
    ...(http === 422 ? { errors: [...error.errors ?? []] } : undefined),
  };
}

/** The answer to a refused request. */
export function problem(
  error: ErrorData,
  headers?: Readonly<Record<string, string>>,
): Response {
  const body = problemOf(error);
  const response = new Response(JSON.stringify(body), {
    status: body.status,
    headers: { ...PROBLEM_HEADERS, ...headers },
  });
  if (error.code === "unauthenticated") response.headers.set("www-authenticate", "Bearer");
  if (error.retryAfterMs !== undefined || body.status === 503) {
    const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 1_000) / 1_000));
    response.headers.set("retry-after", String(seconds));
  }
  return response;
}

/** The answer to `result`: what `write` makes of its value, or the problem. */
export function answer<T>(result: Result<T>, write: (value: T) => Response): Response {
  return result.ok ? write(result.value) : problem(result.error);
}
