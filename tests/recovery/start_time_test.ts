import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { finishedTotal } from "../support/node_metrics.ts";
import { startNode } from "../support/node_process.ts";
import { allEnded, submitTasks } from "../support/task_client.ts";

const FINISHED = Number(Deno.env.get("DTASK_TEST_FINISHED") ?? 100_000);
const LIVE = Number(Deno.env.get("DTASK_TEST_LIVE") ?? 10_000);
const ARGS = ["--no-grpc", "--log-level", "warning"];

Deno.test("start after a kill -9 takes up a long history and the live tasks", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const first = await startNode({ dataDir, args: ARGS });
  const noops = (count: number) => Array.from({ length: count }, () => ({ method: "noop" }));
  await submitTasks(first, noops(FINISHED));
  await eventually(async () => await finishedTotal(first) >= FINISHED, {
    what: "the history is made",
    deadlineMs: 180_000,
    everyMs: 100,
  });
  await first.fetchApi("POST", "/api/queues/default/pause");
  await submitTasks(first, noops(LIVE));
  first.kill("SIGKILL");
  await first.status;
  {
    await using node = await startNode({ dataDir, args: ARGS });
    console.log(
      `start with ${FINISHED} finished and ${LIVE} live tasks: ${node.startedInMs.toFixed(0)} ms`,
    );
    await node.fetchApi("POST", "/api/queues/default/resume");
    await eventually(async () => await finishedTotal(node) >= LIVE, {
      what: "the live tasks have ended",
      deadlineMs: 60_000,
      everyMs: 50,
    });
    assert.ok(await allEnded(node));
  }
  await Deno.remove(dataDir, { recursive: true });
});
