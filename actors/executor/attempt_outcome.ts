import { NonRetryableError, RetryAfter } from "../../tasks/sdk/mod.ts";
import { unreachable } from "../domain/exhaustive.ts";
import { LIMITS, type TaskError } from "../domain/task.ts";
import { encodeText, toValue } from "../domain/value.ts";
import type { RunOutcome } from "../protocol.ts";
import type { Attempt } from "./attempt.ts";
import { exceedsBytes } from "./bounded_text.ts";
import { describeThrown, executorError } from "./task_error_record.ts";

/** How the code of an attempt ended, before it is known what that counts as. */
export type Ending =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown }
  /** The code was not started: its input is not what it takes. */
  | { readonly kind: "invalid_input"; readonly message: string }
  /** The code was not started: it is not here. */
  | { readonly kind: "unknown_method"; readonly message: string };

type Verdict = Pick<RunOutcome, "outcome"> & Partial<RunOutcome>;

/** What an ending counts as; null when another run has taken over and nobody wants to know. */
export function outcomeOf(attempt: Attempt, ending: Ending, now: number): RunOutcome | null {
  if (attempt.abortCause === "stale") return null;
  return report(attempt, verdictOf(attempt, ending), now);
}

/** The outcome of an attempt whose code never started. */
export function outcomeOfUnstarted(
  attempt: Attempt,
  verdict: { readonly outcome: "cancelled" } | {
    readonly outcome: "given_back";
    readonly giveBack: "drain" | "neighbour";
  },
  now: number,
): RunOutcome {
  return report(attempt, verdict, now);
}

function verdictOf(attempt: Attempt, ending: Ending): Verdict {
  if (attempt.abortCause === "timeout") {
    const { heartbeatTimeoutMs, timeoutMs } = attempt.assignment;
    const message = attempt.silent
      ? `The attempt was silent for longer than ${heartbeatTimeoutMs} ms, its heartbeatTimeoutMs`
      : `The attempt took longer than ${timeoutMs} ms`;
    return { outcome: "timeout", retryable: true, error: executorError("TimeoutError", message) };
  }
  switch (ending.kind) {
    case "returned":
      return completed(ending.value);
    case "threw":
      if (attempt.abortCause === "cancelled") return { outcome: "cancelled" };
      if (attempt.abortCause === "drain" || attempt.abortCause === "lease") {
        return { outcome: "given_back", giveBack: "drain" };
      }
      return threw(ending.error);
    case "invalid_input":
      return {
        ...failedForGood(executorError("InvalidInputError", ending.message)),
        invalidInput: true,
      };
    case "unknown_method":
      return failedForGood(executorError("UnknownMethodError", ending.message));
    default:
      return unreachable(ending);
  }
}

function completed(returned: unknown): Verdict {
  let result: string;
  try {
    const value = toValue(returned);
    if (!value.ok) return failedForGood(executorError("InvalidResultError", value.error.message));
    result = encodeText(value.value);
  } catch (error) {
    // A getter or proxy inside of what was returned: it is task code, and fails like it.
    return threw(error);
  }
  if (exceedsBytes(result, LIMITS.resultBytes)) {
    const message = `Cannot keep the result: it is longer than ${LIMITS.resultBytes} bytes as ` +
      "JSON; store it elsewhere and return where it is";
    return failedForGood(executorError("ResultTooLargeError", message));
  }
  return { outcome: "completed", result };
}

function threw(error: unknown): Verdict {
  const described = describeThrown(error);
  // By name too: a task may have been written against another copy of the SDK.
  if (error instanceof NonRetryableError || described.name === "NonRetryableError") {
    return failedForGood(described);
  }
  return {
    outcome: "threw",
    error: described,
    retryable: true,
    retryAfterMs: retryAfterOf(error, described),
  };
}

function retryAfterOf(error: unknown, { name }: TaskError): number | null {
  if (!(error instanceof Error)) return null;
  if (!(error instanceof RetryAfter) && name !== "RetryAfter") return null;
  const delayMs: unknown = Reflect.get(error, "delayMs");
  if (typeof delayMs !== "number" || !(delayMs >= 0)) return null;
  return Math.min(Math.round(delayMs), LIMITS.delayMs);
}

function failedForGood(error: TaskError): Verdict {
  return { outcome: "threw", error, retryable: false };
}

function report(attempt: Attempt, verdict: Verdict, now: number): RunOutcome {
  const { num, run } = attempt.assignment;
  return {
    num,
    run,
    outcome: verdict.outcome,
    startedAt: attempt.startedAt ?? now,
    finishedAt: now,
    result: verdict.result ?? null,
    error: verdict.error ?? null,
    retryable: verdict.retryable ?? false,
    retryAfterMs: verdict.retryAfterMs ?? null,
    invalidInput: verdict.invalidInput ?? false,
    giveBack: verdict.giveBack ?? null,
    alone: false,
    logs: attempt.log.take(),
  };
}
