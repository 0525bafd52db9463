/** What failures set off on a real node, once each, over kills. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { inspectDatabase } from "../../actors/storage/sqlite/database_check.ts";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, runRefusedNode, startNode } from "../support/node_process.ts";
import { allEnded, getTask, listTasks, submitTask, submitTasks } from "../support/task_client.ts";

const MODULE = fileURLToPath(new URL("../support/task_modules/alarmed.ts", import.meta.url));
const UNHANDLED = fileURLToPath(
  new URL("../support/task_modules/unhandled.ts", import.meta.url),
);
const FAILING = 600;
const KILLS = 3;

async function count(node: NodeProcess, query: string): Promise<number> {
  return (await listTasks(node, query)).length;
}

Deno.test("onFailure: a task's failure is handled with its error and input, and redriven again", async () => {
  await using node = await startNode({ args: ["--no-grpc", "--tasks", MODULE] });
  const { body } = await node.fetchApi("GET", "/api/methods");
  const method = body.items.find(({ name }: { name: string }) => name === "test.alarmed");
  assert.deepEqual(method.onFailure, {
    ...{ method: "test.alarm", args: ["by definition"], queue: "alarms" },
  });
  await submitTask(node, { id: "a", method: "test.alarmed", args: ["it", { n: 1 }] });
  const handled = async (run: number) => {
    const task = await eventually(async () => {
      const found = await listTasks(node, "&label=dtask.onFailureOf:a&status=completed");
      return found.length === run ? found[0] : null;
    }, { what: `failure ${run} has been handled` });
    assert.equal(task.id, `a:on-failure:${run}`);
    return (await getTask(node, task.id)).result as readonly unknown[];
  };
  const [own, failure] = await handled(1) as [unknown, Record<string, unknown>];
  const { error, ...rest } = failure as { error: { message: string } };
  assert.deepEqual([own, error.message], ["by definition", "it went wrong"]);
  assert.deepEqual(rest, {
    ...{ taskId: "a", workflowId: null, key: null, method: "test.alarmed", attempt: 1, run: 1 },
    ...{ reason: "attempts_exhausted", args: ["it", { n: 1 }] },
  });
  const redriven = await node.fetchApi("POST", "/api/dead-letters/redrive", { ids: ["a"] });
  assert.equal(redriven.body.changed, 1);
  await handled(2);
  const wrong = { method: "noop", onFailure: { method: "absent" } };
  const refused = await node.fetchApi("POST", "/api/tasks", wrong);
  assert.deepEqual([refused.status, refused.body.code], [422, "unknown_method"]);
});

/** Tasks that fail, spread over the kills, so that each meets some in the middle of their failure. */
function failingTasks() {
  return Array.from({ length: FAILING }, (_, i) => ({
    ...{ id: `t${i}`, method: "test.alarmed", args: [i] },
    ...(i % 2 === 0 ? {} : { onFailure: { method: "add", args: [] } }),
    delayMs: (i % 100) * 30,
  }));
}

async function killOnceFailed(node: NodeProcess, enough: number): Promise<void> {
  await eventually(async () => await count(node, "&method=test.alarmed&status=failed") > enough, {
    what: `${enough} have failed`,
  });
  node.kill();
  await node.status;
}

Deno.test("onFailure: over kill -9 each failure is handled exactly once", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const args = ["--no-grpc", "--tasks", MODULE];
  for (let kill = 0; kill < KILLS; kill++) {
    await using node = await startNode({ args, dataDir });
    if (kill === 0) await submitTasks(node, failingTasks());
    await killOnceFailed(node, FAILING * (kill + 1) / (KILLS + 2));
  }
  await using node = await startNode({ args, dataDir });
  await eventually(() => allEnded(node), { what: "all has ended", deadlineMs: 60_000 });
  const failed = await listTasks(node, "&method=test.alarmed&status=failed");
  assert.equal(failed.length, FAILING);
  const handlers = (await listTasks(node)).filter(({ id }) => id.includes(":on-failure:"));
  const expected = failed.map(({ id, run }) => `${id}:on-failure:${run}`);
  assert.deepEqual(handlers.map(({ id }) => id).toSorted(), expected.toSorted());
  await node.stop();
  const { tasks, live } = inspectDatabase(databaseFile(dataDir));
  assert.deepEqual([tasks, live], [2 * FAILING, 0]);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("onFailure: a definition whose handler nobody registers stops the start", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const { code, output } = await runRefusedNode({
    args: ["--no-grpc", "--tasks", UNHANDLED],
    dataDir,
  });
  assert.equal(code, 1);
  assert.match(
    output,
    /onFailure of task "test.unhandled" is "test.absent", which is not registered/,
  );
  await Deno.remove(dataDir, { recursive: true });
});
