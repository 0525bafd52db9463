/** What one node commits reaches the others: work, ends, changes, cancels and settings. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client } from "../../api/client/mod.ts";
import type { NodeJson } from "../../api/client/task_json.ts";
import { startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import type { NodeProcess } from "../support/node_process.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { awaitEnd, getTask, submitTask, submitTasks } from "../support/task_client.ts";

const TALKATIVE = fileURLToPath(
  new URL("../support/task_modules/talkative.ts", import.meta.url),
);
/** Nodes look at everything every 15 s: what takes less was told. */
const TOLD_MS = 5_000;

Deno.test("nodes over one PostgreSQL tell each other what they commit", async (t) => {
  await using server = await startPostgres({ fsync: false });
  const { url } = await server.createDatabase();
  // One slot each, so that whoever runs a long task has none left.
  const args = ["--no-grpc", "--executors", "1", "--concurrency", "1", "--tasks", TALKATIVE];
  await using cluster = await startCluster({ databaseUrl: url, nodes: 2, args });
  const { busy, idle, long } = await occupyOne(cluster.node(0).process, cluster.node(1).process);

  await t.step("each node shows the actors of the other, and what it runs itself", async () => {
    await seeEachOther({ busy, idle, long });
  });

  await t.step("a task submitted on a busy node starts on an idle one", async () => {
    const waits: number[] = [];
    for (let i = 0; i < 20; i++) {
      const { id } = await submitTask(busy, { method: "noop" });
      // The end comes from the other node, too.
      const task = await awaitEnd(busy, id);
      waits.push(Date.parse(task.startedAt ?? "") - Date.parse(task.createdAt));
    }
    const median = waits.sort((a, b) => a - b)[10] ?? Infinity;
    console.log(`submitted on one node, started on the other: median ${median} ms of 20`);
    assert.ok(median < TOLD_MS, `${median} ms`);
  });

  await t.step("a watcher sees what other nodes do, and resumes on another one", async () => {
    const ids = Array.from({ length: 200 }, () => crypto.randomUUID());
    const submit = () => submitTasks(idle, ids.map((id) => ({ id, method: "noop" })));
    const completed = new Set<string>();
    const after = await watchUntil(busy, { ids, completed, count: 100, onOpen: submit });
    assert.notEqual(after, null);
    await watchUntil(idle, { ids, completed, count: 200, after });
  });

  await t.step(
    "a pause on one node holds the others at once, and its end lets them go",
    async () => {
      const pause = await busy.fetchApi("POST", "/api/queues/told/pause");
      assert.equal(pause.status, 200);
      const { id } = await submitTask(idle, { method: "noop", queue: "told" });
      assert.equal((await getTask(busy, id)).status, "pending");
      const startedAt = performance.now();
      await busy.fetchApi("POST", "/api/queues/told/resume");
      assert.equal((await awaitEnd(idle, id)).status, "completed");
      assert.ok(performance.now() - startedAt < TOLD_MS);
    },
  );

  await t.step("a log is followed on another node than the one that runs the task", async () => {
    const { id } = await submitTask(idle, { method: "talkative.wait" });
    assert.deepEqual(await followAndCancel(busy, id), ["open", "begun", "told to stop", "end"]);
  });

  await t.step("a cancel reaches code that runs on another node", async () => {
    const startedAt = performance.now();
    const { status } = await idle.fetchApi("POST", `/api/tasks/${long}/cancel`);
    assert.equal(status, 202);
    assert.equal((await awaitEnd(idle, long)).status, "cancelled");
    assert.ok(performance.now() - startedAt < TOLD_MS);
  });
});

interface Pair {
  readonly busy: NodeProcess;
  readonly idle: NodeProcess;
  /** What the busy one runs. */
  readonly long: string;
}

async function seeEachOther({ busy, idle, long }: Pair): Promise<void> {
  const own = await eventually(async () => {
    const { body } = await busy.fetchApi("GET", "/api/system");
    const executors = body.executors as readonly {
      readonly runs: readonly { taskId: string }[];
    }[];
    const runs = executors.flatMap(({ runs }) => runs.map(({ taskId }) => taskId));
    return runs.length === 1 && runs[0] === long ? body : null;
  }, { what: "the long task is shown where it runs", deadlineMs: 60_000 });
  await eventually(async () => {
    const { body } = await idle.fetchApi("GET", "/api/system");
    const other = (body.nodes as readonly NodeJson[]).find(({ id }) => id === own.node);
    const runs = other?.runs?.map(({ taskId }) => taskId) ?? [];
    return runs.length === 1 && runs[0] === long &&
      other?.actors?.some(({ name, state }) => name === "cluster" && state === "ready");
  }, { what: "the busy node's actors and its run are told", deadlineMs: 60_000 });
}

/** Gives one of both a task that does not end, and says which has it. */
async function occupyOne(a: NodeProcess, b: NodeProcess) {
  const { id: long } = await submitTask(a, { method: "sleep", args: [3_600_000] });
  const { node } = await eventually(async () => {
    const task = await getTask(a, long);
    return task.status === "running" ? task : null;
  }, { what: "the long task runs", deadlineMs: 60_000 });
  const { body } = await a.fetchApi("GET", "/api/system");
  return body.node === node ? { busy: a, idle: b, long } : { busy: b, idle: a, long };
}

/** What `node` tells of a task's log, up to its end; the task is cancelled after its first line. */
async function followAndCancel(node: NodeProcess, id: string): Promise<readonly string[]> {
  const client = new Client({ url: node.url, token: await node.token() });
  const told: string[] = [];
  for await (const event of client.followLogs(id)) {
    told.push(event.kind === "line" ? event.line.message : event.kind);
    if (told.at(-1) === "begun") await client.cancel(id);
  }
  return told;
}

interface Watched {
  readonly ids: readonly string[];
  readonly completed: Set<string>;
  /** Of `ids`, how many have to be in `completed`. */
  readonly count: number;
  readonly after?: string | null;
  readonly onOpen?: () => Promise<void>;
}

/** Follows the events of a node until enough tasks were seen completed; gives the place to resume from. */
async function watchUntil(
  node: NodeProcess,
  { ids, completed, count, after = null, onOpen }: Watched,
): Promise<string | null> {
  const client = new Client({ url: node.url, token: await node.token() });
  const known = new Set(ids);
  let place: string | null = null;
  for await (const event of client.events({}, after === null ? {} : { after })) {
    assert.notEqual(event.kind, "reset");
    if (event.kind === "open") await onOpen?.();
    if ("eventId" in event) place = event.eventId;
    if (event.kind !== "task" || !known.has(event.task.id)) continue;
    if (event.task.status === "completed") completed.add(event.task.id);
    if (completed.size >= count) break;
  }
  return place;
}
