import assert from "node:assert/strict";
import { Client } from "../../api/client/mod.ts";
import { inspectDatabase } from "../../actors/storage/sqlite/database_check.ts";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";
import { eventually } from "../support/eventually.ts";
import { metricTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask, submitTasks } from "../support/task_client.ts";

const HOUR_MS = 3_600_000;

async function exists(node: NodeProcess, path: string): Promise<boolean> {
  const { status } = await node.fetchApi("GET", path);
  assert.ok(status === 200 || status === 404, `${status}`);
  return status === 200;
}

function untilGone(node: NodeProcess, path: string): Promise<unknown> {
  return eventually(async () => !await exists(node, path), { what: `${path} is removed` });
}

/** Removed tasks since the node's start. */
function removedTotal(node: NodeProcess): Promise<number> {
  return metricTotal(node, "dtask_retention_deleted_total", { what: "task" });
}

Deno.test("retention: completed work goes whole, and what failed or is needed stays", async () => {
  const args = ["--no-grpc", "--retention-completed", "100ms", "--retention-cancelled", "100ms"];
  await using node = await startNode({ args });
  await submitTask(node, { id: "failed", method: "fail", retry: { maxAttempts: 1 } });
  await awaitEnd(node, "failed");
  await submitTasks(node, [
    { id: "base", method: "noop" },
    { id: "waiting", method: "noop", deps: ["base"], delayMs: HOUR_MS },
  ]);
  const workflow = {
    id: "w",
    tasks: [
      { id: "w-first", key: "first", method: "noop" },
      { id: "w-second", key: "second", method: "noop", deps: ["first"] },
    ],
  };
  assert.equal((await node.fetchApi("POST", "/api/workflows", workflow)).status, 201);
  await submitTask(node, { id: "done", method: "noop" });
  await untilGone(node, "/api/workflows/w");
  for (const id of ["w-first", "w-second"]) {
    assert.equal(await exists(node, `/api/tasks/${id}`), false);
  }
  await untilGone(node, "/api/tasks/done");
  for (const id of ["failed", "base", "waiting"]) {
    assert.equal(await exists(node, `/api/tasks/${id}`), true, id);
  }
  await eventually(async () => await removedTotal(node) === 3, { what: "three tasks are counted" });
  assert.equal(await metricTotal(node, "dtask_retention_deleted_total", { what: "workflow" }), 1);
  const late = { method: "noop", deps: ["done"] };
  assert.equal((await node.fetchApi("POST", "/api/tasks", late)).body.code, "unknown_dependency");
  await node.fetchApi("POST", "/api/tasks/waiting/cancel");
  await untilGone(node, "/api/tasks/waiting");
  await untilGone(node, "/api/tasks/base");
  assert.equal(await exists(node, "/api/tasks/failed"), true);
});

Deno.test("retention: who watches is told what is removed", async () => {
  await using node = await startNode({ args: ["--no-grpc", "--retention-completed", "100ms"] });
  const client = new Client({ url: node.url, token: await node.token() });
  const deleted: string[] = [];
  for await (const event of client.events({})) {
    if (event.kind === "open") await submitTask(node, { id: "watched", method: "noop" });
    if (event.kind !== "deleted") continue;
    deleted.push(event.id);
    break;
  }
  assert.deepEqual(deleted, ["watched"]);
});

Deno.test("retention goes on where a killed node left it, and loses nothing that is live", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const args = ["--no-grpc", "--retention-completed", "100ms"];
  try {
    const left = await (async () => {
      await using node = await startNode({ args, dataDir });
      const tasks = Array.from({ length: 20_000 }, (_, index) => ({
        id: `task-${index}`,
        method: "noop",
        deps: index % 5 === 4 ? [`task-${index - 1}`] : [],
      }));
      const submitting = submitTasks(node, tasks);
      await eventually(async () => await removedTotal(node) > 0, { what: "removal is at work" });
      await submitting;
      node.kill();
      await node.status;
      return inspectDatabase(databaseFile(dataDir)).tasks;
    })();
    assert.ok(left > 0, "the node was killed too late to leave anything");
    await using node = await startNode({ args, dataDir });
    await eventually(async () => await removedTotal(node) === left, { what: "all are removed" });
    await node.stop();
    assert.deepEqual(inspectDatabase(databaseFile(dataDir)).tasks, 0);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
