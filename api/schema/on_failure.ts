/** The task that is to run when another one has failed for good, as clients say it. */
import { z } from "zod";
import type { FailureHandler } from "../../actors/domain/failure_handler.ts";
import { ok, type Result } from "../../actors/domain/error.ts";
import type { TaskTemplate } from "../../actors/domain/schedule.ts";
import { LIMITS } from "../../actors/domain/task.ts";
import { readArgsText } from "./arguments.ts";
import { labelsUpTo, settings, work } from "./task_settings.ts";

/** The form of `onFailure`. One label is added to it. */
export const onFailureInput = z.strictObject({
  ...work,
  args: work.args.meta({ description: "The failure follows as the last argument." }),
  ...settings,
  delayMs: settings.delayMs.meta({ description: "From the failure on." }),
  labels: labelsUpTo(LIMITS.labels - 1).optional(),
}).meta({
  id: "OnFailure",
  description:
    "A task that is submitted when this one is dead-lettered, in the same transaction: " +
    "once each time. Its last argument is `{taskId, workflowId, key, method, args, reason, " +
    "attempt, run, error}`, its id `{taskId}:on-failure:{run}`, and its label " +
    "`dtask.onFailureOf` the failed task's id. It has no onFailure of its own.",
  example: { method: "alarm.raise", args: ["billing"], queue: "alarms" },
});

type OnFailureInput = z.infer<typeof onFailureInput>;

/** The handler that was given, null for none, or nothing where nothing was said. */
export function readOnFailure(
  input: OnFailureInput | null | undefined,
  at: string,
): Result<Pick<TaskTemplate, "onFailure">> {
  if (input === undefined) return ok({});
  if (input === null) return ok({ onFailure: null });
  const args = readArgsText(input, {
    at,
    maxBytes: LIMITS.handlerArgsBytes,
    references: false,
  });
  if (!args.ok) return args;
  return ok({
    onFailure: {
      method: input.method,
      args: args.value,
      queue: input.queue ?? null,
      priority: input.priority ?? null,
      delayMs: input.delayMs ?? null,
      timeoutMs: input.timeoutMs ?? null,
      heartbeatTimeoutMs: input.heartbeatTimeoutMs ?? null,
      concurrencyKey: input.concurrencyKey ?? null,
      retry: input.retry ?? null,
      labels: input.labels ?? {},
    },
  });
}

/** A handler as clients say it. */
export function onFailureView(handler: FailureHandler): OnFailureInput {
  const { method, args, queue, priority, delayMs, timeoutMs } = handler;
  const { heartbeatTimeoutMs, concurrencyKey, retry, labels } = handler;
  const list: unknown = JSON.parse(args);
  return {
    method,
    args: Array.isArray(list) ? list : [],
    ...(queue === null ? undefined : { queue }),
    ...(priority === null ? undefined : { priority }),
    ...(delayMs === null ? undefined : { delayMs }),
    ...(timeoutMs === null ? undefined : { timeoutMs }),
    ...(heartbeatTimeoutMs === null ? undefined : { heartbeatTimeoutMs }),
    ...(concurrencyKey === null ? undefined : { concurrencyKey }),
    ...(retry === null ? undefined : { retry }),
    ...(Object.keys(labels).length === 0 ? undefined : { labels }),
  };
}
