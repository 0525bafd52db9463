/** Operations on queues. */
import { defaultQueue } from "../../../actors/domain/task.ts";
import type { QueuePatch } from "../../../actors/protocol.ts";
import { emptyInput, listOf, parse, queueAnswer, queueInput, queueSettings } from "../../schema.ts";
import { countsByQueue, queueView } from "../../task_view.ts";
import { answer, json, problem } from "../reply.ts";
import type { Call, Route } from "../route.ts";

const tag = "queues";

/** The queues that were set up, and those that merely hold tasks. */
async function listQueues({ node }: Call): Promise<Response> {
  const [queues, depths] = await Promise.all([
    node.service.listQueues(),
    node.service.queueDepths(),
  ]);
  if (!depths.ok) return problem(depths.error);
  return answer(queues, (configs) => {
    const counts = countsByQueue(depths.value);
    const byName = new Map([...counts.keys()].map((name) => [name, defaultQueue(name)]));
    for (const config of configs) byName.set(config.name, config);
    const items = [...byName.values()].sort((a, b) => a.name < b.name ? -1 : 1)
      .map((queue) => queueView(queue, counts.get(queue.name) ?? {}));
    return json(200, { items });
  });
}

function putQueue(call: Call): Promise<Response> | Response {
  const input = parse(queueInput, call.body);
  return input.ok ? configure(call, queueSettings(input.value)) : problem(input.error);
}

function setPaused(call: Call, paused: boolean): Promise<Response> | Response {
  const input = parse(emptyInput, call.body ?? {});
  return input.ok ? configure(call, { paused }) : problem(input.error);
}

async function configure({ node, target }: Call, patch: QueuePatch): Promise<Response> {
  return answer(
    await node.service.configureQueue(target, patch),
    (queue) => json(200, queueView(queue)),
  );
}

const queue = { description: "The queue.", schema: queueAnswer };

/** `/api/queues` and all below it. */
export const QUEUE_ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/api/queues",
    scope: "tasks:read",
    summary: "List queues with their settings and depths",
    tag,
    answers: { 200: { description: "By name.", schema: listOf(queueAnswer) } },
    handle: listQueues,
  },
  {
    method: "put",
    path: "/api/queues/{name}",
    scope: "admin",
    summary: "Set a queue up; what is absent is set to its default",
    tag,
    body: { schema: queueInput, optional: false },
    answers: { 200: queue },
    handle: putQueue,
  },
  {
    method: "post",
    path: "/api/queues/{name}/pause",
    scope: "admin",
    summary: "Start no further task of a queue",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: queue },
    handle: (call) => setPaused(call, true),
  },
  {
    method: "post",
    path: "/api/queues/{name}/resume",
    scope: "admin",
    summary: "Start tasks of a queue again",
    tag,
    body: { schema: emptyInput, optional: true },
    answers: { 200: queue },
    handle: (call) => setPaused(call, false),
  },
];
