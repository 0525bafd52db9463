import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { failActor, readActors } from "../support/actor_faults.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { metricTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode, type StartNodeOptions } from "../support/node_process.ts";
import { SteadyLoad } from "../support/steady_load.ts";
import {
  allEnded,
  awaitEnd,
  getAttempts,
  getTask,
  listTasks,
  submitTask,
} from "../support/task_client.ts";

const MODULE = fileURLToPath(
  new URL("../support/task_modules/misbehaving.ts", import.meta.url),
);
/** Longer than two restarts of scheduler and dispatcher take, so that it runs all through them. */
const WITNESS_MS = Number(Deno.env.get("DTASK_TEST_WITNESS_MS") ?? 25_000);

/** A node whose actors can be made to fail, on ports that a restarted front-end finds again. */
function faultyNode(options: StartNodeOptions = {}): Promise<NodeProcess> {
  const addresses = ["--http", `127.0.0.1:${freePort()}`, "--addr", `127.0.0.1:${freePort()}`];
  return startNode({
    ...options,
    args: [...addresses, "--executors", "2", ...options.args ?? []],
    env: { DTASK_ENABLE_FAULTS: "1" },
  });
}

// Most of it is waiting for deadlines to pass, so that the nodes wait side by side.
Deno.test("actor_faults of any actor under load lose nothing", async () => {
  await Promise.all(["throw", "block", "close"].map(surviveFaults));
});

/** Makes every actor of a node fail in one way, one after the other, under load. */
async function surviveFaults(fault: string): Promise<void> {
  await using node = await faultyNode();
  const load = new SteadyLoad(node, { prefix: fault });
  const witness = await startWitness(node);
  for (const actor of ["scheduler", "dispatcher", "reader", "http", "grpc"]) {
    const acceptedBefore = load.accepted.length;
    await failActor(node, actor, fault);
    await eventually(() => load.accepted.length > acceptedBefore, {
      what: `the load goes on after "${fault}" of ${actor}`,
    });
    const restarts = await metricTotal(node, "dtask_actor_restarts_total", { actor });
    assert.ok(restarts >= 1, `the metrics do not show the restart of ${actor}`);
  }
  const { status } = await awaitEnd(node, witness);
  const outcomes = (await getAttempts(node, witness)).map(({ outcome }) => outcome);
  const text = `task code was interrupted by "${fault}" of another actor`;
  assert.deepEqual([status, outcomes], ["completed", ["completed"]], text);
  await failExecutor(node, fault);
  await assertAllCompleted(node, await load.stop());
}

Deno.test("actor_faults a spinning task is terminated at its timeout, its neighbours uncharged", async () => {
  await using node = await faultyNode({
    args: ["--tasks", MODULE, "--executors", "1", "--no-grpc"],
  });
  const neighbours = await Promise.all(
    Array.from({ length: 3 }, () => submitTask(node, { method: "sleep", args: [2_500] })),
  );
  await eventually(async () => (await listTasks(node, "&status=running")).length === 3, {
    what: "the neighbours are running",
  });
  const spinning = await submitTask(node, {
    method: "misbehave.spin",
    timeoutMs: 1_000,
    retry: { maxAttempts: 1 },
  });
  for (const { id } of neighbours) {
    const { status, attempt } = await awaitEnd(node, id);
    assert.deepEqual([status, attempt], ["completed", 1]);
  }
  const { status, reason } = await awaitEnd(node, spinning.id);
  assert.deepEqual([status, reason], ["failed", "timeout"]);
  const { id } = await submitTask(node, { method: "noop" });
  assert.equal((await awaitEnd(node, id)).status, "completed");
});

/** Starts a task that runs all through the faults, and waits until its code has begun. */
async function startWitness(node: NodeProcess): Promise<string> {
  const { id } = await submitTask(node, { method: "sleep", args: [WITNESS_MS] });
  await eventually(async () => (await getTask(node, id)).status === "running", {
    what: "the witness is running",
  });
  return id;
}

/** Fails the executor that runs a task; the task has to be run again to its end. */
async function failExecutor(node: NodeProcess, fault: string): Promise<void> {
  const { id } = await submitTask(node, { method: "sleep", args: [1_500], timeoutMs: 5_000 });
  const executor = await eventually(async () => {
    const task = await getTask(node, id);
    return task.status === "running" ? task.executor : null;
  }, { what: "the task is running" });
  const actors = await readActors(node);
  const actor = actors?.find(({ name }) => executor.includes(name))?.name;
  assert.ok(actor !== undefined, `no actor of ${executor}: ${JSON.stringify(actors)}`);
  await failActor(node, actor, fault);
  const { status } = await awaitEnd(node, id);
  assert.equal(status, "completed");
}

async function assertAllCompleted(node: NodeProcess, ids: readonly string[]): Promise<void> {
  console.log(`${ids.length} tasks accepted under the faults`);
  await eventually(() => allEnded(node), { what: "every task has ended", deadlineMs: 120_000 });
  const tasks = new Map((await listTasks(node)).map((task) => [task.id, task]));
  for (const id of ids) {
    const task = tasks.get(id);
    assert.equal(task?.status, "completed", `${id}: ${JSON.stringify(task)}`);
  }
}
