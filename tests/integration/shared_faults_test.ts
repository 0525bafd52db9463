/** What schedulers make of a database that fails them, with a real one. */
import assert from "node:assert/strict";
import postgres from "postgres";
import type { SchedulerReplies } from "../../actors/protocol.ts";
import { type CutAt, startCommitCutter } from "../support/commit_cutter.ts";
import { eventually } from "../support/eventually.ts";
import { PostgresCluster } from "../support/postgres_cluster.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { outcome, type SchedulerRig } from "../support/scheduler_rig.ts";
import { SharedRig } from "../support/shared_rig.ts";
import { submission } from "../support/submission.ts";
import { startProxy } from "../support/tcp_proxy.ts";

const server = await startPostgres({ fsync: false });
Deno.test.afterAll(() => server.stop());

/** Longer than anything takes that happens at all. */
const LONG_MS = 120_000;

/** The same URL by another port. */
function through(port: number) {
  return (_: number, url: string): string => {
    const changed = new URL(url);
    changed.port = String(port);
    return String(changed);
  };
}

function submit(node: SchedulerRig, id: string): Promise<SchedulerReplies["SubmitTasks"]> {
  return node.ask({ kind: "SubmitTasks", items: [submission({ id })] });
}

async function fate(answers: Promise<SchedulerReplies["SubmitTasks"]>): Promise<string> {
  const [answer] = await answers;
  if (!answer) throw new Error("a submission was not answered");
  if (!answer.ok) return answer.error.reason;
  return answer.value.created ? "created" : "known";
}

for (const at of ["before", "during", "after"] as const satisfies readonly CutAt[]) {
  Deno.test(`a connection that is cut ${at} a commit costs nobody a task, and makes none twice`, async () => {
    await using cutter = await startCommitCutter(server.port);
    const urlOf = through(cutter.port);
    const cluster = await PostgresCluster.open({ server, urlOf });
    await using rig = await SharedRig.open(cluster, [{}]);
    const node = rig.node(0);
    await node.submit({ id: "first" });
    const cutNext = () => {
      cutter.cutNext(at);
      return cutter.cuts + 1;
    };
    let cuts = cutNext();
    assert.equal(await fate(submit(node, "a")), "created");
    assert.equal(cutter.cuts, cuts, "the submission was cut");
    assert.equal(await fate(submit(node, "a")), "known");
    cuts = cutNext();
    const { runs } = await node.claim();
    assert.equal(cutter.cuts, cuts, "the claim was cut");
    assert.deepEqual(runs.map(({ id, run }) => [id, run]), [["first", 1], ["a", 1]]);
    cuts = cutNext();
    await node.report(...runs.map((run) => outcome(run)));
    assert.equal(cutter.cuts, cuts, "the report was cut");
    const ended = await rig.tasks("first", "a");
    assert.ok(ended.every(({ status, run }) => status === "completed" && run === 1));
  });
}

Deno.test("a database that is away is answered with 503, and worked with again once it is back", async () => {
  await using proxy = await startProxy(server.port);
  const cluster = await PostgresCluster.open({
    server,
    urlOf: through(proxy.port),
    deadlines: { answerMs: 8_000 },
  });
  await using rig = await SharedRig.open(cluster, [{}]);
  const node = rig.node(0);
  await node.submit({ id: "running" }, { id: "waiting" });
  const { runs } = await node.claim({ max: 1 });
  for (const state of ["cut", "drop"] as const) {
    await proxy.become(state);
    assert.equal(await fate(submit(node, "refused")), "store_unavailable");
    await assert.rejects(node.report(...runs.map((run) => outcome(run))));
    await proxy.become("forward");
    const isBack = async () => await fate(submit(node, `after-${state}`)) === "created";
    await eventually(isBack, { what: "submissions are taken again", deadlineMs: LONG_MS });
  }
  await node.report(...runs.map((run) => outcome(run)));
  assert.equal((await node.claim()).runs.length, 3);
  const found = await rig.tasks("running", "waiting");
  assert.deepEqual(found.map(({ status }) => status), ["completed", "running"]);
  await assert.rejects(rig.tasks("refused"), /no task/);
});

Deno.test("a restart of the database loses nothing that was accepted", async () => {
  await using own = await startPostgres();
  const cluster = await PostgresCluster.open({ server: own });
  await using rig = await SharedRig.open(cluster);
  const accepted: string[] = [];
  let goesOn = true;
  const clients = rig.nodes.map(async (node, client) => {
    for (let index = 0; goesOn; index++) {
      const id = `${client}-${index}`;
      const word = await fate(submit(node, id));
      if (word === "created") accepted.push(id);
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  await eventually(() => accepted.length > 50, { what: "tasks are accepted", deadlineMs: LONG_MS });
  await own.kill();
  await own.start();
  const before = accepted.length;
  const more = () => accepted.length > before + 50;
  await eventually(more, { what: "tasks are accepted again", deadlineMs: LONG_MS });
  goesOn = false;
  await Promise.all(clients);
  assert.equal((await rig.tasks(...accepted)).length, accepted.length);
});

Deno.test("a claim that is cut off holds up nothing but the queue that it counts in", async () => {
  const cluster = await PostgresCluster.open({ server, deadlines: { idleMs: LONG_MS } });
  await using rig = await SharedRig.open(cluster, [{}]);
  const node = rig.node(0);
  const limit = { kind: "ConfigureQueue", name: "limited", patch: { concurrency: 5 } } as const;
  assert.ok((await node.ask(limit)).ok);
  await node.submit({ id: "limited", queue: "limited" }, { id: "free" });
  const cutOff = await cluster.join("n-cut-off");
  try {
    await cutOff.write(async (tx) => {
      await tx.lockQueues(["limited"], "toClaim");
      assert.deepEqual((await node.claim({ queue: "limited" })).runs, []);
      const { runs } = await node.claim();
      assert.deepEqual(runs.map(({ id }) => id), ["free"]);
      await node.report(...runs.map((run) => outcome(run)));
    });
  } finally {
    await cutOff.close();
  }
  const { runs } = await node.claim({ queue: "limited" });
  assert.deepEqual(runs.map(({ id }) => id), ["limited"]);
  const isHinted = () =>
    node.toldDispatcher("WorkBecameReady").some(({ work }) =>
      work.some(({ queue }) => queue === "limited")
    );
  await eventually(isHinted, { what: "the queue is looked at again", deadlineMs: LONG_MS });
});

Deno.test("a commit that ends in a deadlock is made again", async () => {
  // However slow the machine is, nothing but the deadlock may end the waiting.
  const deadlines = { lockMs: LONG_MS, statementMs: LONG_MS, idleMs: LONG_MS, answerMs: LONG_MS };
  const cluster = await PostgresCluster.open({ server, deadlines });
  await using rig = await SharedRig.open(cluster, [{}]);
  const node = rig.node(0);
  await node.submit({ id: "a" }, { id: "b" });
  // The other finds a deadlock late, so that the node is the one to find it, and to give way.
  const other = postgres(cluster.adminUrl, { max: 1, fetch_types: false });
  let cancelled: readonly SchedulerReplies["CancelTask"][] = [];
  try {
    let answers: Promise<readonly SchedulerReplies["CancelTask"][]> = Promise.resolve([]);
    await other.begin(async (sql) => {
      await sql`SET LOCAL deadlock_timeout = '10min'`;
      await sql`SELECT 1 FROM tasks_live WHERE num = 2 FOR UPDATE`;
      answers = Promise.all(["a", "b"].map((id) => node.ask({ kind: "CancelTask", id })));
      await eventually(() => cluster.hasWaiting(), {
        what: "a lock is waited for",
        deadlineMs: LONG_MS,
      });
      await sql`SELECT 1 FROM tasks_live WHERE num = 1 FOR UPDATE`;
    });
    cancelled = await answers;
  } finally {
    await other.end({ timeout: 0 });
  }
  assert.deepEqual(cancelled.map((answer) => answer.ok && answer.value.status), [
    "cancelled",
    "cancelled",
  ]);
  const wasDeadlock = async () => await cluster.deadlocks() > 0;
  await eventually(wasDeadlock, { what: "a deadlock was counted", deadlineMs: LONG_MS });
});
