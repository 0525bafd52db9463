/** Limits of queues and keys hold over all nodes, whoever starts what. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import {
  assertLimits,
  configure,
  drawSettings,
  drawTasks,
  liftRates,
} from "../support/limited_work.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { announceSeed, seededRandom } from "../support/random.ts";
import type { PastRun } from "../support/run_history.ts";
import { allEnded, submitTasks } from "../support/task_client.ts";

/** A run may wait for its code to start as long as three processes on two cores make it. */
const HANDOVER_MS = 8_000;
/** How long the rates hold: long enough that twice the rate would show. */
const LIMITED_MS = 12_000;

const RUNS =
  "SELECT i.id, t.queue, t.concurrency_key, r.node, r.started_at, r.finished_at, r.outcome " +
  "FROM runs r JOIN tasks t USING (num) JOIN task_inputs i USING (num) " +
  "ORDER BY r.started_at, t.num, r.run";

Deno.test("limits hold over two nodes at every moment", async () => {
  const random = seededRandom(announceSeed("limits over two nodes"));
  const settings = drawSettings(random);
  console.log(JSON.stringify(settings));
  await using server = await startPostgres({ fsync: false });
  const { url, name: database } = await server.createDatabase();
  await using cluster = await startCluster({ databaseUrl: url, nodes: 2, args: ["--no-grpc"] });
  const [first, second] = cluster.nodes.map(({ process }) => process);
  assert(first && second);
  await configure(first, settings);
  for (const node of [first, second]) await submitTasks(node, drawTasks(settings, random));
  await delay(LIMITED_MS);
  const limitedUntil = Date.now();
  await liftRates(second, settings);
  await eventually(() => allEnded(first), {
    what: "every task has ended",
    deadlineMs: 240_000,
    everyMs: 200,
  });
  const rows = await server.query(RUNS, { database });
  const runs = rows.map((row): PastRun => ({
    task: String(row["id"]),
    queue: String(row["queue"]),
    key: row["concurrency_key"] === null ? null : String(row["concurrency_key"]),
    startedAt: Number(row["started_at"]),
    finishedAt: Number(row["finished_at"]),
    outcome: String(row["outcome"]),
  }));
  assert.equal(new Set(rows.map((row) => row["node"])).size, 2, "both nodes have run some");
  for (const [queue, limits] of Object.entries(settings)) {
    const ofQueue = runs.filter((run) => run.queue === queue);
    assertLimits(ofQueue, { queue, ...limits, limitedUntil, handoverMs: HANDOVER_MS });
  }
});
