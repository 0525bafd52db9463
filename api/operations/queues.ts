/** Operations on queues. */
import { defaultQueue } from "../../actors/domain/task.ts";
import type { QueuePatch } from "../../actors/protocol.ts";
import { emptyInput, parse, queueInput, queueSettings, type QueueView } from "../schema.ts";
import { countsByQueue, queueView } from "../task_view.ts";
import { mapped, type Operation, type OperationCall } from "./operation.ts";
import type { List } from "./tasks.ts";

/** The queues that were set up, and those that merely hold tasks, by name. */
export const listQueues: Operation<List<QueueView>> = {
  scope: "tasks:read",
  async run({ node }) {
    const [queues, depths] = await Promise.all([
      node.service.listQueues(),
      node.service.queueDepths(),
    ]);
    if (!depths.ok) return depths;
    return mapped(queues, (configs) => {
      const counts = countsByQueue(depths.value);
      const byName = new Map([...counts.keys()].map((name) => [name, defaultQueue(name)]));
      for (const config of configs) byName.set(config.name, config);
      const items = [...byName.values()].sort((a, b) => a.name < b.name ? -1 : 1)
        .map((queue) => queueView(queue, counts.get(queue.name) ?? {}));
      return { items };
    });
  },
};

/** Sets a queue up; what is absent is set to its default. */
export const setQueue: Operation<QueueView> = {
  scope: "admin",
  input: "body",
  run(call) {
    const input = parse(queueInput, call.input);
    return input.ok ? configure(call, queueSettings(input.value)) : input;
  },
};

/** Starts no further task of a queue. */
export const pauseQueue = pausing(true);

/** Starts tasks of a queue again. */
export const resumeQueue = pausing(false);

function pausing(paused: boolean): Operation<QueueView> {
  return {
    scope: "admin",
    input: "body",
    run(call) {
      const input = parse(emptyInput, call.input ?? {});
      return input.ok ? configure(call, { paused }) : input;
    },
  };
}

async function configure({ node, target }: OperationCall, patch: QueuePatch) {
  return mapped(await node.service.configureQueue(target, patch), (queue) => queueView(queue));
}
