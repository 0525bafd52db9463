import { bareHandler, type FailureHandler } from "../../actors/domain/failure_handler.ts";
import type { TaskTemplate } from "../../actors/domain/schedule.ts";
import { LIVE_STATUSES, type Uniqueness } from "../../actors/domain/uniqueness.ts";
import type { Submission } from "../../actors/protocol.ts";
import { submission } from "../support/submission.ts";
import type { PlannedTask } from "./scenario.ts";
import type { SimulatedRun } from "./sim_tasks.ts";

const ONLY_ONE: Uniqueness = { key: null, by: "method", withinMs: null, states: LIVE_STATUSES };
const HANDLER_RUN: SimulatedRun = { ms: 20, end: "return", deaf: false, returnsAt: null };
const HANDLER: FailureHandler = {
  ...bareHandler("sim.work"),
  args: JSON.stringify([HANDLER_RUN]),
  queue: "bulk",
};

/** The submission of a planned task by a client whose clock shows `now`, epoch ms. */
export function submissionOf(task: PlannedTask, now: number): Submission {
  const { id, deps, rule, queue, priority, key, delayMs, timeoutMs, maxAttempts } = task;
  const template: Partial<TaskTemplate> = {
    method: task.blocking ? "sim.block" : "sim.work",
    args: JSON.stringify([task.run]),
    deps,
    triggerRule: rule,
    queue,
    priority,
    delayMs,
    timeoutMs,
    concurrencyKey: key,
    retry: { maxAttempts, initialMs: 100, maxMs: 5_000 },
  };
  const { expiresInMs, unique, onFailure } = task;
  const expiresAt = expiresInMs === null ? null : now + expiresInMs;
  return submission({
    ...template,
    ...(unique !== undefined && { unique: { ...ONLY_ONE, key: unique } }),
    ...(onFailure === true && { onFailure: HANDLER }),
    id,
    expiresAt,
    contentHash: `sha256-${id}`,
  });
}
