import type { RunOutcomeKind } from "../domain/task.ts";
import type { RunOutcome } from "../protocol.ts";
import type { ExecutorSlots, HeldRun } from "./executor_slots.ts";

/** Why an isolate has to be ended. */
export type TerminationCause =
  /** `run` is known to be the one that does not stop. */
  | { readonly kind: "overdue" | "cancelled"; readonly run: HeldRun }
  /** It answers no more and any of its running tasks may be why. */
  | { readonly kind: "blocked" };

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
  const running = executor.running;
  const [only] = running.length === 1 ? running : [];
  const culprit = cause.kind === "blocked" ? only : cause.run;
  return executor.held.map((run) => {
    if (run === culprit) {
      return run.cancelledAt !== null
        ? verdict(run, "cancelled", now)
        : { ...verdict(run, "timeout", now), error: timeoutError(run) };
    }
    const alone = culprit === undefined && run.startedAt !== null;
    return givenBack(run, { now, alone });
  });
}

/** Judges what an executor held that ended by itself: what had not started can't have been the cause. */
export function judgeDead(executor: ExecutorSlots, now: number): readonly RunOutcome[] {
  return executor.held
    .filter(({ startedAt }) => startedAt === null)
    .map((run) => givenBack(run, { now, alone: false }));
}

/** Puts a run back uncharged. */
export function givenBack(
  run: Pick<HeldRun, "num" | "run"> & { readonly startedAt?: number | null },
  { now, alone }: { readonly now: number; readonly alone: boolean },
): RunOutcome {
  const outcome = verdict({ ...run, startedAt: run.startedAt ?? null }, "given_back", now);
  return { ...outcome, giveBack: "neighbour", alone };
}

function verdict(
  { num, run, startedAt }: Pick<HeldRun, "num" | "run" | "startedAt">,
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

function timeoutError({ timeoutMs }: HeldRun) {
  return {
    name: "TimeoutError",
    message: `the attempt took longer than timeoutMs (${timeoutMs} ms) and its isolate was ended`,
    stack: null,
  };
}
