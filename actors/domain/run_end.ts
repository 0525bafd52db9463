/**
 * What the end of a run makes of its task. A run ends recorded (its executor reported it), given
 * back (we ended it) or crashed (nobody knows); only a recorded end is charged as an attempt, and
 * only a crash stays in `crashes`.
 */
import { isPoison, poisonError, readyPoolOf } from "./crash_policy.ts";
import { backoffMs, requestedDelayMs } from "./retry_policy.ts";
import type { EndedStatus, FailureReason, GiveBackReason, RetryPolicy, TaskState } from "./task.ts";
import { end, schedule } from "./task_entry.ts";
import type { TaskEvent } from "./task_event.ts";

/** What a decision may depend on beside the task and the event. */
export interface TransitionInputs {
  /** Epoch ms. */
  readonly now: number;
  /** Uniform over [0, 1). */
  readonly random: () => number;
}

type FailedAttempt = Extract<TaskEvent, { readonly kind: "threw" | "timed_out" }>;
type GivenBack = Extract<TaskEvent, { readonly kind: "given_back" }>;

/** Where a released run waits again. */
interface Release {
  readonly now: number;
  /** The task's own pool. */
  readonly pool: string;
}

/** Ends a task whose run reported its end, which takes the crash of its claim off again. */
export function endRun(
  state: TaskState,
  status: EndedStatus,
  times: { readonly startedAt: number; readonly finishedAt: number },
): TaskState {
  return {
    ...end(state, status, times.finishedAt),
    crashes: state.crashes - 1,
    startedAt: times.startedAt,
  };
}

/** A charged attempt failed: the task is retried after a delay, unless this was its last one. */
export function failAttempt(
  state: TaskState,
  event: FailedAttempt,
  by: TransitionInputs & { readonly retry: RetryPolicy },
): TaskState {
  const { error } = event;
  const reason = finalReason(state, event, by.retry);
  if (reason !== null) return { ...endRun(state, "failed", event), reason, error };
  if (state.cancelRequestedAt !== null) return { ...endRun(state, "cancelled", event), error };
  const delayMs = event.kind === "threw" && event.retryAfterMs !== null
    ? requestedDelayMs(event.retryAfterMs)
    : backoffMs(by.retry, state.attempt, by.random);
  const waiting = { ...withoutRun(state), crashes: state.crashes - 1, error };
  return schedule(waiting, by.now + delayMs);
}

/** We ended the run: as if it had never been claimed, but for its run number. */
export function giveBack(state: TaskState, event: GivenBack, by: Release): TaskState {
  const uncharged = { ...uncharge(state), crashes: state.crashes - 1 };
  if (state.cancelRequestedAt !== null) return end(uncharged, "cancelled", by.now);
  return release({ ...uncharged, alone: state.alone || event.alone }, event.reason, by);
}

/** The run is gone and nobody knows why: the task waits again, or is found guilty. */
export function crash(state: TaskState, by: Release): TaskState {
  const uncharged = uncharge(state);
  if (state.cancelRequestedAt !== null) return end(uncharged, "cancelled", by.now);
  if (isPoison(state)) {
    return { ...end(uncharged, "failed", by.now), reason: "poison", error: poisonError(state) };
  }
  return release(uncharged, "crash", by);
}

/** Why a failed attempt was the last one; null while the policy allows another. */
function finalReason(
  { attempt }: TaskState,
  event: FailedAttempt,
  { maxAttempts }: RetryPolicy,
): FailureReason | null {
  const attemptsLeft = attempt < maxAttempts;
  if (event.kind === "timed_out") return attemptsLeft ? null : "timeout";
  if (event.invalidInput) return "invalid_input";
  if (!event.retryable) return "non_retryable";
  return attemptsLeft ? null : "attempts_exhausted";
}

function uncharge(state: TaskState): TaskState {
  return { ...state, attempt: state.attempt - 1 };
}

/** Puts a task back to the place in its queue that it was claimed from. */
function release(state: TaskState, reason: GiveBackReason, { pool }: Release): TaskState {
  return {
    ...withoutRun(state),
    status: "pending",
    reason,
    readyPool: readyPoolOf(pool, state),
  };
}

/** A task that waits shows nothing of the run before, whose own record tells of it. */
function withoutRun(state: TaskState): TaskState {
  return {
    ...state,
    startedAt: null,
    node: null,
    executor: null,
    incarnation: null,
    progress: null,
  };
}
