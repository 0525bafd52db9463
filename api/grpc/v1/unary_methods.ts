/** Every unary method of `dtask.v1` with the operation behind it, as data. */
import type { DescMethod } from "@bufbuild/protobuf";
import { type ErrorData, ok } from "../../../actors/domain/error.ts";
import type { JsonText } from "../../../actors/protocol.ts";
import { DeadLetterService } from "../../../proto/gen/dtask/v1/dead_letter_service_pb.ts";
import { NodeService } from "../../../proto/gen/dtask/v1/node_service_pb.ts";
import { QueueService } from "../../../proto/gen/dtask/v1/queue_service_pb.ts";
import { ScheduleService } from "../../../proto/gen/dtask/v1/schedule_service_pb.ts";
import {
  SubmitTasksRequestSchema,
  TaskService,
} from "../../../proto/gen/dtask/v1/task_service_pb.ts";
import { WorkflowService } from "../../../proto/gen/dtask/v1/workflow_service_pb.ts";
import * as deadLetters from "../../operations/dead_letters.ts";
import * as node from "../../operations/node.ts";
import type { Operation } from "../../operations/operation.ts";
import * as queues from "../../operations/queues.ts";
import { getHistory, getStats } from "../../operations/stats.ts";
import * as schedules from "../../operations/schedules.ts";
import {
  type BatchEntry,
  submitTask,
  submitTasks,
  type Submitted,
} from "../../operations/submissions.ts";
import { cancelTasks, retryTasks } from "../../operations/task_changes.ts";
import * as tasks from "../../operations/tasks.ts";
import * as workflows from "../../operations/workflows.ts";
import type { WorkflowDetailsView } from "../../schema.ts";
import { refusalView } from "./detailed_status.ts";
import type { JsonObject } from "./message_decoder.ts";

/** A method, and what it does. */
export interface UnaryMethod {
  readonly method: DescMethod;
  /** Answers the response as JSON. */
  readonly operation: Operation<object>;
  /** The field that says what it is about. */
  readonly target?: "id" | "name";
  /** The input of the operation, where it is not simply the rest of the request. */
  readonly input?: (request: JsonObject) => JsonObject;
}

/** Where there will be no result, that is a refusal here, too. */
const TASK_RESULT: Operation<tasks.ResultView> = {
  ...tasks.awaitResult,
  async run(call) {
    const ended = await tasks.awaitResult.run(call);
    return ended.ok ? tasks.resultOf(ended.value) : ended;
  },
};

const task = (view: object) => ({ task: view });
const workflow = (view: object) => ({ workflow: view });
const queue = (view: object) => ({ queue: view });
const schedule = (view: object) => ({ schedule: view });
const nothing = () => ({});
const itself = (value: object) => value;

/** The unary methods of all services. */
export const UNARY_METHODS: readonly UnaryMethod[] = [
  ...taskMethods(),
  ...workflowMethods(),
  ...deadLetterMethods(),
  ...queueMethods(),
  ...scheduleMethods(),
  ...nodeMethods(),
];

function taskMethods(): readonly UnaryMethod[] {
  const { method } = TaskService;
  return [
    about(method.submitTask, submitTask, submitted),
    about(method.submitTasks, submitTasks, (entries) => ({ results: entries.map(batchResult) })),
    about(method.getTask, tasks.getTask, task, "id"),
    about(method.getTaskResult, TASK_RESULT, itself, "id"),
    about(method.listTasks, tasks.listTasks, parsed(page("tasks"))),
    about(method.listAttempts, tasks.listAttempts, list("attempts"), "id"),
    about(method.listLogs, tasks.listLogs, ({ items, nextAfter }) => {
      return { lines: items, nextAfter };
    }, "id"),
    about(method.listDependents, tasks.listDependents, page("tasks"), "id"),
    about(method.explainTask, tasks.explainTask, (explanation) => ({ explanation }), "id"),
    about(method.cancelTask, tasks.cancelTask, task, "id"),
    about(method.retryTask, tasks.retryTask, task, "id"),
    about(method.cancelTasks, cancelTasks, itself),
    about(method.retryTasks, retryTasks, itself),
    about(method.deleteTask, tasks.deleteTask, nothing, "id"),
  ];
}

function workflowMethods(): readonly UnaryMethod[] {
  const { method } = WorkflowService;
  return [
    about(method.submitWorkflow, workflows.submitWorkflow, itself),
    {
      ...about(method.getWorkflow, workflows.getWorkflow, parsed(workflowDetails), "id"),
      input: ({ withoutTasks, ...query }) => withoutTasks === true ? { ...query, limit: 0 } : query,
    },
    about(method.listWorkflowRuns, workflows.listWorkflowRuns, page("runs"), "id"),
    about(method.listWorkflows, workflows.listWorkflows, page("workflows")),
    about(method.cancelWorkflow, workflows.cancelWorkflow, workflow, "id"),
    about(method.retryWorkflow, workflows.retryWorkflow, workflow, "id"),
  ];
}

function deadLetterMethods(): readonly UnaryMethod[] {
  const { method } = DeadLetterService;
  return [
    about(method.listDeadLetters, deadLetters.listDeadLetters, page("deadLetters")),
    about(method.redriveDeadLetters, deadLetters.redriveDeadLetters, itself),
    about(method.discardDeadLetters, deadLetters.discardDeadLetters, itself),
  ];
}

function queueMethods(): readonly UnaryMethod[] {
  const { method } = QueueService;
  return [
    about(method.listQueues, queues.listQueues, list("queues")),
    about(method.setQueue, queues.setQueue, queue, "name"),
    about(method.pauseQueue, queues.pauseQueue, queue, "name"),
    about(method.resumeQueue, queues.resumeQueue, queue, "name"),
  ];
}

function scheduleMethods(): readonly UnaryMethod[] {
  const { method } = ScheduleService;
  const paused = ({ note, ...view }: schedules.PausedSchedule) => ({ schedule: view, note });
  return [
    about(method.listSchedules, schedules.listSchedules, list("schedules")),
    about(method.getSchedule, schedules.getSchedule, schedule, "name"),
    about(method.setSchedule, schedules.setSchedule, itself, "name"),
    about(method.deleteSchedule, schedules.deleteSchedule, nothing, "name"),
    about(method.triggerSchedule, schedules.triggerSchedule, (tick) => ({ tick }), "name"),
    about(method.pauseSchedule, schedules.pauseSchedule, paused, "name"),
    about(method.resumeSchedule, schedules.resumeSchedule, paused, "name"),
    about(method.backfillSchedule, schedules.backfillSchedule, itself, "name"),
    about(method.listTicks, schedules.listTicks, list("ticks"), "name"),
  ];
}

function nodeMethods(): readonly UnaryMethod[] {
  const { method } = NodeService;
  return [
    about(method.listMethods, node.listMethods, list("methods")),
    about(method.getHistory, getHistory, (history) => ({ history })),
    about(method.getStats, getStats, (stats) => ({ stats })),
    about(method.getSystem, node.getSystem, (system) => ({ system })),
  ];
}

/** `answer` makes the response, as JSON, of what the operation answers. */
function about<T>(
  method: DescMethod,
  operation: Operation<T>,
  answer: (value: T) => object,
  target?: "id" | "name",
): UnaryMethod {
  const run: Operation<object>["run"] = async (call) => {
    const result = await operation.run(call);
    return result.ok ? ok(answer(result.value)) : result;
  };
  return {
    method,
    operation: { ...operation, run },
    ...(target === undefined ? undefined : { target }),
  };
}

/** For answers that are JSON already. */
function parsed<T>(answer: (value: T) => object) {
  return (text: JsonText) => answer(JSON.parse(text));
}

function workflowDetails({ tasks, nextCursor, ...workflow }: WorkflowDetailsView): object {
  return { workflow, tasks, nextCursor };
}

function page<T>(name: string) {
  return ({ items, nextCursor }: tasks.ListPage<T>) => ({ [name]: items, nextCursor });
}

function list<T>(name: string) {
  return ({ items }: tasks.List<T>) => ({ [name]: items });
}

function submitted({ created, task }: Submitted): object {
  return { task, created, duplicate: task.duplicate };
}

function batchResult(entry: BatchEntry): object {
  return "submitted" in entry ? submitted(entry.submitted) : { refusal: refused(entry.refusal) };
}

function refused(error: ErrorData): object {
  return refusalView(error, { message: SubmitTasksRequestSchema });
}
