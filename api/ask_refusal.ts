/** What a caller is told when an actor has not answered. */
import { ok, refuse, type Result } from "../actors/domain/error.ts";
import type { AskFailure, AskResult } from "../actors/runtime/actor.ts";

/** What a command was answered. */
export function written<T>(reply: AskResult<Result<T>>): Result<T> {
  return reply.ok ? reply.value : writeRefusal(reply.error);
}

/** What a question was answered. */
export function read<T>(reply: AskResult<Result<T>>): Result<T> {
  return reply.ok ? reply.value : readRefusal(reply.error);
}

/** The value of a question that is never refused by the actor itself. */
export function asked<T>(reply: AskResult<T>): Result<T> {
  return reply.ok ? ok(reply.value) : readRefusal(reply.error);
}

/** The refusal of a command without a reply. Nothing was done where the lane was full or the actor is stopped; else nobody knows. */
export function writeRefusal({ code }: AskFailure): Result<never> {
  if (code === "overloaded") return overloaded();
  if (code === "stopped") {
    return unavailable("stopping", "Cannot take the request: the node is stopping");
  }
  return unavailable(
    "outcome_unknown",
    "The outcome is unknown: the node was interrupted; send the request again with the same id",
  );
}

/** The refusal of a question without a reply. */
export function readRefusal({ code }: AskFailure): Result<never> {
  if (code === "overloaded") return overloaded();
  return unavailable(
    "unavailable",
    "Cannot answer now: a part of the node, or its database, does not answer; try again",
  );
}

function overloaded(): Result<never> {
  return refuse(
    "resource_exhausted",
    "overloaded",
    "Cannot take the request: the node has too much to do; try again later",
    { retryAfterMs: 1_000 },
  );
}

/** The refusal of what may be tried again soon. */
export function unavailable(reason: string, message: string): Result<never> {
  return refuse("unavailable", reason, message, { retryAfterMs: 1_000 });
}
