import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { failActor, readActors } from "../support/actor_faults.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { metricTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode, type StartNodeOptions } from "../support/node_process.ts";
import { SteadyLoad } from "../support/steady_load.ts";
import { awaitEnd, getAttempts, getTask, listTasks, submitTask } from "../support/task_client.ts";

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

for (const fault of ["throw", "block", "close"]) {
  Deno.test(`actor_faults "${fault}" of any actor under load loses nothing`, async (t) => {
    await using node = await faultyNode();
    const load = new SteadyLoad(node, { prefix: fault });
    const witness = await startWitness(node);
    for (const actor of ["scheduler", "dispatcher", "reader", "http", "grpc"]) {
      await t.step(actor, async () => {
        const acceptedBefore = load.accepted.length;
        await failActor(node, actor, fault);
        await eventually(() => load.accepted.length > acceptedBefore, { what: "the load goes on" });
        const restarts = await metricTotal(node, "dtask_actor_restarts_total", { actor });
        assert.ok(restarts >= 1, "the metrics do not show the restart");
      });
    }
    await t.step("task code ran on through all of it", async () => {
      const { status } = await awaitEnd(node, witness);
      const outcomes = (await getAttempts(node, witness)).map(({ outcome }) => outcome);
      assert.deepEqual([status, outcomes], ["completed", ["completed"]]);
    });
    await t.step("an executor, whose runs start again", () => failExecutor(node, fault));
    await assertAllCompleted(node, await load.stop());
  });
}

Deno.test("actor_faults a spinning task is terminated at its timeout, its neighbours uncharged", async () => {
  await using node = await faultyNode({
    args: ["--tasks", MODULE, "--executors", "1", "--no-grpc"],
  });
  const neighbours = await Promise.all(
    Array.from({ length: 5 }, () => submitTask(node, { method: "sleep", args: [4_000] })),
  );
  await eventually(async () => (await listTasks(node, "&status=running")).length === 5, {
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
  for (const id of ids) {
    const { status, error } = await awaitEnd(node, id);
    assert.equal(status, "completed", `${id}: ${JSON.stringify(error)}`);
  }
}
