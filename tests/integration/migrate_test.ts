import assert from "node:assert/strict";
import { Client } from "../../api/client/mod.ts";
import { encodeEventId } from "../../api/event_id.ts";
import { type AllAnswers, readAllAnswers } from "../support/all_answers.ts";
import { runDtask } from "../support/cli_process.ts";
import { eventually } from "../support/eventually.ts";
import { makeFullFolder } from "../support/full_folder.ts";
import { type NodeProcess, runRefusedNode, startNode } from "../support/node_process.ts";
import { migrateUnverified } from "../support/moving.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { listTasks, submitTask } from "../support/task_client.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const KEEP_ALL = ["completed", "cancelled", "skipped", "failed"].flatMap((status) => [
  `--retention-${status}`,
  "never",
]);
const ARGS = ["--no-grpc", "--log-level", "warning", ...KEEP_ALL];

/** Tasks that changed after `after`, in the order in which a watcher is told. */
async function changesAfter(node: NodeProcess, after: string): Promise<readonly string[]> {
  const client = new Client({ url: node.url, token: await node.token() });
  const told: string[] = [];
  for await (const event of client.events({}, { after, signal: AbortSignal.timeout(60_000) })) {
    assert.notEqual(event.kind, "reset", "the place in the stream is not known");
    if (event.kind === "task") told.push(`${event.task.id} ${event.task.status}`);
    if (event.kind === "task" && event.task.id === "last") return told;
  }
  throw new Error("the stream ended");
}

Deno.test("migrate: a node on PostgreSQL answers what the one on SQLite did, and goes on", async () => {
  await using folder = await makeFullFolder({ atRest: true });
  await using server = await startPostgres({ fsync: false });
  const { url } = await server.createDatabase();
  const { dataDir } = folder;
  const words = ["migrate", "--from", `sqlite:${dataDir}`, "--to", url];
  const keyed = { method: "noop", args: ["idempotent"] };
  const headers = { "idempotency-key": "once" };
  let before: AllAnswers;
  let changes: readonly string[];
  let first: string;
  {
    await using node = await startNode({ dataDir, args: ARGS, env: { DTASK_JWT_SECRET: SECRET } });
    await eventually(() => isSettled(node), { what: "the start has done what a start does" });
    first = (await node.fetchApi("POST", "/api/tasks", keyed, { headers })).body.id;
    await submitTask(node, { id: "last", method: "noop" });
    before = await readAllAnswers(node);
    changes = await changesAfter(node, encodeEventId(20));
    const refused = await runDtask(...words);
    assert.deepEqual([refused.code, refused.out], [1, ""]);
    assert.match(refused.err, new RegExp(`process ${node.pid} is using it; stop that one`));
  }
  const { code, out, err } = await runDtask(...words, "--json");
  assert.equal(code, 0, err);
  assert.equal(JSON.parse(out).kind, "moved");
  {
    const shared = { DTASK_JWT_SECRET: SECRET, DTASK_DATABASE_URL: url };
    await using node = await startNode({ args: ARGS, env: shared });
    const after = await readAllAnswers(node);
    assert.deepEqual([...after.keys()], [...before.keys()]);
    for (const [path, answer] of before) assert.deepEqual(after.get(path), answer, path);
    assert.deepEqual(await changesAfter(node, encodeEventId(20)), changes);
    const again = await node.fetchApi("POST", "/api/tasks", keyed, { headers });
    assert.deepEqual([again.status, again.body.id], [200, first]);
    await node.fetchApi("POST", "/api/queues/default/resume");
    await submitTask(node, { id: "later-than-all", method: "noop" });
    await readFates(node);
  }
});

const ENDED = new Set(["completed", "failed", "cancelled", "skipped"]);

/** True when what was running has been given back, and what was due has become ready or expired. */
async function isSettled(node: NodeProcess): Promise<boolean> {
  const statuses = new Set((await listTasks(node)).map(({ status }) => status));
  const { body } = await node.fetchApi("GET", "/api/tasks/expiring");
  return !statuses.has("running") && !statuses.has("scheduled") && body.status === "failed";
}

/** False for tasks in the queue that is paused. */
function mayEnd(id: string): boolean {
  return id !== "elsewhere" && !id.startsWith("hourly:");
}

/** What became of every task, and of each of its runs. */
async function readFates(node: NodeProcess): Promise<readonly string[]> {
  const tasks = await eventually(async () => {
    const tasks = await listTasks(node);
    const left = tasks.filter(({ id, status }) => mayEnd(id) && !ENDED.has(status));
    return left.length === 0 && tasks;
  }, { what: "all work has ended", deadlineMs: 120_000 });
  // The schedule goes on with the hours, whichever they are.
  const same = tasks.filter(({ id }) => !id.startsWith("hourly:"));
  return await Promise.all(same.map(async ({ id, status, reason, run, attempt, crashes }) => {
    const { body } = await node.fetchApi("GET", `/api/tasks/${id}/attempts`);
    const runs = body.items.map((each: { readonly run: number; readonly outcome: string }) =>
      `${each.run} ${each.outcome}`
    );
    return [id, status, reason, run, attempt, crashes, ...runs].join(" ");
  }));
}

Deno.test("migrate: what was running gets the end that a restart on SQLite gives it", async () => {
  await using folder = await makeFullFolder();
  await using server = await startPostgres({ fsync: false });
  const { url } = await server.createDatabase();
  const { dataDir } = folder;
  const moved = await runDtask("migrate", "--from", `sqlite:${dataDir}`, "--to", url);
  assert.equal(moved.code, 0, moved.err);
  await using there = await startNode({ dataDir, args: ARGS });
  const env = { DTASK_JWT_SECRET: SECRET, DTASK_DATABASE_URL: url };
  await using here = await startNode({ args: ARGS, env });
  const [before, after] = [await readFates(there), await readFates(here)];
  assert.ok(before.includes("half-root completed  2 1 1 1 crashed 2 completed"), before.join("\n"));
  assert.deepEqual(after, before);
});

Deno.test("migrate: no node starts where it is unfinished, and the refusal says what to do", async () => {
  await using folder = await makeFullFolder();
  await using server = await startPostgres({ fsync: false });
  const { url } = await server.createDatabase();
  await migrateUnverified({ from: folder.dataDir, to: url });
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const env = { DTASK_JWT_SECRET: SECRET, DTASK_DATABASE_URL: url };
  const { code, output } = await runRefusedNode({ dataDir, args: ARGS, env });
  await Deno.remove(dataDir, { recursive: true });
  assert.equal(code, 1, output);
  assert.match(
    output,
    /cannot start: the migration from sqlite:.* run the same "dtask migrate" again/,
  );
});
