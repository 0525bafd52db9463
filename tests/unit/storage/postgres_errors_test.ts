import assert from "node:assert/strict";
import { ConstraintError, StoreUnavailableError } from "../../../actors/storage/port.ts";
import { translateError } from "../../../actors/storage/postgres/errors.ts";

/** An error as the client library or the operating system gives it. */
function failure(code: string): Error {
  return Object.assign(new Error("no"), { code });
}

Deno.test("errors of the operating system mean that the database is away, whatever their length", () => {
  for (const code of ["EPIPE", "ECONNREFUSED", "ECONNRESET", "CONNECTION_CLOSED"]) {
    const { error, isConnectionLost } = translateError(failure(code), "PostgreSQL");
    assert.ok(error instanceof StoreUnavailableError, code);
    assert.ok(isConnectionLost, code);
  }
});

Deno.test("errors of constraints leave the connection as it is", () => {
  const { error, isConnectionLost } = translateError(failure("23505"), "PostgreSQL");
  assert.ok(error instanceof ConstraintError);
  assert.equal(isConnectionLost, false);
});
