/** `SubmitTask`: submits one task and answers with its result, as far as there is one in time. */
import { create } from "@bufbuild/protobuf";
import { type ErrorData, ok, refuse, type Result } from "../../actors/domain/error.ts";
import type { MethodDefinition, TaskRecord } from "../../actors/domain/task.ts";
import {
  type TaskRequest,
  type TaskResponse,
  TaskResponse_Status as Status,
  TaskResponseSchema,
} from "../../proto/gen/task_scheduler_pb.ts";
import { hasEnded } from "../end_waits.ts";
import type { TaskService } from "../task_service.ts";
import { ambiguousNames, readRequest } from "./read_request.ts";
import { timeLeft } from "./request_context.ts";
import { failureText, resultText } from "./result_text.ts";
import type { UnaryHandler } from "./unary_call.ts";

/** What `SubmitTask` works with. */
export interface SubmitTaskOptions {
  readonly service: Pick<TaskService, "submitAndWait">;
  readonly methods: readonly MethodDefinition[];
  /** Longest wait of a call with `is_async=false`. */
  readonly syncWaitMs: number;
  /** Longest wait of a call with `is_async=true`. */
  readonly asyncWaitMs: number;
  /** True once the node takes no more work. */
  readonly draining: () => boolean;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Makes the handler of `SubmitTask`. */
export function submitTask(
  options: SubmitTaskOptions,
): UnaryHandler<TaskRequest, TaskResponse> {
  const ambiguous = ambiguousNames(options.methods);
  return {
    access: "tasks:write",
    async handle(request, context) {
      if (options.draining()) return stopping();
      const now = options.now();
      const { traceparent } = context;
      const submission = readRequest(request, { ambiguous, traceparent, now });
      if (!submission.ok) return refused(request.taskId, submission.error);
      const limitMs = request.isAsync ? options.asyncWaitMs : options.syncWaitMs;
      const waitMs = Math.min(limitMs, timeLeft(context, now));
      const { service } = options;
      const task = await service.submitAndWait(submission.value, waitMs, context.signal);
      return task.ok ? ok(answer(task.value)) : refused(submission.value.id, task.error);
    },
  };
}

/** What a task that was found answers; a call that is no longer listened to answers as well. */
function answer(task: TaskRecord): TaskResponse {
  return create(TaskResponseSchema, { taskId: task.id, ...outcome(task) });
}

function outcome(task: TaskRecord): Pick<TaskResponse, "status" | "result"> {
  if (!hasEnded(task)) return { status: Status.PENDING, result: "" };
  if (task.status === "completed") {
    return { status: Status.SUCCESS, result: resultText(task.result ?? "null") };
  }
  return { status: Status.FAILED, result: failureText(task) };
}

/** Clients of this service read some refusals as a failed task, the others as a status. */
function refused(taskId: string, error: ErrorData): Result<TaskResponse> {
  const result = failedText(error);
  if (result === null) return { ok: false, error };
  return ok(create(TaskResponseSchema, { taskId, status: Status.FAILED, result }));
}

function failedText(error: ErrorData): string | null {
  switch (error.reason) {
    case "unknown_method":
      return "Error: Method not found";
    case "unknown_dependency":
      return `Dependency ID not found: ${error.subject ?? error.errors?.[0]?.message ?? ""}`;
    case "undecodable_argument":
      return error.message;
    default:
      return null;
  }
}

function stopping(): Result<never> {
  return refuse("unavailable", "draining", "Cannot take the task: the node is stopping", {
    retryAfterMs: 1_000,
  });
}
