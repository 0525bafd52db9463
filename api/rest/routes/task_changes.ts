/** Operations that change many tasks. */
import { cancelTasks, retryTasks } from "../../operations/task_changes.ts";
import { batchChangeAnswer, cancelTasksInput, retryTasksInput } from "../../schema.ts";
import type { Route } from "../route.ts";
import { serve } from "../serve.ts";

const tag = "tasks";

const outcome = {
  description: "How many tasks were found and changed. By filter, one call changes at most " +
    "100,000: call again while it says `more`. Tasks that come while it is going on are left out.",
  schema: batchChangeAnswer,
};

/** Changes of many tasks, below `/api/tasks`. */
export const TASK_CHANGE_ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/api/tasks/cancel",
    summary: "Cancel many tasks, by ids or by filter: those that have not ended",
    tag,
    body: { schema: cancelTasksInput, optional: false },
    answers: { 200: outcome },
    ...serve(cancelTasks),
  },
  {
    method: "post",
    path: "/api/tasks/retry",
    summary: "Run many tasks again, by ids or by filter: those that failed or were cancelled",
    tag,
    body: { schema: retryTasksInput, optional: false },
    answers: { 200: outcome },
    ...serve(retryTasks),
  },
];
