import assert from "node:assert/strict";
import { addTraffic, noTraffic, TRAFFIC, type Traffic } from "../../../actors/domain/traffic.ts";
import { openSqliteReader } from "../../../actors/storage/sqlite/mod.ts";
import { outcome, SchedulerRig } from "../../support/scheduler_rig.ts";

/** All that was counted, a row each. */
async function rows(rig: SchedulerRig): Promise<readonly Traffic[]> {
  const reader = await openSqliteReader({ dataDir: rig.dataDir });
  try {
    const from = Math.floor(rig.now / TRAFFIC.foldedMs - 9) * TRAFFIC.foldedMs;
    const span = { from, until: rig.now + TRAFFIC.periodMs, stepMs: TRAFFIC.periodMs };
    return (await reader.readTraffic(span)).map(({ traffic }) => traffic);
  } finally {
    await reader.close();
  }
}

Deno.test("scheduler counts what comes, begins and ends, over a restart", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" }, { id: "b" }, { id: "c", deps: ["b"] });
  rig.now += 40;
  const { runs } = await rig.claim();
  const [a, b] = runs;
  assert.ok(a !== undefined && b !== undefined);
  await rig.report(outcome(a, { startedAt: rig.now, finishedAt: rig.now + 7 }));
  await rig.stop();
  await rig.start();
  await rig.ask({ kind: "CancelTask", id: "c" });
  const sum = (await rows(rig)).reduce(addTraffic, noTraffic());
  assert.deepEqual([sum.submitted, sum.started], [3, 2]);
  assert.deepEqual(sum.finished, { completed: 1, failed: 0, cancelled: 1, skipped: 0 });
  // 40 ms are in the bucket of 32 to 64, 7 ms in that of 4 to 8.
  assert.deepEqual([sum.waits[6], sum.runs[3]], [2, 1]);
  assert.deepEqual([sum.waits, sum.runs].map((all) => all.reduce((x, y) => x + y)), [2, 1]);
});

Deno.test("scheduler keeps traffic by the minute after a while", async () => {
  await using rig = await SchedulerRig.open();
  for (let step = 0; step < 12; step++) {
    await rig.submit({});
    rig.now += TRAFFIC.periodMs;
  }
  assert.ok((await rows(rig)).length >= 12);
  rig.now += TRAFFIC.foldAfterMs + TRAFFIC.foldedMs;
  await rig.submit({});
  const counted = (await rows(rig)).map(({ submitted }) => submitted);
  assert.ok(counted.length <= 3, String(counted));
  assert.equal(counted.reduce((x, y) => x + y), 13);
});
