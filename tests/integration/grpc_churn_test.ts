/**
 * What proves a version of Deno before the project moves to it: some use freed memory when HTTP/2
 * connections close, and with `MALLOC_PERTURB_` set they die of it at once. See `api/cli/runtime_support.ts`.
 */
import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { encodeAny } from "../support/encode_any.ts";
import { TaskResponse_Status as Status, TaskScheduler } from "../../proto/gen/task_scheduler_pb.ts";
import { GrpcClient, refusalOf } from "../support/grpc_client.ts";
import {
  type ChurnTarget,
  cutConnections,
  resetStreams,
  sendGarbage,
} from "../support/http2_churn.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";

const CONNECTIONS = 300;
const CANCELLED = 2_000;
const CANCELLED_AT_ONCE = 200;

Deno.test("grpc serves on in the same process after connections are cut, calls cancelled and streams reset", async () => {
  await using node = await startNode({ env: { MALLOC_PERTURB_: "165" } });
  const target = { address: node.grpc ?? "", token: await node.token() };
  let ended = false;
  node.status.then(() => ended = true);

  assert.equal(await cutConnections(target, { count: CONNECTIONS, atOnce: 20 }), CONNECTIONS);
  await cancelCalls(target);
  await resetStreams(target, { count: 20, atOnce: 4, perConnection: 100 });
  await sendGarbage(target, { count: 70, atOnce: 10 });

  await assertServing(target);
  assert.equal(ended, false, `the process died:\n${node.output()}`);
  assert.equal(await restartsOf(node, "grpc"), 0);
});

/**
 * Starts calls that wait for a task, and cancels each once it is on its way. Each group has a
 * connection of its own: HTTP/2 servers hang up on one that resets more than about 1,000 streams.
 */
async function cancelCalls({ address, token }: ChurnTarget): Promise<void> {
  for (let done = 0; done < CANCELLED; done += CANCELLED_AT_ONCE) {
    using client = new GrpcClient(address, { token });
    const refusals = Array.from({ length: CANCELLED_AT_ONCE }, () => {
      const { call, response } = client.start(TaskScheduler.method.submitTask, {
        method: "sleep",
        args: [encodeAny(500)],
      });
      // The server's first headers come with its answer, so a short while stands for "midway".
      setTimeout(() => call.cancel(), 5);
      return refusalOf(response);
    });
    for (const { code, details } of await Promise.all(refusals)) {
      assert.equal(code, status.CANCELLED, details);
    }
  }
}

async function assertServing({ address, token }: ChurnTarget): Promise<void> {
  using client = new GrpcClient(address, { token });
  const answer = await client.submit({ method: "add", args: [encodeAny(20), encodeAny(22)] });
  assert.deepEqual([answer.status, answer.result], [Status.SUCCESS, "42"]);
}

async function restartsOf(node: NodeProcess, actor: string): Promise<number | undefined> {
  const { body } = await node.fetchApi("GET", "/api/system");
  const actors: readonly { readonly name: string; readonly restarts: number }[] = body.actors;
  return actors.find(({ name }) => name === actor)?.restarts;
}
