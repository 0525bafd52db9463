/** Operations on tasks. */
import { type ErrorData, refuse, type Result } from "../../../actors/domain/error.ts";
import type { TaskRecord } from "../../../actors/domain/task.ts";
import type { SubmittedTask } from "../../../actors/protocol.ts";
import {
  attemptAnswer,
  batchAnswer,
  batchInput,
  emptyInput,
  listOf,
  logLineAnswer,
  logsQuery,
  parse,
  pendingResultAnswer,
  readArgs,
  readSubmission,
  resultAnswer,
  resultQuery,
  retryTaskInput,
  submittedTaskAnswer,
  taskAnswer,
  taskInput,
  taskListQuery,
  taskPageAnswer,
  toFilter,
} from "../../schema.ts";
import { hasEnded } from "../../end_waits.ts";
import { attemptView, logLineView, submittedView, taskView } from "../../task_view.ts";
import { answer, json, noContent, problem, problemOf } from "../reply.ts";
import { type Call, queryOf, type Route } from "../route.ts";
import { readIdempotencyKey, traceparentOf } from "../submission_headers.ts";

const tag = "tasks";

async function submitTask(call: Call): Promise<Response> {
  const key = readIdempotencyKey(call);
  if (!key.ok) return problem(key.error);
  const submission = readSubmission(call.body, {
    now: call.node.now(),
    idempotencyKey: key.value,
    traceparent: traceparentOf(call.request),
    at: "",
  });
  if (!submission.ok) return problem(submission.error);
  const [submitted] = await call.node.service.submit([submission.value]);
  if (submitted === undefined) throw new Error("No answer to a submission");
  if (!submitted.ok) return problem(submitted.error);
  const { created, task } = submitted.value;
  const view = submittedView(submitted.value);
  if (!created) return json(200, view);
  return json(201, view, { location: `/api/tasks/${task.id}` });
}

/** Faulty items answer for themselves; the others are submitted together, in order. */
async function submitBatch(call: Call): Promise<Response> {
  const key = readIdempotencyKey(call);
  if (!key.ok) return problem(key.error);
  const input = parse(batchInput, call.body);
  if (!input.ok) return problem(input.error);
  const context = { now: call.node.now(), traceparent: traceparentOf(call.request) };
  const read = input.value.tasks.map((body, i) =>
    readSubmission(body, {
      ...context,
      // One key covers the request, so each of its items gets its own part of it.
      idempotencyKey: key.value === null ? null : `${key.value}#${i}`,
      at: `/tasks/${i}`,
    })
  );
  const valid = read.flatMap((item) => item.ok ? [item.value] : []);
  const submitted = valid.length === 0 ? [] : await call.node.service.submit(valid);
  let next = 0;
  return json(200, {
    results: read.map((item) => item.ok ? batchEntry(submitted[next++]) : refused(item.error)),
  });
}

function batchEntry(submitted: Result<SubmittedTask> | undefined) {
  if (submitted === undefined) throw new Error("No answer to an item of a batch");
  if (!submitted.ok) return refused(submitted.error);
  return { status: submitted.value.created ? 201 : 200, task: submittedView(submitted.value) };
}

function refused(error: ErrorData) {
  const body = problemOf(error);
  return { status: body.status, problem: body };
}

async function listTasks(call: Call): Promise<Response> {
  const query = parse(taskListQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  const { limit, cursor } = query.value;
  const page = { limit, cursor: cursor ?? null };
  return answer(
    await call.node.service.listTasks(toFilter(query.value), page),
    ({ items, nextCursor }) =>
      json(200, { items: items.map((task) => taskView(task)), nextCursor }),
  );
}

async function getTask(call: Call): Promise<Response> {
  return answer(await call.node.service.getTask(call.target), (task) => json(200, taskView(task)));
}

async function getResult(call: Call): Promise<Response> {
  const query = parse(resultQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  const { waitMs } = query.value;
  const signal = waitMs > 0 ? call.request.signal : undefined;
  return answer(await call.node.service.awaitEnd(call.target, waitMs, signal), writeResult);
}

function writeResult(task: TaskRecord): Response {
  const { id, status } = task;
  if (!hasEnded(task)) return json(202, { id, status });
  if (status === "completed") return json(200, { id, status, result: taskView(task).result });
  const why = task.error?.message ?? task.reason ?? "no reason is known";
  const refusal = refuse(
    "failed_precondition",
    `task_${status}`,
    `Task "${id}" has no result: ${status}: ${why}`,
  );
  const body = problemOf(refusal.error);
  return json(
    body.status,
    { ...body, taskStatus: status, reason: task.reason, error: task.error },
    {
      "content-type": "application/problem+json",
    },
  );
}

async function getAttempts(call: Call): Promise<Response> {
  return answer(
    await call.node.service.attempts(call.target),
    (runs) => json(200, { items: runs.map(attemptView) }),
  );
}

async function getLogs(call: Call): Promise<Response> {
  const query = parse(logsQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  return answer(
    await call.node.service.logs(call.target, query.value.limit),
    (lines) => json(200, { items: lines.map(logLineView) }),
  );
}

async function cancelTask(call: Call): Promise<Response> {
  const input = parse(emptyInput, call.body ?? {});
  if (!input.ok) return problem(input.error);
  return answer(
    await call.node.service.cancelTask(call.target),
    (task) => json(task.status === "cancelled" ? 200 : 202, taskView(task)),
  );
}

async function retryTask(call: Call): Promise<Response> {
  const input = parse(retryTaskInput, call.body ?? {});
  if (!input.ok) return problem(input.error);
  let text: string | null = null;
  if (input.value.args !== undefined) {
    const args = readArgs({ args: input.value.args }, { now: call.node.now(), at: "" });
    if (!args.ok) return problem(args.error);
    text = args.value;
  }
  return answer(
    await call.node.service.retryTask(call.target, text),
    (task) => json(200, taskView(task)),
  );
}

async function deleteTask(call: Call): Promise<Response> {
  return answer(await call.node.service.deleteTask(call.target), noContent);
}

const task = { description: "The task.", schema: taskAnswer };

/** `/api/tasks` and all below it. */
export const TASK_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/api/tasks",
    scope: "tasks:write",
    summary: "Submit a task",
    tag,
    body: { schema: taskInput, optional: false },
    submits: true,
    answers: {
      201: { schema: submittedTaskAnswer, description: "Stored. `Location` names it." },
      200: {
        schema: submittedTaskAnswer,
        description: "Known before, with the same content: the task as it is now. Or, with " +
          "`duplicate: true`, the task beside which `unique` lets no other be made.",
      },
    },
    problems: [409],
    handle: submitTask,
  },
  {
    method: "post",
    path: "/api/tasks/batch",
    scope: "tasks:write",
    summary: "Submit up to 10,000 tasks, each accepted or refused on its own",
    tag,
    body: { schema: batchInput.extend({ tasks: taskInput.array() }), optional: false },
    submits: true,
    answers: { 200: { description: "One entry a task, in order.", schema: batchAnswer } },
    handle: submitBatch,
  },
  {
    method: "get",
    path: "/api/tasks",
    scope: "tasks:read",
    summary: "List tasks, newest first",
    tag,
    query: taskListQuery,
    answers: { 200: { description: "A page; it may be short.", schema: taskPageAnswer } },
    handle: listTasks,
  },
  {
    method: "get",
    path: "/api/tasks/{id}",
    scope: "tasks:read",
    summary: "Get a task",
    tag,
    answers: { 200: task },
    problems: [404],
    handle: getTask,
  },
  {
    method: "get",
    path: "/api/tasks/{id}/result",
    scope: "tasks:read",
    summary: "Get a task's result, waiting for it up to waitMs",
    tag,
    query: resultQuery,
    answers: {
      200: { description: "Completed.", schema: resultAnswer },
      202: { description: "Not done yet.", schema: pendingResultAnswer },
    },
    problems: [404, 409],
    handle: getResult,
  },
  {
    method: "get",
    path: "/api/tasks/{id}/attempts",
    scope: "tasks:read",
    summary: "List the runs of a task",
    tag,
    answers: { 200: { description: "Oldest first.", schema: listOf(attemptAnswer) } },
    problems: [404],
    handle: getAttempts,
  },
  {
    method: "get",
    path: "/api/tasks/{id}/logs",
    scope: "tasks:read",
    summary: "Get what a task's code has logged",
    tag,
    query: logsQuery,
    answers: { 200: { description: "Oldest first.", schema: listOf(logLineAnswer) } },
    problems: [404],
    handle: getLogs,
  },
  {
    method: "post",
    path: "/api/tasks/{id}/cancel",
    scope: "tasks:write",
    summary: "Cancel a task",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: {
      200: { ...task, description: "It is cancelled, or was." },
      202: { ...task, description: "Its code still runs and was told." },
    },
    problems: [404, 409],
    handle: cancelTask,
  },
  {
    method: "post",
    path: "/api/tasks/{id}/retry",
    scope: "tasks:write",
    summary: "Run a failed or cancelled task again",
    tag,
    body: { schema: retryTaskInput, optional: true },
    answers: { 200: task },
    problems: [404, 409],
    handle: retryTask,
  },
  {
    method: "delete",
    path: "/api/tasks/{id}",
    scope: "tasks:write",
    summary: "Delete an ended task on which nothing live depends",
    tag,
    answers: { 204: { description: "Deleted." } },
    problems: [404, 409],
    handle: deleteTask,
  },
];
