/** Operations on workflows. */
import {
  emptyInput,
  pageQuery,
  parse,
  readWorkflow,
  workflowAnswer,
  workflowDetailsAnswer,
  workflowInput,
  workflowPageAnswer,
} from "../../schema.ts";
import { taskView, workflowView } from "../../task_view.ts";
import { answer, json, problem } from "../reply.ts";
import { type Call, queryOf, type Route } from "../route.ts";
import { readIdempotencyKey, traceparentOf } from "../submission_headers.ts";

const tag = "workflows";

async function submitWorkflow(call: Call): Promise<Response> {
  const key = readIdempotencyKey(call);
  if (!key.ok) return problem(key.error);
  const message = readWorkflow(call.body, {
    now: call.node.now(),
    idempotencyKey: key.value,
    traceparent: traceparentOf(call.request),
  });
  if (!message.ok) return problem(message.error);
  return answer(await call.node.service.submitWorkflow(message.value), ({ created, workflow }) => {
    const view = workflowView(workflow);
    return created
      ? json(201, view, { location: `/api/workflows/${workflow.id}` })
      : json(200, view);
  });
}

async function listWorkflows(call: Call): Promise<Response> {
  const query = parse(pageQuery, queryOf(call));
  if (!query.ok) return problem(query.error);
  const { limit, cursor } = query.value;
  return answer(
    await call.node.service.listWorkflows({ limit, cursor: cursor ?? null }),
    ({ items, nextCursor }) => json(200, { items: items.map(workflowView), nextCursor }),
  );
}

async function getWorkflow(call: Call): Promise<Response> {
  return answer(
    await call.node.service.getWorkflow(call.target),
    ({ workflow, tasks }) =>
      json(200, {
        ...workflowView(workflow),
        tasks: tasks.map((task) => taskView(task, true)),
      }),
  );
}

async function cancelWorkflow(call: Call): Promise<Response> {
  const input = parse(emptyInput, call.body ?? {});
  if (!input.ok) return problem(input.error);
  return answer(
    await call.node.service.cancelWorkflow(call.target),
    (workflow) => json(200, workflowView(workflow)),
  );
}

async function retryWorkflow(call: Call): Promise<Response> {
  const input = parse(emptyInput, call.body ?? {});
  if (!input.ok) return problem(input.error);
  return answer(
    await call.node.service.retryWorkflow(call.target),
    (workflow) => json(200, workflowView(workflow)),
  );
}

const workflow = { description: "The workflow.", schema: workflowAnswer };

/** `/api/workflows` and all below it. */
export const WORKFLOW_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/api/workflows",
    scope: "tasks:write",
    summary: "Submit a graph of tasks, stored whole or not at all",
    tag,
    body: { schema: workflowInput, optional: false },
    submits: true,
    answers: {
      201: { ...workflow, description: "Stored. `Location` names it." },
      200: { ...workflow, description: "Known before, with the same content: as it is now." },
    },
    problems: [409],
    handle: submitWorkflow,
  },
  {
    method: "get",
    path: "/api/workflows",
    scope: "tasks:read",
    summary: "List workflows, newest first",
    tag,
    query: pageQuery,
    answers: { 200: { description: "A page.", schema: workflowPageAnswer } },
    handle: listWorkflows,
  },
  {
    method: "get",
    path: "/api/workflows/{id}",
    scope: "tasks:read",
    summary: "Get a workflow with its tasks",
    tag,
    answers: { 200: { description: "The workflow.", schema: workflowDetailsAnswer } },
    problems: [404],
    handle: getWorkflow,
  },
  {
    method: "post",
    path: "/api/workflows/{id}/cancel",
    scope: "tasks:write",
    summary: "Cancel all live tasks of a workflow",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: workflow },
    problems: [404, 409],
    handle: cancelWorkflow,
  },
  {
    method: "post",
    path: "/api/workflows/{id}/retry",
    scope: "tasks:write",
    summary: "Run the failed and cancelled tasks of a workflow again",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: workflow },
    problems: [404, 409],
    handle: retryWorkflow,
  },
];
