/** What a submission says in its headers. */
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import { normalizeTraceparent } from "../../actors/telemetry/trace_context.ts";
import type { Call } from "./route.ts";

const KEY = /^[\x21-\x7e]{1,200}$/;

/** The `Idempotency-Key`, joined with the subject that it belongs to; null without one. */
export function readIdempotencyKey({ request, principal }: Call): Result<string | null> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return ok(null);
  if (KEY.test(key)) return ok(JSON.stringify([principal.subject, key]));
  const message = "must be 1 to 200 visible ASCII characters";
  return refuse(
    "invalid_argument",
    "invalid_idempotency_key",
    `Cannot accept the request: the Idempotency-Key ${message}`,
    { errors: [{ pointer: "", message: `Idempotency-Key ${message}` }] },
  );
}

/** The caller's trace context where it is well-formed; any other is as good as none. */
export function traceparentOf(request: Request): string | null {
  const text = request.headers.get("traceparent");
  return text === null ? null : normalizeTraceparent(text);
}
