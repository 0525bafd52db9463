/** Operations on tasks that were submitted. */
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import type { TaskRecord } from "../../actors/domain/task.ts";
import type { JsonText, Page } from "../../actors/protocol.ts";
import { hasEnded } from "../end_waits.ts";
import { explanationView } from "../explain_view.ts";
import {
  type AttemptView,
  emptyInput,
  type ExplanationView,
  type LogPageView,
  logsQuery,
  pageQuery,
  parse,
  readArgs,
  resultQuery,
  retryTaskInput,
  taskListQuery,
  type TaskView,
  toFilter,
} from "../schema.ts";
import { attemptView, logPageView, taskView } from "../task_view.ts";
import { mapped, type Operation } from "./operation.ts";

/** All of something. */
export interface List<T> {
  readonly items: readonly T[];
}

/** A part of a list; `nextCursor` leads to the next. */
export interface ListPage<T> extends List<T> {
  readonly nextCursor: string | null;
}

/** A page of tasks, newest first: `ListPage<TaskView>`. */
export const listTasks: Operation<JsonText> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, input }) {
    const query = parse(taskListQuery, input);
    if (!query.ok) return query;
    const { limit, cursor } = query.value;
    const page = { limit, cursor: cursor ?? null };
    return await node.service.listTasks(toFilter(query.value), page);
  },
};

/** A task. */
export const getTask: Operation<TaskView> = {
  scope: "tasks:read",
  run: async ({ node, target }) => mapped(await node.service.getTask(target), asView),
};

/** The task once it has ended, or as it is when the wait is over: see `resultOf`. */
export const awaitResult: Operation<TaskRecord> = {
  scope: "tasks:read",
  input: "query",
  run({ node, target, input, timeLeftMs, signal }) {
    const query = parse(resultQuery, input);
    if (!query.ok) return query;
    const waitMs = Math.min(query.value.waitMs, timeLeftMs);
    return node.service.awaitEnd(target, waitMs, waitMs > 0 ? signal() : undefined);
  },
};

/** A task's result, or that there is none yet; refused where there will be none. */
export function resultOf(task: TaskRecord): Result<ResultView> {
  const { id, status } = task;
  if (!hasEnded(task)) return ok({ id, status });
  if (status === "completed") return ok({ id, status, result: taskView(task).result });
  const why = task.error?.message ?? task.reason;
  return refuse(
    "failed_precondition",
    `task_${status}`,
    `Task "${id}" has no result: ${status}${why === null ? "" : `: ${why}`}`,
  );
}

/** What is known of a result: it is there for completed tasks alone. */
export type ResultView = Pick<TaskView, "id" | "status"> & { readonly result?: unknown };

/** The runs of a task, oldest first. */
export const listAttempts: Operation<List<AttemptView>> = {
  scope: "tasks:read",
  async run({ node, target }) {
    const runs = await node.service.attempts(target);
    return mapped(runs, (items) => ({ items: items.map(attemptView) }));
  },
};

/** A part of what a task's code has logged, by run. */
export const listLogs: Operation<LogPageView> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, target, input }) {
    const query = parse(logsQuery, input);
    if (!query.ok) return query;
    const { after = null, limit } = query.value;
    return mapped(await node.service.logs(target, { after, limit }), logPageView);
  },
};

/** A page of the tasks that depend on one, in the order of their submission. */
export const listDependents: Operation<ListPage<TaskView>> = {
  scope: "tasks:read",
  input: "query",
  async run({ node, target, input }) {
    const query = parse(pageQuery, input);
    if (!query.ok) return query;
    const { limit, cursor = null } = query.value;
    return mapped(await node.service.dependents(target, { limit, cursor }), asViews);
  },
};

/** Why a task is where it is. */
export const explainTask: Operation<ExplanationView> = {
  scope: "tasks:read",
  run: async ({ node, target }) => mapped(await node.explain.explain(target), explanationView),
};

/** Cancels a task, or tells its running code to stop. */
export const cancelTask: Operation<TaskView> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, target, input }) {
    const body = parse(emptyInput, input ?? {});
    return body.ok ? mapped(await node.service.cancelTask(target), asView) : body;
  },
};

/** Lets a failed or cancelled task run again. */
export const retryTask: Operation<TaskView> = {
  scope: "tasks:write",
  input: "body",
  async run({ node, target, input }) {
    const body = parse(retryTaskInput, input ?? {});
    if (!body.ok) return body;
    const { args: list } = body.value;
    const args = list === undefined ? ok(null) : readArgs({ args: list }, {
      now: node.now(),
      at: "",
    });
    if (!args.ok) return args;
    return mapped(await node.service.retryTask(target, args.value), asView);
  },
};

/** Removes an ended task on which nothing live depends. */
export const deleteTask: Operation<null> = {
  scope: "tasks:write",
  run: ({ node, target }) => node.service.deleteTask(target),
};

function asView(task: TaskRecord): TaskView {
  return taskView(task);
}

function asViews({ items, nextCursor }: Page<TaskRecord>): ListPage<TaskView> {
  return { items: items.map(asView), nextCursor };
}
