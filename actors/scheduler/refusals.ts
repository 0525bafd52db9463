import type { ErrorData, Result } from "../domain/error.ts";
import {
  StoreFencedError,
  StoreFullError,
  StoreUnavailableError,
  StoreUncertainError,
} from "../storage/port.ts";
import { getLogger } from "../telemetry/logger.ts";

const RETRY_AFTER_MS = 1_000;

const log = getLogger("scheduler");

/** Refuses new work while the node shuts down. */
export const DRAINING: ErrorData = {
  code: "unavailable",
  reason: "draining",
  message: "Cannot accept the request: the node is shutting down; send it again shortly",
  retryAfterMs: RETRY_AFTER_MS,
};

/** What a caller is told when the commit that held its request did not stand. */
export function refusedBy(error: unknown): ErrorData {
  if (error instanceof StoreFullError) {
    return {
      code: "unavailable",
      reason: "store_full",
      message: "Cannot store the request: the disk is full; nothing was stored, try again later",
      retryAfterMs: 5_000,
    };
  }
  // Only a commit whose outcome nobody could find out before the node stopped is answered so late.
  if (error instanceof StoreUncertainError) {
    return {
      code: "unavailable",
      reason: "outcome_unknown",
      message: "It is not known whether the request was stored, because the connection to the " +
        "database was lost while it committed; send it again with the same id",
      retryAfterMs: RETRY_AFTER_MS,
    };
  }
  if (error instanceof StoreUnavailableError || error instanceof StoreFencedError) {
    return {
      code: "unavailable",
      reason: "store_unavailable",
      message: "Cannot store the request: the database can't be used by this node at the moment; " +
        "nothing was stored, send it again shortly",
      retryAfterMs: RETRY_AFTER_MS,
    };
  }
  log.error("a request failed: {error}", {
    error: error instanceof Error ? error.stack ?? error.message : String(error),
  });
  return {
    code: "internal",
    reason: "internal",
    message: "The request failed inside the scheduler and nothing of it was stored; see the log",
  };
}

/** The refusal as an outcome. */
export function refusal(error: ErrorData): Result<never> {
  return { ok: false, error };
}
