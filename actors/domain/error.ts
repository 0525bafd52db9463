/** The canonical codes of a refusal. `api/error_status.ts` maps each to HTTP and gRPC, once. */
export type ErrorCode =
  | "invalid_argument"
  | "malformed"
  | "unauthenticated"
  | "permission_denied"
  | "not_found"
  | "already_exists"
  | "failed_precondition"
  | "payload_too_large"
  | "unsupported_media_type"
  | "resource_exhausted"
  | "rate_limited"
  | "unavailable"
  | "deadline_exceeded"
  | "internal";

/** One faulty place of a request: an RFC 6901 pointer into it, and what is wrong there. */
export interface FieldError {
  readonly pointer: string;
  readonly message: string;
}

/** A refusal as plain data, because errors lose their class and fields between isolates. */
export interface ErrorData {
  readonly code: ErrorCode;
  /** The precise cause in snake_case, stable for clients: `unknown_method`, `cycle`, … */
  readonly reason: string;
  /** What could not be done, why, and what to do. */
  readonly message: string;
  readonly errors?: readonly FieldError[];
  /** The id, key or name that the refusal is about, where there is one. */
  readonly subject?: string;
  /** For `unavailable`, `rate_limited` and `resource_exhausted`: when to try again, in ms. */
  readonly retryAfterMs?: number;
}

/** What an expected outcome looks like everywhere: a value, or a refusal as data. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ErrorData };

/** A caller's mistake or a passing condition, thrown; `data` is what crosses to another isolate. */
export class DtaskError extends Error {
  override readonly name = "DtaskError";
  readonly data: ErrorData;

  constructor(data: ErrorData) {
    super(data.message);
    this.data = data;
  }
}

/** Wraps `value` as the successful outcome. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Builds the refusal of `code` for `reason`, with the text that the caller reads. */
export function refuse(
  code: ErrorCode,
  reason: string,
  message: string,
  more: Pick<ErrorData, "errors" | "retryAfterMs" | "subject"> = {},
): { readonly ok: false; readonly error: ErrorData } {
  return { ok: false, error: { code, reason, message, ...more } };
}
