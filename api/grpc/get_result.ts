/** `GetResult`: looks a task up without waiting. */
import { create } from "@bufbuild/protobuf";
import { ok } from "../../actors/domain/error.ts";
import type { TaskRecord } from "../../actors/domain/task.ts";
import {
  type ResultRequest,
  type ResultResponse,
  ResultResponseSchema,
} from "../../proto/gen/task_scheduler_pb.ts";
import { idText } from "../schema.ts";
import { hasEnded } from "../end_waits.ts";
import type { TaskService } from "../task_service.ts";
import { failureText, resultText } from "./result_text.ts";
import type { UnaryHandler } from "./unary_call.ts";

/** Makes the handler of `GetResult`. An id that can't be one is unknown like any other. */
export function getResult(
  { service }: { readonly service: Pick<TaskService, "getTask"> },
): UnaryHandler<ResultRequest, ResultResponse> {
  return {
    access: "tasks:read",
    async handle({ taskId }) {
      if (!idText.safeParse(taskId).success) return ok(notReady());
      const task = await service.getTask(taskId);
      if (task.ok) return ok(answer(task.value));
      return task.error.code === "not_found" ? ok(notReady()) : task;
    },
  };
}

function answer(task: TaskRecord): ResultResponse {
  if (!hasEnded(task)) return notReady();
  const result = task.status === "completed"
    ? resultText(task.result ?? "null")
    : failureText(task);
  return create(ResultResponseSchema, { isReady: true, result });
}

function notReady(): ResultResponse {
  return create(ResultResponseSchema, { isReady: false, result: "" });
}
