/** Operations on tasks. */
import type { TaskRecord } from "../../../actors/domain/task.ts";
import {
  type BatchEntry,
  submitTask,
  submitTasks,
  type Submitted,
} from "../../operations/submissions.ts";
import {
  awaitResult,
  cancelTask,
  deleteTask,
  explainTask,
  getTask,
  listAttempts,
  listDependents,
  listTasks,
  resultOf,
  retryTask,
} from "../../operations/tasks.ts";
import {
  attemptAnswer,
  batchAnswer,
  batchInput,
  emptyInput,
  explanationAnswer,
  listOf,
  noResultProblem,
  pageQuery,
  pendingResultAnswer,
  resultAnswer,
  resultQuery,
  retryTaskInput,
  submittedTaskAnswer,
  taskAnswer,
  taskInput,
  taskListQuery,
  taskPageAnswer,
} from "../../schema.ts";
import { json, noContent, problemOf, written } from "../reply.ts";
import type { Route } from "../route.ts";
import { serve } from "../serve.ts";
import { TASK_EVENTS_ROUTE } from "./task_events.ts";
import { LOG_ROUTE } from "./task_log.ts";

const tag = "tasks";

function writeSubmitted({ created, task }: Submitted): Response {
  return created ? json(201, task, { location: `/api/tasks/${task.id}` }) : json(200, task);
}

function writeBatch(entries: readonly BatchEntry[]): Response {
  return json(200, { results: entries.map(batchEntry) });
}

function batchEntry(entry: BatchEntry) {
  if ("submitted" in entry) {
    const { created, task } = entry.submitted;
    return { status: created ? 201 : 200, task };
  }
  const problem = problemOf(entry.refusal);
  return { status: problem.status, problem };
}

/** Where there will be no result, the problem also says what became of the task. */
function writeResult(task: TaskRecord): Response {
  const result = resultOf(task);
  if (result.ok) return json("result" in result.value ? 200 : 202, result.value);
  const body = problemOf(result.error);
  const { status: taskStatus, reason, error } = task;
  const headers = { "content-type": "application/problem+json" };
  return json(body.status, { ...body, taskStatus, reason, error }, headers);
}

const task = { description: "The task.", schema: taskAnswer };

/** `/api/tasks` and all below it. */
export const TASK_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/api/tasks",
    summary: "Submit a task",
    tag,
    body: { schema: taskInput, optional: false },
    answers: {
      201: { schema: submittedTaskAnswer, description: "Stored. `Location` names it." },
      200: {
        schema: submittedTaskAnswer,
        description: "Known before, with the same content: the task as it is now. Or, with " +
          "`duplicate: true`, the task beside which `unique` lets no other be made.",
      },
    },
    problems: [409],
    ...serve(submitTask, writeSubmitted),
  },
  {
    method: "post",
    path: "/api/tasks/batch",
    summary: "Submit up to 10,000 tasks, each accepted or refused on its own",
    tag,
    body: { schema: batchInput.extend({ tasks: taskInput.array() }), optional: false },
    answers: { 200: { description: "One entry a task, in order.", schema: batchAnswer } },
    ...serve(submitTasks, writeBatch),
  },
  {
    method: "get",
    path: "/api/tasks",
    summary: "List tasks, newest first",
    tag,
    query: taskListQuery,
    answers: { 200: { description: "A page; it may be short.", schema: taskPageAnswer } },
    ...serve(listTasks, written),
  },
  {
    method: "get",
    path: "/api/tasks/{id}",
    summary: "Get a task",
    tag,
    answers: { 200: task },
    problems: [404],
    ...serve(getTask),
  },
  {
    method: "get",
    path: "/api/tasks/{id}/result",
    summary: "Get a task's result, waiting for it up to waitMs",
    tag,
    query: resultQuery,
    answers: {
      200: { description: "Completed.", schema: resultAnswer },
      202: { description: "Not done yet.", schema: pendingResultAnswer },
      409: {
        description: "It ended without a result: failed, cancelled or skipped.",
        schema: noResultProblem,
        contentType: "application/problem+json",
      },
    },
    problems: [404],
    ...serve(awaitResult, writeResult),
  },
  {
    method: "get",
    path: "/api/tasks/{id}/attempts",
    summary: "List the runs of a task",
    tag,
    answers: { 200: { description: "Oldest first.", schema: listOf(attemptAnswer) } },
    problems: [404],
    ...serve(listAttempts),
  },
  LOG_ROUTE,
  TASK_EVENTS_ROUTE,
  {
    method: "get",
    path: "/api/tasks/{id}/dependents",
    summary: "List the tasks that depend on a task",
    tag,
    query: pageQuery,
    answers: {
      200: {
        description: "Direct dependents, in the order of submission.",
        schema: taskPageAnswer,
      },
    },
    problems: [404],
    ...serve(listDependents),
  },
  {
    method: "post",
    path: "/api/tasks/{id}/cancel",
    summary: "Cancel a task",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: {
      200: { ...task, description: "It is cancelled, or was." },
      202: { ...task, description: "Its code still runs and was told." },
    },
    problems: [404, 409],
    ...serve(cancelTask, (view) => json(view.status === "cancelled" ? 200 : 202, view)),
  },
  {
    method: "post",
    path: "/api/tasks/{id}/retry",
    summary: "Run a failed or cancelled task again",
    tag,
    body: { schema: retryTaskInput, optional: true },
    answers: { 200: task },
    problems: [404, 409],
    ...serve(retryTask),
  },
  {
    method: "delete",
    path: "/api/tasks/{id}",
    summary: "Delete an ended task on which nothing live depends",
    tag,
    answers: { 204: { description: "Deleted." } },
    problems: [404, 409],
    ...serve(deleteTask, noContent),
  },
  {
    method: "get",
    path: "/api/tasks/{id}/explain",
    summary: "Explain why a task is not running, what it is doing, or how it ended",
    tag,
    answers: {
      200: { description: "Every cause, the deciding one first.", schema: explanationAnswer },
    },
    problems: [404],
    ...serve(explainTask),
  },
];
