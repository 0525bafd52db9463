/** What explaining a task answers: one shape of details a cause. */
import { z } from "zod";
import { TASK_STATUSES } from "../../actors/domain/task.ts";
import { taskErrorAnswer } from "./answers.ts";
import { instant } from "./text.ts";

const status = z.enum(TASK_STATUSES);
const count = z.int().min(0);
const time = instant.nullable();

const runningTask = z.strictObject({
  id: z.string(),
  method: z.string(),
  executor: z.string(),
  startedAt: instant,
});
const occupied = { limit: count, running: count, tasks: z.array(runningTask) };

const run = {
  node: z.string().nullable(),
  executor: z.string().nullable(),
  attempt: count,
  maxAttempts: count,
  startedAt: time,
};
const running = z.strictObject({
  ...run,
  timeoutAt: time,
  heartbeatTimeoutMs: count.nullable(),
  progress: z.strictObject({ fraction: z.number(), note: z.string().nullable() }).nullable(),
});
const failure = z.strictObject({
  attempt: count,
  maxAttempts: count,
  finishedAt: time,
  error: taskErrorAnswer.nullable(),
});

const rootCause = z.strictObject({
  id: z.string(),
  path: z.array(z.string()),
  status,
  code: z.string(),
  sentence: z.string(),
  change: z.string(),
});
const upstream = z.strictObject({
  triggerRule: z.string(),
  counts: z.strictObject({ total: count, succeeded: count, failed: count, skipped: count }),
  dependencies: z.array(z.strictObject({
    id: z.string(),
    key: z.string().nullable(),
    status,
    reason: z.string().nullable(),
  })),
  moreDependencies: z.boolean(),
  roots: z.array(rootCause),
  truncated: z.boolean(),
});

function cause<C extends string, D extends z.ZodType>(code: C, details: D) {
  return z.strictObject({
    code: z.literal(code),
    sentence: z.string(),
    change: z.string(),
    details,
  });
}

const queue = { queue: z.string() };

/** One reason for where a task is. */
export const causeAnswer = z.discriminatedUnion("code", [
  cause("awaiting_dependencies", upstream.extend({ expiresAt: time })),
  cause("not_due", z.strictObject({ dueAt: instant, expiresAt: time })),
  cause(
    "backoff",
    failure.omit({ finishedAt: true }).extend({ dueAt: instant, expiresAt: time }),
  ),
  cause("draining", z.strictObject({ node: z.string() })),
  cause("store_unhealthy", z.strictObject({ error: z.string() })),
  cause("node_not_ready", z.strictObject({ reasons: z.array(z.string()) })),
  cause("unknown_method", z.strictObject({ method: z.string() })),
  cause("known_elsewhere", z.strictObject({ method: z.string() })),
  cause("queue_paused", z.strictObject(queue)),
  cause(
    "no_executor",
    z.strictObject({
      pool: z.string(),
      state: z.enum(["rights_refused", "starting", "failed", "none"]),
      error: z.string().nullable(),
    }),
  ),
  cause("queue_concurrency", z.strictObject({ ...queue, ...occupied })),
  cause(
    "key_concurrency",
    z.strictObject({ ...queue, concurrencyKey: z.string(), ...occupied }),
  ),
  cause("rate_limited", z.strictObject({ ...queue, limit: count, perMs: count, nextAt: instant })),
  cause(
    "alone",
    z.strictObject({ pool: z.string(), crashes: count, suspectsRunning: count }),
  ),
  cause(
    "behind_others",
    z.strictObject({ ...queue, ahead: count, atLeast: z.boolean(), otherKeys: count }),
  ),
  cause(
    "no_free_slot",
    z.strictObject({
      pool: z.string(),
      executors: count,
      slots: count,
      tasks: z.array(runningTask),
    }),
  ),
  cause("about_to_start", z.strictObject({ pool: z.string(), readyAt: time })),
  cause("prefetched", running.extend({ assignedAt: instant })),
  cause("running", running),
  cause("cancelling", running.extend({ cancelRequestedAt: instant })),
  cause("completed", z.strictObject({ ...run, finishedAt: time })),
  cause("attempts_exhausted", failure),
  cause("non_retryable", failure),
  cause("timeout", failure.extend({ timeoutMs: count })),
  cause("expired", failure.extend({ expiresAt: time })),
  cause("poison", failure.extend({ crashes: count })),
  cause("invalid_input", failure),
  cause(
    "cancelled",
    z.strictObject({ cancelRequestedAt: time, finishedAt: time, attempt: count }),
  ),
  cause("upstream_failed", upstream),
  cause("upstream_skipped", upstream),
  cause("rule", upstream),
]).meta({ id: "Cause" });

/** Why a task is where it is; the fields of the deciding cause stand at the top as well. */
export const explanationAnswer = z.strictObject({
  id: z.string(),
  status,
  reason: z.string().nullable(),
  code: z.string().meta({ description: "The deciding cause, stable for programs." }),
  sentence: z.string(),
  change: z.string().meta({ description: "What would change it." }),
  details: z.record(z.string(), z.unknown())
    .meta({ description: "As in the first of `causes`, where it is described by code." }),
  causes: z.array(causeAnswer).meta({ description: "All that hold, the deciding one first." }),
}).meta({ id: "Explanation" });

/** An explanation as JSON. */
export type ExplanationView = z.infer<typeof explanationAnswer>;
/** A cause as JSON. */
export type CauseView = z.infer<typeof causeAnswer>;
