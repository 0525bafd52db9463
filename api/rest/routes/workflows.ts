/** Operations on workflows. */
import {
  cancelWorkflow,
  getWorkflow,
  listWorkflowRuns,
  listWorkflows,
  retryWorkflow,
  submitWorkflow,
} from "../../operations/workflows.ts";
import {
  emptyInput,
  workflowAnswer,
  workflowDetailsAnswer,
  workflowInput,
  workflowListQuery,
  workflowPageAnswer,
  workflowQuery,
  workflowRunPageAnswer,
  workflowRunsQuery,
} from "../../schema.ts";
import { json, written } from "../reply.ts";
import type { Route } from "../route.ts";
import { serve } from "../serve.ts";

const tag = "workflows";

const workflow = { description: "The workflow.", schema: workflowAnswer };

/** `/api/workflows` and all below it. */
export const WORKFLOW_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/api/workflows",
    summary: "Submit a graph of tasks, stored whole or not at all",
    tag,
    body: { schema: workflowInput, optional: false },
    answers: {
      201: { ...workflow, description: "Stored. `Location` names it." },
      200: { ...workflow, description: "Known before, with the same content: as it is now." },
    },
    problems: [409],
    ...serve(submitWorkflow, ({ created, workflow }) => {
      return created
        ? json(201, workflow, { location: `/api/workflows/${workflow.id}` })
        : json(200, workflow);
    }),
  },
  {
    method: "get",
    path: "/api/workflows",
    summary: "List workflows, newest first",
    tag,
    query: workflowListQuery,
    answers: { 200: { description: "A page.", schema: workflowPageAnswer } },
    ...serve(listWorkflows),
  },
  {
    method: "get",
    path: "/api/workflows/{id}",
    summary: "Get a workflow with its tasks",
    tag,
    query: workflowQuery,
    answers: { 200: { description: "The workflow.", schema: workflowDetailsAnswer } },
    problems: [404],
    ...serve(getWorkflow, written),
  },
  {
    method: "get",
    path: "/api/workflows/{id}/runs",
    summary: "List the runs of a workflow's tasks, in the order of the tasks",
    tag,
    query: workflowRunsQuery,
    answers: { 200: { description: "A page.", schema: workflowRunPageAnswer } },
    problems: [404],
    ...serve(listWorkflowRuns),
  },
  {
    method: "post",
    path: "/api/workflows/{id}/cancel",
    summary: "Cancel all live tasks of a workflow",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: workflow },
    problems: [404, 409],
    ...serve(cancelWorkflow),
  },
  {
    method: "post",
    path: "/api/workflows/{id}/retry",
    summary: "Run the failed and cancelled tasks of a workflow again",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: workflow },
    problems: [404, 409],
    ...serve(retryWorkflow),
  },
];
