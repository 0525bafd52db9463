/** Operations on workflows. */
import { LIMITS } from "../../actors/domain/task.ts";
import type { JsonText } from "../../actors/protocol.ts";
import {
  emptyInput,
  parse,
  readWorkflow,
  toWorkflowFilter,
  workflowListQuery,
  workflowQuery,
  workflowRunsQuery,
  type WorkflowRunView,
  type WorkflowView,
} from "../schema.ts";
import { workflowRunView, workflowView } from "../task_view.ts";
import { readIdempotencyKey } from "./idempotency_key.ts";
import { mapped, type Operation } from "./operation.ts";
import type { ListPage } from "./tasks.ts";

/** A workflow that was submitted, or was there. */
export interface SubmittedWorkflowView {
  /** False where it was there already. */
  readonly created: boolean;
  readonly workflow: WorkflowView;
}

/** Submits a graph of tasks, stored whole or not at all. */
export const submitWorkflow: Operation<SubmittedWorkflowView> = {
  scope: "tasks:write",
  input: "body",
  submits: true,
  async run(call) {
    const key = readIdempotencyKey(call);
    if (!key.ok) return key;
    const { node, traceparent } = call;
    const context = { now: node.now(), idempotencyKey: key.value, traceparent };
    const message = readWorkflow(call.input, context);
    if (!message.ok) return message;
    const submitted = await node.service.submitWorkflow(message.value);
    return mapped(submitted, ({ created, workflow }) => ({
      created,
      workflow: workflowView(workflow),
    }));
  },
};

/** A page of workflows, newest first. */
export const listWorkflows: Operation<ListPage<WorkflowView>> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, input }) {
    const query = parse(workflowListQuery, input);
    if (!query.ok) return query;
    const { limit, cursor = null } = query.value;
    const filter = toWorkflowFilter(query.value);
    const page = await node.service.listWorkflows(filter, { limit, cursor });
    return mapped(page, ({ items, nextCursor }) => ({
      items: items.map(workflowView),
      nextCursor,
    }));
  },
};

/** A workflow with its tasks or a page of them, these without arguments and results: `WorkflowDetailsView`. */
export const getWorkflow: Operation<JsonText> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, target, input }) {
    const query = parse(workflowQuery, input ?? {});
    if (!query.ok) return query;
    const { limit = LIMITS.workflowTasks, cursor = null } = query.value;
    return await node.service.getWorkflow(target, { limit, cursor });
  },
};

/** A page of the runs of a workflow's tasks, in the order of the tasks. */
export const listWorkflowRuns: Operation<ListPage<WorkflowRunView>> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, target, input }) {
    const query = parse(workflowRunsQuery, input ?? {});
    if (!query.ok) return query;
    const { limit, cursor = null } = query.value;
    const page = await node.service.workflowRuns(target, { limit, cursor });
    return mapped(page, ({ items, nextCursor }) => ({
      items: items.map(workflowRunView),
      nextCursor,
    }));
  },
};

/** Cancels all live tasks of a workflow. */
export const cancelWorkflow: Operation<WorkflowView> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, target, input }) {
    const body = parse(emptyInput, input ?? {});
    return body.ok ? mapped(await node.service.cancelWorkflow(target), workflowView) : body;
  },
};

/** Lets the failed and cancelled tasks of a workflow run again. */
export const retryWorkflow: Operation<WorkflowView> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, target, input }) {
    const body = parse(emptyInput, input ?? {});
    return body.ok ? mapped(await node.service.retryWorkflow(target), workflowView) : body;
  },
};
