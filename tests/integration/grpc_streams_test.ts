/** The streams of `dtask.v1` on a real node. */
import { status } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { NodeService } from "../../proto/gen/dtask/v1/node_service_pb.ts";
import { TaskStatus } from "../../proto/gen/dtask/v1/task_pb.ts";
import { TaskService, type WatchTasksResponse } from "../../proto/gen/dtask/v1/task_service_pb.ts";
import { GrpcClient } from "../support/grpc_client.ts";
import { detailsOf } from "../support/grpc_details.ts";
import { duplexStream, watchStream } from "../support/grpc_stream.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";

const { watchTasks, followLog, submitTask, submitStream, deleteTask } = TaskService.method;

function taskOf({ event }: WatchTasksResponse): readonly [string, TaskStatus] | null {
  return event.case === "task" ? [event.value.id, event.value.status] : null;
}

interface Rig {
  readonly node: NodeProcess;
  readonly client: GrpcClient;
  readonly submit: (id: string, labels?: Record<string, string>) => Promise<unknown>;
}

async function resumes({ client, submit }: Rig): Promise<void> {
  using watch = watchStream(client, watchTasks, {});
  const first = await watch.next();
  assert.equal(first?.event.case, undefined);
  assert.notEqual(first?.resumeToken, "");
  await submit("w1");
  const ended = await watch.until((message) =>
    taskOf(message)?.join() === ["w1", TaskStatus.COMPLETED].join()
  );
  await submit("w2");
  await watch.until((message) => taskOf(message)?.[0] === "w2");
  using resumed = watchStream(client, watchTasks, { resumeToken: ended.resumeToken });
  assert.equal((await resumed.next())?.event.case, undefined);
  const after = await resumed.until(({ event }) => event.case === "task");
  assert.equal(taskOf(after)?.[0], "w2", "what came before is not told again");
  // From the very first place: every task is told once, as it is by now.
  using all = watchStream(client, watchTasks, { resumeToken: first?.resumeToken ?? "" });
  const told = await all.until(({ event }) => event.case === "task");
  assert.deepEqual(taskOf(told), ["w1", TaskStatus.COMPLETED]);
}

async function filters({ client, submit }: Rig): Promise<void> {
  using watch = watchStream(client, watchTasks, {
    filter: { label: "of:me", statuses: [TaskStatus.COMPLETED] },
  });
  await watch.next();
  await submit("w3");
  await submit("w4", { of: "me" });
  const told = await watch.until(({ event }) => event.case !== undefined);
  assert.deepEqual(taskOf(told), ["w4", TaskStatus.COMPLETED]);
  await client.unary(deleteTask, { id: "w4" });
  const gone = await watch.until(({ event }) => event.case === "deletedId");
  assert.equal(gone.event.value, "w4");
}

async function refuses({ client }: Rig): Promise<void> {
  using nowhere = watchStream(client, watchTasks, { resumeToken: "nowhere" });
  const { error } = await nowhere.rest();
  assert.ok(error);
  assert.equal(error.code, status.INVALID_ARGUMENT);
  assert.equal(detailsOf(error).violations[0]?.field, "resume_token");
  using wrong = watchStream(client, watchTasks, { filter: { workflowId: "no id" } });
  const refused = (await wrong.rest()).error;
  assert.ok(refused);
  assert.equal(detailsOf(refused).violations[0]?.field, "filter.workflow_id");
}

async function resets({ client }: Rig): Promise<void> {
  using watch = watchStream(client, watchTasks, { resumeToken: "00zzzzzzzzz" });
  const reset = await watch.until(({ event }) => event.case !== undefined);
  assert.equal(reset.event.case, "reset");
}

async function followsLog({ client, submit }: Rig): Promise<void> {
  await submit("l1");
  using log = watchStream(client, followLog, { id: "l1" });
  const { messages, error } = await log.rest();
  assert.equal(error, null);
  assert.deepEqual(messages.at(-1)?.event, { case: "ended", value: TaskStatus.COMPLETED });
  using unknown = watchStream(client, followLog, { id: "nobody" });
  assert.equal((await unknown.rest()).error?.code, status.NOT_FOUND);
}

async function watchesStats({ client, submit }: Rig): Promise<void> {
  using watch = watchStream(client, NodeService.method.watchStats, {});
  const before = await watch.until(({ stats }) => stats !== undefined);
  await submit("p1");
  await watch.until(({ stats }) => (stats?.submitted ?? 0n) > (before.stats?.submitted ?? 0n));
}

async function submits({ client }: Rig): Promise<void> {
  const tasks = Array.from({ length: 1_000 }, (_, i) => ({ id: `s${i}`, method: "noop" }));
  for (const created of [true, false]) {
    using stream = duplexStream(client, submitStream);
    for (let at = 0; at < tasks.length; at += 50) {
      await stream.send({ tasks: tasks.slice(at, at + 50) });
    }
    stream.end();
    const { messages, error } = await stream.answers.rest();
    assert.equal(error, null);
    const results = messages.flatMap(({ results }) => results);
    assert.deepEqual(results.map(({ id }) => id), tasks.map(({ id }) => id));
    assert.ok(results.every((result) => result.created === created));
  }
}

async function stops({ client, node }: Rig): Promise<void> {
  using watch = watchStream(client, watchTasks, {});
  await watch.next();
  using stream = duplexStream(client, submitStream);
  await stream.send({ tasks: [{ id: "last", method: "noop" }] });
  assert.equal((await stream.answers.next())?.results[0]?.id, "last");
  const stopped = node.stop();
  const ends = [(await stream.answers.rest()).error, (await watch.rest()).error];
  await stopped;
  for (const error of ends) assert.equal(error?.code, status.UNAVAILABLE);
}

const STEPS: Readonly<Record<string, (rig: Rig) => Promise<void>>> = {
  "WatchTasks tells changes from its place on, and resumes after any of them": resumes,
  "WatchTasks takes the filters of lists, and tells deletions whatever they are": filters,
  "WatchTasks refuses what is no place, and what is no filter": refuses,
  "WatchTasks says reset for a place of another store": resets,
  "FollowLog ends with its task": followsLog,
  "WatchStats tells the numbers at once, and after changes": watchesStats,
  "SubmitStream stores what it acknowledges, and takes a task that is there as it is": submits,
  "streams end when the node stops, with the word to come again": stops,
};

Deno.test("grpc streams", async (t) => {
  await using node = await startNode();
  using client = new GrpcClient(node.grpc ?? "", { token: await node.token() });
  const submit = (id: string, labels: Record<string, string> = {}) =>
    client.unary(submitTask, { task: { id, method: "noop", labels } });
  for (const [name, step] of Object.entries(STEPS)) {
    await t.step(name, () => step({ node, client, submit }));
  }
});
