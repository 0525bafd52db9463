import {
  ConstraintError,
  StoreConflictError,
  StoreFullError,
  StoreHeldError,
  StoreUnavailableError,
} from "../port.ts";

/** SQLSTATE codes, or classes of them, by what they mean to callers of the port. */
const CONSTRAINT = /^(22|23)/;
/** Serialization failure (a row that was moved, too), deadlock. */
const CONFLICT = /^(40001|40P01)$/;
/** Lock timeout. */
const HELD = /^55P03$/;
const FULL = /^53100$/;
/**
 * Connection errors, too few resources, a server that stops or was promoted away from, a statement or a
 * transaction that took too long.
 */
const UNAVAILABLE = /^(08|53|57|25006$|25P03$|25P04$|58)/;
/** The server drops the connection along with these. */
const CONNECTION_GONE = /^(08|57P|25P03$|25P04$|28|3D)/;
/** A statement that was prepared before a migration: a new connection prepares it anew. */
const STALE_PLAN = /^0A000$/;
const NOT_ALLOWED = /^42501$/;
/** Codes of the client library and of the operating system are words; SQLSTATE has five characters. */
const SQLSTATE = /^(?!EPIPE$)[0-9A-Z]{5}$/;

/** What an error of the database means. */
export interface Translated {
  readonly error: unknown;
  /** True where the connection can't be used any more. */
  readonly isConnectionLost: boolean;
}

/** Puts an error of the client library into the port's classes; others are given back as they are. */
export function translateError(error: unknown, label: string): Translated {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") {
    return { error, isConnectionLost: false };
  }
  const { code, message } = error;
  const options = { cause: error };
  if (!SQLSTATE.test(code)) {
    return { error: unavailable(label, message || code, options), isConnectionLost: true };
  }
  const isConnectionLost = CONNECTION_GONE.test(code) || STALE_PLAN.test(code);
  return { error: translated({ code, message, label, error }), isConnectionLost };
}

function translated(
  { code, message, label, error }: {
    readonly code: string;
    readonly message: string;
    readonly label: string;
    readonly error: Error;
  },
): Error {
  const options = { cause: error };
  if (CONSTRAINT.test(code)) return new ConstraintError(message, options);
  if (CONFLICT.test(code) || STALE_PLAN.test(code)) return new StoreConflictError(message, options);
  if (HELD.test(code)) return new StoreHeldError(message, options);
  if (FULL.test(code)) {
    return new StoreFullError(`Cannot write to ${label}: no space is left on its disk`, options);
  }
  if (UNAVAILABLE.test(code) || CONNECTION_GONE.test(code)) {
    return unavailable(label, message, options);
  }
  if (NOT_ALLOWED.test(code)) {
    return new Error(
      `Cannot use ${label}: ${message}; make the user of the database URL the owner of the tables`,
      options,
    );
  }
  return error;
}

/** The error of a database that is away. */
export function unavailable(
  label: string,
  why: string,
  options?: ErrorOptions,
): StoreUnavailableError {
  return new StoreUnavailableError(`Cannot reach ${label}: ${why}`, options);
}
