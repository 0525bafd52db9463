/** Where a task waits: how it enters the order of work, and how it leaves it for good. */
import { readyPoolOf } from "./crash_policy.ts";
import { unreachable } from "./exhaustive.ts";
import type { EndedStatus, TaskSpec, TaskState } from "./task.ts";
import { decideRule } from "./trigger_rule.ts";

/** A step of priority is worth this much waiting. */
export const PRIORITY_STEP_MS = 10_000;

/** What the way into the order of work depends on. */
export type EntrySpec = Pick<TaskSpec, "triggerRule" | "pool" | "priority" | "runAt">;

/** Where a task begins: nothing has happened to it. */
export const NEW_STATE: Omit<TaskState, "counts"> = {
  status: "blocked",
  reason: null,
  run: 0,
  attempt: 0,
  crashes: 0,
  alone: false,
  readyOrder: null,
  readyPool: null,
  readyAt: null,
  dueAt: null,
  startedAt: null,
  finishedAt: null,
  cancelRequestedAt: null,
  discardedAt: null,
  node: null,
  executor: null,
  incarnation: null,
  result: null,
  error: null,
  progress: null,
};

/** Takes a task as far as its dependencies, and then its `runAt`, allow. */
export function enter(spec: EntrySpec, state: TaskState, now: number): TaskState {
  const decision = decideRule(spec.triggerRule, state.counts);
  switch (decision.kind) {
    case "wait":
      return { ...state, status: "blocked" };
    case "skip":
      return { ...end(state, "skipped", now), reason: decision.reason };
    case "start":
      if (spec.runAt !== null && spec.runAt > now) return schedule(state, spec.runAt);
      return makeReady(spec, state, now);
    default:
      return unreachable(decision);
  }
}

/** Lets a task wait for the time `dueAt`. */
export function schedule(state: TaskState, dueAt: number): TaskState {
  return { ...state, status: "scheduled", readyAt: null, readyOrder: null, readyPool: null, dueAt };
}

/**
 * Makes a task ready as of `at` and fixes its place: lower goes first, so that priority is an
 * advantage of time, others overtake it by waiting, and nothing starves.
 */
export function makeReady(spec: EntrySpec, state: TaskState, at: number): TaskState {
  return {
    ...state,
    status: "pending",
    readyAt: at,
    readyOrder: at - spec.priority * PRIORITY_STEP_MS,
    readyPool: readyPoolOf(spec.pool, state),
    dueAt: null,
  };
}

/** Ends a task. What is known of its last run stays to be seen; what moves live tasks goes. */
export function end(state: TaskState, status: EndedStatus, finishedAt: number): TaskState {
  return {
    ...state,
    status,
    reason: null,
    readyOrder: null,
    readyPool: null,
    readyAt: null,
    dueAt: null,
    finishedAt,
    incarnation: null,
  };
}
