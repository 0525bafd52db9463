/**
 * Poison: finding the task that takes its process down without blaming those that ran beside it.
 *
 * A claim adds one to the task's `crashes` in its own transaction, before any code runs, and every
 * recorded end or give-back that we caused takes it off again. What is left after a restart are the
 * claims that nobody survived to report. With `SUSPECT_CRASHES` of them a task is a suspect and
 * runs alone, so that a further crash while it runs is its own: at `DEFAULTS.maxCrashes` it is
 * failed as `poison`.
 */
import { aloneKey } from "./pool.ts";
import { DEFAULTS, type TaskError, type TaskState } from "./task.ts";

/** From this many unexplained ends on, a task runs alone. */
export const SUSPECT_CRASHES = 2;

type Suspicion = Pick<TaskState, "crashes" | "alone">;

/** True for a waiting task that has to run alone in its isolate. */
export function isSuspect({ crashes, alone }: Suspicion): boolean {
  return alone || crashes >= SUSPECT_CRASHES;
}

/** True for a running task that was claimed as a suspect: its own claim is not held against it. */
export function runsAlone({ crashes, alone }: Suspicion): boolean {
  return isSuspect({ crashes: crashes - 1, alone });
}

/** The pool that a waiting task of `pool` is claimed for. */
export function readyPoolOf(pool: string, task: Suspicion): string {
  return isSuspect(task) ? aloneKey(pool) : pool;
}

/** True when the crash that just ended this running task proves it guilty: often enough, and alone. */
export function isPoison(task: Suspicion, maxCrashes: number = DEFAULTS.maxCrashes): boolean {
  return task.crashes >= maxCrashes && runsAlone(task);
}

/** What a poisonous task shows as its error. */
export function poisonError({ crashes }: Pick<TaskState, "crashes">): TaskError {
  return {
    name: "PoisonError",
    message: `Its process ended ${crashes} times while this task was running, the last time ` +
      "while it ran alone: check its memory use and native calls before retrying it",
    stack: null,
  };
}
