/** Operations on workflows. */
import {
  emptyInput,
  pageQuery,
  parse,
  readWorkflow,
  type WorkflowDetailsView,
  type WorkflowView,
} from "../schema.ts";
import { taskView, workflowView } from "../task_view.ts";
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
    const query = parse(pageQuery, input);
    if (!query.ok) return query;
    const { limit, cursor } = query.value;
    const page = await node.service.listWorkflows({ limit, cursor: cursor ?? null });
    return mapped(page, ({ items, nextCursor }) => ({
      items: items.map(workflowView),
      nextCursor,
    }));
  },
};

/** A workflow with its tasks, these without arguments and results. */
export const getWorkflow: Operation<WorkflowDetailsView> = {
  scope: "tasks:read",
  async run({ node, target }) {
    const details = await node.service.getWorkflow(target);
    return mapped(details, ({ workflow, tasks }) => ({
      ...workflowView(workflow),
      tasks: tasks.map((task) => taskView(task, true)),
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
