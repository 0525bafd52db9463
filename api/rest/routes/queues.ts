/** Operations on queues. */
import { listQueues, pauseQueue, resumeQueue, setQueue } from "../../operations/queues.ts";
import { emptyInput, listOf, queueAnswer, queueInput } from "../../schema.ts";
import type { Route } from "../route.ts";
import { serve } from "../serve.ts";

const tag = "queues";

const queue = { description: "The queue.", schema: queueAnswer };

/** `/api/queues` and all below it. */
export const QUEUE_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/api/queues",
    summary: "List queues with their settings and depths",
    tag,
    answers: { 200: { description: "By name.", schema: listOf(queueAnswer) } },
    ...serve(listQueues),
  },
  {
    method: "put",
    path: "/api/queues/{name}",
    summary: "Set a queue up; what is absent is set to its default",
    tag,
    body: { schema: queueInput, optional: false },
    answers: { 200: queue },
    ...serve(setQueue),
  },
  {
    method: "post",
    path: "/api/queues/{name}/pause",
    summary: "Start no further task of a queue",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: queue },
    ...serve(pauseQueue),
  },
  {
    method: "post",
    path: "/api/queues/{name}/resume",
    summary: "Start tasks of a queue again",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: queue },
    ...serve(resumeQueue),
  },
];
