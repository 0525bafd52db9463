import type { RunOutcomeKind } from "../domain/task.ts";
import type { RunOutcome, RunRef } from "./scheduler.ts";

/** A run that has to be ended by others, since its executor can't report on it. */
export interface UnreportedRun extends RunRef {
  /** Null when its code had not started. */
  readonly startedAt: number | null;
}

/** The outcome of a run on which nobody has reported, at `now`; what is known of it is added by the caller. */
export function unreportedOutcome(
  { num, run, startedAt }: UnreportedRun,
  outcome: RunOutcomeKind,
  now: number,
): RunOutcome {
  return {
    num,
    run,
    outcome,
    startedAt: startedAt ?? now,
    finishedAt: now,
    result: null,
    error: null,
    retryable: true,
    retryAfterMs: null,
    invalidInput: false,
    giveBack: null,
    alone: false,
    logs: [],
  };
}
