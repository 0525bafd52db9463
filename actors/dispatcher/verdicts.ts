import type { RunOutcome, RunRef } from "../protocol.ts";
import { unreportedOutcome } from "../protocol/unreported_outcome.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type { ExecutorSlots, HeldRun } from "./executor_slots.ts";

/** Why an isolate has to be ended. */
export type TerminationCause =
  /** `run` is known to be the one that does not stop. */
  | { readonly kind: "overdue" | "cancelled"; readonly run: HeldRun }
  /** It answers no more, and any of its running tasks may be why. */
  | { readonly kind: "blocked" }
  /** It answers no more although it had nothing to run. */
  | { readonly kind: "unreachable" }
  /** The node's lease is about to be lost, and its code has not stopped for that. */
  | { readonly kind: "lease" };

/**
 * Judges what an executor held when its isolate was ended on purpose. The culprit, where it is known, is
 * charged; neighbours go back uncharged. Where it is not known nobody is charged, and all that ran
 * there run alone next time.
 */
export function judge(
  executor: ExecutorSlots,
  cause: TerminationCause,
  now: number,
): readonly RunOutcome[] {
  const culprit = culpritOf(executor, cause);
  const suspicious = cause.kind === "blocked" && culprit === undefined;
  return executor.held.map((held) => {
    const run = { ...held, startedAt: executor.startOf(held) };
    if (held !== culprit) {
      return givenBack(run, { now, alone: suspicious && run.startedAt !== null });
    }
    return held.cancelledAt !== null
      ? unreportedOutcome(run, "cancelled", now)
      : { ...unreportedOutcome(run, "timeout", now), error: timeoutError(held) };
  });
}

function culpritOf(executor: ExecutorSlots, cause: TerminationCause): HeldRun | undefined {
  switch (cause.kind) {
    case "overdue":
    case "cancelled":
      return cause.run;
    case "blocked": {
      const [only, another] = executor.running;
      return another === undefined && only && executor.isOverdue(only) ? only : undefined;
    }
    case "unreachable":
    case "lease":
      return undefined;
    default:
      return unreachable(cause);
  }
}

/** Judges what an executor held that ended by itself: what had not started can't have been the cause. */
export function judgeDead(executor: ExecutorSlots, now: number): readonly RunOutcome[] {
  return executor.held
    .filter(({ startedAt }) => startedAt === null)
    .map((run) => givenBack(run, { now, alone: false }));
}

/** Puts a run back uncharged; `startedAt` is in epoch ms. */
export function givenBack(
  run: RunRef & { readonly startedAt?: number | null },
  { now, alone }: { readonly now: number; readonly alone: boolean },
): RunOutcome {
  const outcome = unreportedOutcome(
    { ...run, startedAt: run.startedAt ?? null },
    "given_back",
    now,
  );
  return { ...outcome, giveBack: "neighbour", alone };
}

function timeoutError({ timeoutMs, sinceBefore, overdue }: HeldRun) {
  // Of a run from before this dispatcher's start the limits are not known.
  const limit = sinceBefore !== null ? "its timeoutMs" : `timeoutMs (${timeoutMs} ms)`;
  const why = overdue?.silent === true
    ? "was silent for longer than its heartbeatTimeoutMs"
    : `took longer than ${limit}`;
  return {
    name: "TimeoutError",
    message: `the attempt ${why} and its isolate was ended`,
    stack: null,
  };
}
