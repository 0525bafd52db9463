/** What becomes of a cluster's work when nodes fail: real processes over a real database. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type ClusterNode, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import type { NodeProcess } from "../support/node_process.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { submitTask, type TaskAnswer } from "../support/task_client.ts";

const server = await startPostgres({ fsync: false });
Deno.test.afterAll(() => server.stop());

const ARGS = ["--no-grpc", "--executors", "1", "--drain-ms", "0"];
/** Leases of 25 s, twice, on a machine that may be very busy. */
const PATIENCE = { deadlineMs: 180_000, everyMs: 250 };

interface TaskNow {
  readonly status: string;
  readonly run: number;
  readonly node: string | null;
}

interface SystemNow {
  readonly node: string;
  readonly ready: boolean;
  readonly notReady: readonly string[];
  readonly term: number;
  readonly nodes: readonly {
    readonly id: string;
    readonly state: string;
    readonly leader: boolean;
  }[];
}

async function systemOf(node: ClusterNode): Promise<SystemNow> {
  return (await node.process.fetchApi("GET", "/api/system")).body;
}

/** Waits until a task runs, and gives its run and its node's id. */
async function running(process: NodeProcess, id: string, run: number): Promise<TaskNow> {
  return await eventually(async () => {
    const { status, body } = await process.fetchApi("GET", `/api/tasks/${id}`);
    const task: TaskNow | null = status === 200 ? body : null;
    return task?.status === "running" && task.run >= run ? task : null;
  }, { what: `run ${run} of ${id} has started`, ...PATIENCE });
}

/** Waits until a task is completed; meanwhile the node may have to say that it can't tell. */
async function completed(process: NodeProcess, id: string): Promise<TaskAnswer> {
  return await eventually(async () => {
    const { status, body } = await process.fetchApi("GET", `/api/tasks/${id}`);
    return status === 200 && body.status === "completed" && body;
  }, { what: `${id} is completed`, ...PATIENCE });
}

/** Submits tasks that sleep for longer than any test takes until `node` has one; gives that one's id. */
async function occupy(node: ClusterNode): Promise<string> {
  const { node: own } = await systemOf(node);
  for (let count = 1;; count++) {
    const id = `task-${node.index}-${count}`;
    await submitTask(node.process, { id, method: "sleep", args: [3_600_000] });
    const { node: holder } = await running(node.process, id, 1);
    if (holder === own) return id;
  }
}

/** Waits until `viewer` shows the node of this id in a state. */
async function seenAs(viewer: ClusterNode, id: string, state: string): Promise<void> {
  await eventually(async () => {
    const { nodes } = await systemOf(viewer);
    return nodes.some((node) => node.id === id && node.state === state);
  }, { what: `${id} is seen as ${state}`, ...PATIENCE });
}

async function attemptsOf(node: ClusterNode, id: string): Promise<readonly (string | null)[]> {
  const { body } = await node.process.fetchApi("GET", `/api/tasks/${id}/attempts`);
  return body.items.map(({ outcome }: { readonly outcome: string | null }) => outcome);
}

Deno.test("a cluster goes on without nodes that are killed, stopped or cut off, which come back anew", async () => {
  const { url: databaseUrl } = await server.createDatabase();
  await using cluster = await startCluster({ databaseUrl, nodes: 4, proxied: true, args: ARGS });
  const leader = await cluster.leader();
  const [stopped, cut, survivor] = cluster.nodes.filter((node) => node !== leader);
  assert.ok(stopped !== undefined && cut !== undefined && survivor !== undefined);
  const victims = [leader, stopped, cut];
  const tasks: string[] = [];
  for (const node of victims) tasks.push(await occupy(node));
  const { term } = await systemOf(survivor);
  const before = await Promise.all(victims.map((node) => systemOf(node)));

  await cut.proxy?.become("drop");
  stopped.pause();
  await leader.kill();
  await eventually(async () => {
    const { ready, notReady } = await systemOf(cut);
    return !ready && notReady.some((reason) => reason.includes("lease was not renewed"));
  }, { what: "the node that is cut off says that it is not ready", ...PATIENCE });
  for (const { node } of before) await seenAs(survivor, node, "lost");
  const after = await eventually(async () => {
    const now = await systemOf(survivor);
    return now.nodes.some(({ id, leader }) => leader && id === now.node) && now;
  }, { what: "who is left leads", ...PATIENCE });
  assert.ok(after.term > term);
  for (const task of tasks) {
    assert.equal((await running(survivor.process, task, 2)).node, after.node);
  }
  assert.match(cut.output(), /runs are aborted|what still runs is ended/);

  stopped.resume();
  await cut.proxy?.become("forward");
  for (const node of [stopped, cut]) {
    const old = before.map(({ node }) => node);
    const anew = await eventually(async () => {
      const { node: id, ready } = await systemOf(node);
      return ready && !old.includes(id) && id;
    }, { what: "the node begins anew", ...PATIENCE });
    await seenAs(survivor, anew, "active");
  }
  // What the runs of lost nodes came to there was refused: nobody disturbed those that replaced them.
  for (const task of tasks) {
    assert.deepEqual(await attemptsOf(survivor, task), ["crashed", null]);
  }
});

Deno.test("a node that leaves gives its work to the others at once", async () => {
  const { url: databaseUrl } = await server.createDatabase();
  await using cluster = await startCluster({ databaseUrl, nodes: 2, args: ARGS });
  const [leaving, staying] = [cluster.node(0), cluster.node(1)];
  const task = await occupy(leaving);
  const { node: id } = await systemOf(leaving);
  await leaving.stop();
  await seenAs(staying, id, "left");
  const { node } = await running(staying.process, task, 2);
  assert.equal(node, (await systemOf(staying)).node);
  assert.deepEqual(await attemptsOf(staying, task), ["given_back", null]);
  await eventually(async () => {
    const { nodes } = await systemOf(staying);
    return nodes.some((one) => one.leader && one.id === node);
  }, { what: "who stays leads", ...PATIENCE });
});

Deno.test("a node aborts what it runs without its lease, uncharged, but for what is to go on", async () => {
  const { url: databaseUrl } = await server.createDatabase();
  const tasks = fileURLToPath(new URL("../support/task_modules/leased.ts", import.meta.url));
  const args = [...ARGS, "--tasks", tasks];
  await using cluster = await startCluster({ databaseUrl, nodes: 1, proxied: true, args });
  const node = cluster.node(0);
  const { node: id } = await systemOf(node);
  for (const method of ["leased.goes_on", "leased.stops"]) {
    await submitTask(node.process, { id: method, method });
    await running(node.process, method, 1);
  }
  await node.proxy?.become("drop");
  await eventually(() => /what still runs is ended/.test(node.output()), {
    what: "the node has ended what it runs",
    ...PATIENCE,
  });
  await node.proxy?.become("forward");
  const goesOn = await completed(node.process, "leased.goes_on");
  const stops = await completed(node.process, "leased.stops");
  assert.deepEqual([goesOn.result, goesOn.run], ["not aborted", 1]);
  assert.deepEqual([stops.result, stops.run, stops.attempt, stops.crashes], ["again", 2, 1, 0]);
  assert.deepEqual(await attemptsOf(node, "leased.stops"), ["given_back", "completed"]);
  assert.equal((await systemOf(node)).node, id, "nobody was there to declare it lost");
});
