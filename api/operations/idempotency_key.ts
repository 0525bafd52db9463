/** The key that makes a request without ids safe to repeat. */
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import type { OperationCall } from "./operation.ts";

const KEY = /^[\x21-\x7e]{1,200}$/;

/** The `Idempotency-Key`, joined with the subject that it belongs to; null without one. */
export function readIdempotencyKey(
  { idempotencyKey: key, subject }: Pick<OperationCall, "idempotencyKey" | "subject">,
): Result<string | null> {
  if (key === null) return ok(null);
  if (KEY.test(key)) return ok(JSON.stringify([subject, key]));
  const message = "must be 1 to 200 visible ASCII characters";
  return refuse(
    "invalid_argument",
    "invalid_idempotency_key",
    `Cannot accept the request: the Idempotency-Key ${message}`,
    { errors: [{ pointer: "", message: `Idempotency-Key ${message}` }] },
  );
}
