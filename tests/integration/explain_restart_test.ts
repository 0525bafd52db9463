/** What explain says where the node itself lacks something, from one start to the next. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { codes, explain, explainedBy, pauseQueue } from "../support/explanations.ts";
import { startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";

const SLEEP = { method: "sleep", args: [600_000] };

const ARGS = ["--no-grpc", "--executors", "1", "--concurrency", "2", "--drain-ms", "20000"];

interface Places {
  readonly dataDir: string;
  /** Of the modules. */
  readonly folder: string;
}

Deno.test("explain names what the node lacks", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "dtask-explain-" });
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  await writeModule(folder, "rights", `permissions: { env: ["HOME"] },`);
  await writeModule(folder, "gone", "");
  const places = { dataDir, folder };
  try {
    await t.step("a free slot, one's turn, and the will to go on", () => lackRoom(places));
    await t.step("a right, and a method", () => lackParts(places));
    await t.step("nothing any more", () => lackNothing(places));
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(dataDir, { recursive: true });
  }
});

async function writeModule(folder: string, name: string, settings: string): Promise<void> {
  const text =
    `import { task } from "dtask";\ntask({ name: "${name}", ${settings} async run() {} });\n`;
  await Deno.writeTextFile(join(folder, `${name}.ts`), text);
}

/** All slots are taken, and then the node is told to stop. */
async function lackRoom({ dataDir, folder }: Places): Promise<void> {
  const first = [...ARGS, "--tasks", folder, "--allow-task-permissions"];
  const node = await startNode({ dataDir, args: first });
  try {
    await pauseQueue(node, "later");
    await submitTask(node, { id: "env", method: "rights", queue: "later" });
    await submitTask(node, { id: "lost", method: "gone", queue: "later" });
    for (const id of ["s-1", "s-2"]) {
      await submitTask(node, { id, ...SLEEP });
      await explainedBy(node, id, "running");
    }
    for (const id of ["s-3", "s-4"]) await submitTask(node, { id, ...SLEEP });
    const full = await explainedBy(node, "s-3", "no_free_slot");
    assert.match(
      full.sentence,
      /all 2 slots of pool "async" are taken by tasks "s-1" and "s-2"/,
    );
    const behind = await explain(node, "s-4");
    assert.deepEqual(codes(behind), ["behind_others", "no_free_slot"]);
    node.kill("SIGTERM");
    const draining = await explainedBy(node, "s-3", "draining");
    assert.match(draining.sentence, /is shutting down and starts nothing more/);
  } finally {
    node.kill();
    await node.status;
  }
}

/** The node is started without one of the modules, and without the leave to give rights. */
async function lackParts({ dataDir, folder }: Places): Promise<void> {
  const second = [...ARGS, "--tasks", join(folder, "rights.ts")];
  await using node = await startNode({ dataDir, args: second });
  const paused = await explain(node, "lost");
  assert.deepEqual(codes(paused), ["unknown_method", "queue_paused"]);
  await node.fetchApi("POST", "/api/queues/later/resume");
  for (const id of ["s-1", "s-2", "s-3", "s-4"]) {
    await node.fetchApi("POST", `/api/tasks/${id}/cancel`);
  }
  const refused = await explainedBy(node, "env", "no_executor");
  assert.match(refused.sentence, /no executor has the rights of its pool "async\+env=/);
  assert.match(refused.change, /--allow-task-permissions/);
  const lost = await explain(node, "lost");
  assert.deepEqual(codes(lost), ["unknown_method"]);
  await submitTask(node, { id: "other", method: "noop", queue: "later" });
  await awaitEnd(node, "other");
  assert.equal((await explain(node, "lost")).status, "pending");
}

/** The node is started as at first. */
async function lackNothing({ dataDir, folder }: Places): Promise<void> {
  const third = [...ARGS, "--tasks", folder, "--allow-task-permissions"];
  await using node = await startNode({ dataDir, args: third });
  for (const id of ["env", "lost"]) {
    await awaitEnd(node, id);
    assert.equal((await explain(node, id)).code, "completed");
  }
}
