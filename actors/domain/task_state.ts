/**
 * The life of a task: the only place where its state changes.
 *
 *     submitted ──► blocked ──rule met──► scheduled ──due──► pending ──claimed──► running
 *         │            │ (or straight on to pending)  ▲         ▲                   │
 *         │            │ rule can't be met            │         └── given_back ◄────┤
 *         ▼            ▼                              │             crashed         │
 *      skipped ◄───────┘                              └── threw, timed_out ◄────────┤
 *         │                                               (attempts left)           │
 *         └─revived─► blocked, scheduled, pending                                   ▼
 *                                                    completed · failed · cancelled
 *     failed, cancelled ─retried─► blocked, scheduled, pending, skipped
 *     failed ─discarded─► failed
 *
 *     event                 from                          to
 *     dependencies_changed  blocked                       blocked scheduled pending skipped
 *     due                   scheduled                     pending
 *     claimed               pending                       running
 *     completed             running                       completed
 *     threw, timed_out      running                       scheduled failed cancelled
 *     given_back            running                       pending cancelled
 *     crashed               running                       pending failed cancelled
 *     cancel_requested      blocked scheduled pending     cancelled
 *                           running                       running
 *     cancelled             running                       cancelled
 *     expired               blocked scheduled pending     failed
 *     retried               failed cancelled              blocked scheduled pending skipped
 *     discarded             failed                        failed
 *     revived               skipped                       blocked scheduled pending skipped
 *
 * What holds in every state: `run` only grows; `readyPool`, and only then, is set while pending;
 * `readyAt` and `readyOrder` while pending or running, so that a run that is given back finds its
 * old place; `dueAt` while scheduled; `incarnation` while running; `finishedAt` once ended;
 * `discardedAt` only while failed.
 */
import { unreachable } from "./exhaustive.ts";
import { crash, endRun, failAttempt, giveBack, type TransitionInputs } from "./run_end.ts";
import type {
  DependencyCounts,
  EndedStatus,
  TaskError,
  TaskSpec,
  TaskState,
  TaskStatus,
} from "./task.ts";
import { end, enter, type EntrySpec, makeReady, NEW_STATE } from "./task_entry.ts";
import type { TaskEvent, TaskEventKind } from "./task_event.ts";

export type { TransitionInputs } from "./run_end.ts";
export type { TaskEvent, TaskEventKind } from "./task_event.ts";

/** What transitions look at of a task's specification. */
export type TransitionSpec = EntrySpec & Pick<TaskSpec, "id" | "retry">;

/** An event met a task in a status that does not have it: a bug of the caller, who could have asked `canApply`. */
export class IllegalTransitionError extends Error {
  override readonly name = "IllegalTransitionError";
}

interface Row {
  readonly from: readonly TaskStatus[];
  readonly to: readonly TaskStatus[];
}

const WAITING: readonly TaskStatus[] = ["blocked", "scheduled", "pending"];
const RUNNING: readonly TaskStatus[] = ["running"];
const ENTRY: readonly TaskStatus[] = [...WAITING, "skipped"];

const TABLE: Readonly<Record<TaskEventKind, Row>> = {
  dependencies_changed: { from: ["blocked"], to: ENTRY },
  due: { from: ["scheduled"], to: ["pending"] },
  claimed: { from: ["pending"], to: RUNNING },
  completed: { from: RUNNING, to: ["completed"] },
  threw: { from: RUNNING, to: ["scheduled", "failed", "cancelled"] },
  timed_out: { from: RUNNING, to: ["scheduled", "failed", "cancelled"] },
  given_back: { from: RUNNING, to: ["pending", "cancelled"] },
  crashed: { from: RUNNING, to: ["pending", "failed", "cancelled"] },
  cancel_requested: { from: [...WAITING, "running"], to: ["cancelled", "running"] },
  cancelled: { from: RUNNING, to: ["cancelled"] },
  expired: { from: WAITING, to: ["failed"] },
  retried: { from: ["failed", "cancelled"], to: ENTRY },
  discarded: { from: ["failed"], to: ["failed"] },
  revived: { from: ["skipped"], to: ENTRY },
};

/** True for the statuses that a task does not leave by itself. */
export function isEnded(status: TaskStatus): status is EndedStatus {
  switch (status) {
    case "completed":
    case "failed":
    case "cancelled":
    case "skipped":
      return true;
    case "scheduled":
    case "blocked":
    case "pending":
    case "running":
      return false;
    default:
      return unreachable(status);
  }
}

/** True when the table has `event` for a task in this status. */
export function canApply(
  task: Pick<TaskState, "status">,
  event: Pick<TaskEvent, "kind">,
): boolean {
  return TABLE[event.kind].from.includes(task.status);
}

/** The state of a task as it is submitted. `counts` say where its dependencies stand by then. */
export function initialState(
  spec: EntrySpec,
  counts: DependencyCounts,
  now: number,
): TaskState {
  return enter(spec, { ...NEW_STATE, counts }, now);
}

/**
 * The state of `task` after `event`. Pure: equal inputs give an equal state.
 *
 * @throws {IllegalTransitionError} When the table does not have the event for the task's status.
 */
export function transition(
  task: TransitionSpec & TaskState,
  event: TaskEvent,
  by: TransitionInputs,
): TaskState {
  if (!canApply(task, event)) throw illegal(task, event, "is not in the table");
  const next = apply(task, event, by);
  if (!TABLE[event.kind].to.includes(next.status)) {
    throw illegal(task, event, `must not lead to ${next.status}`);
  }
  return next;
}

function apply(
  task: TransitionSpec & TaskState,
  event: TaskEvent,
  by: TransitionInputs,
): TaskState {
  const { now } = by;
  const state = stateOf(task);
  switch (event.kind) {
    case "dependencies_changed":
      return enter(task, { ...state, counts: event.counts }, now);
    case "due":
      return makeReady(task, state, Math.min(state.dueAt ?? now, now));
    case "claimed":
      return claim(state, event, now);
    case "completed":
      return { ...endRun(state, "completed", event), result: event.result };
    case "threw":
    case "timed_out":
      return failAttempt(state, event, { ...by, retry: task.retry });
    case "given_back":
      return giveBack(state, event, { now, pool: task.pool });
    case "crashed":
      return crash(state, { now, pool: task.pool });
    case "cancel_requested":
      return requestCancel(state, now);
    case "cancelled":
      return endRun(state, "cancelled", event);
    case "expired":
      return { ...end(state, "failed", now), reason: "expired", error: expiredError(task) };
    case "retried":
      return enter(task, { ...NEW_STATE, run: task.run, counts: event.counts }, now);
    case "discarded":
      return { ...state, discardedAt: state.discardedAt ?? now };
    case "revived":
      return revive(task, state, { now, counts: event.counts });
    default:
      return unreachable(event);
  }
}

type Claim = Extract<TaskEvent, { readonly kind: "claimed" }>;

function claim(state: TaskState, { node, executor, incarnation }: Claim, now: number): TaskState {
  return {
    ...state,
    status: "running",
    reason: null,
    run: state.run + 1,
    attempt: state.attempt + 1,
    crashes: state.crashes + 1,
    readyPool: null,
    startedAt: now,
    finishedAt: null,
    node,
    executor,
    incarnation,
    error: null,
    progress: null,
  };
}

/** Ends what has not started; asks running code to stop, and only once. */
function requestCancel(state: TaskState, now: number): TaskState {
  if (state.cancelRequestedAt !== null) return state;
  const requested = { ...state, cancelRequestedAt: now };
  return state.status === "running" ? requested : end(requested, "cancelled", now);
}

/**
 * Lets a skipped task wait again where its dependencies allow it. Where they still don't, it keeps
 * the reason of its skip, because its dependents have counted that one.
 */
function revive(
  spec: EntrySpec,
  state: TaskState,
  by: { readonly now: number; readonly counts: DependencyCounts },
): TaskState {
  const next = enter(spec, { ...NEW_STATE, run: state.run, counts: by.counts }, by.now);
  return next.status === "skipped" ? { ...state, counts: by.counts } : next;
}

/** The error of the last run, where there was one, stays with that run. */
function expiredError({ run }: Pick<TaskState, "run">): TaskError {
  const message = run === 0
    ? "The task was not started before its expiresAt"
    : `The task was not started again after run ${run} before its expiresAt`;
  return { name: "ExpiredError", message, stack: null };
}

/** The state alone, in a fixed order of fields, of a task that carries more. */
function stateOf(task: TaskState): TaskState {
  return {
    status: task.status,
    reason: task.reason,
    run: task.run,
    attempt: task.attempt,
    crashes: task.crashes,
    alone: task.alone,
    counts: task.counts,
    readyOrder: task.readyOrder,
    readyPool: task.readyPool,
    readyAt: task.readyAt,
    dueAt: task.dueAt,
    startedAt: task.startedAt,
    finishedAt: task.finishedAt,
    cancelRequestedAt: task.cancelRequestedAt,
    discardedAt: task.discardedAt,
    node: task.node,
    executor: task.executor,
    incarnation: task.incarnation,
    result: task.result,
    error: task.error,
    progress: task.progress,
  };
}

function illegal(
  task: Pick<TaskSpec, "id"> & Pick<TaskState, "status">,
  event: TaskEvent,
  why: string,
): IllegalTransitionError {
  return new IllegalTransitionError(
    `Cannot apply ${event.kind} to task "${task.id}" in status ${task.status}: ${why}`,
  );
}
