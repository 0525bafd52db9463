/** The recorded graphs as clients of the older service submit one: task by task, linked by ids. */
import assert from "node:assert/strict";
import { encodeAny } from "../support/encode_any.ts";
import { TaskResponse_Status as Status } from "../../proto/gen/task_scheduler_pb.ts";
import {
  assertOrder,
  dependenciesFirst,
  type FinishedTask,
  GRAPHS,
  parallelismOf,
  readGraph,
  workflowOf,
  type WorkflowTask,
} from "../support/graphs.ts";
import { GrpcClient } from "../support/grpc_client.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { awaitEnd } from "../support/task_client.ts";

for (const name of GRAPHS) {
  Deno.test(`graph ${name} through gRPC runs in order, independent tasks in parallel`, async () => {
    await using node = await startNode({ args: ["--executors", "2"] });
    assert.ok(node.grpc);
    using client = new GrpcClient(node.grpc, { token: await node.token() });
    const request = workflowOf(readGraph(name), { id: name, msPerSecond: 5 });
    const tasks = dependenciesFirst(request.tasks);
    const answers = await submitAll(client, tasks);
    assert.deepEqual(answers.map(({ taskId }) => taskId), tasks.map(({ key }) => key));
    for (const { status, result } of answers) assert.notEqual(status, Status.FAILED, result);
    await assertRan(node, tasks);
    for (const { key, args } of tasks) {
      const { isReady, result } = await client.getResult(key);
      assert.deepEqual([isReady, result], [true, String(args[0])]);
    }
  });
}

/**
 * Sends every task before any has answered, dependencies first: the calls of one connection keep
 * their order, so that none names a dependency that the node does not know yet.
 */
function submitAll(client: GrpcClient, tasks: readonly WorkflowTask[]) {
  return Promise.all(
    tasks.map(({ key, method, args, deps }) =>
      client.submit({
        taskId: key,
        method,
        args: args.map((ms) => encodeAny(Number(ms))),
        deps: [...deps],
        isAsync: true,
      })
    ),
  );
}

/** Asserts what REST shows: the graph as it was sent, its order, and two executors at work. */
async function assertRan(node: NodeProcess, tasks: readonly WorkflowTask[]): Promise<void> {
  const finished: FinishedTask[] = [];
  for (const { key } of tasks) finished.push(await finishedTask(node, key));
  assertOrder(finished);
  assert.deepEqual(finished.map(({ deps }) => deps), tasks.map(({ deps }) => deps));
  const { peak, executors } = parallelismOf(finished);
  console.log(`${tasks.length} tasks, at most ${peak} at once on ${executors} executors`);
  assert.ok(peak >= 2, "independent tasks ran one after the other");
  assert.ok(executors >= 2, "all tasks ran on one executor");
}

/** The end of a task as REST shows it, which has no key outside of a workflow. */
async function finishedTask(node: NodeProcess, id: string): Promise<FinishedTask> {
  await awaitEnd(node, id);
  const { status, body } = await node.fetchApi("GET", `/api/tasks/${id}`);
  assert.equal(status, 200);
  return { ...body, key: id };
}
