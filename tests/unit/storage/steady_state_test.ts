import assert from "node:assert/strict";
import { databaseFile } from "../../../actors/storage/sqlite/mod.ts";
import { inspectDatabase } from "../../../actors/storage/sqlite/database_check.ts";
import { ManualTimer } from "../../support/manual_timer.ts";
import { outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";
import { countStoredRows } from "../../support/stored_rows.ts";
import { submission } from "../../support/submission.ts";

const DAY_MS = 86_400_000;
const TASKS_A_DAY = 900;
const KEPT_DAYS = 3;
/** Until tombstones are as many as there ever are, and pages as torn. */
const SETTLING_ROUNDS = 6;
const ROUNDS = 10;
/** Nums and stamps take a byte more now and then, and pages tear elsewhere. A row too many shows by itself. */
const GROWTH_MAX = 0.01;

/** A day's work: single tasks, some of which fail, a graph, and a workflow. */
async function work(rig: SchedulerRig, day: number): Promise<void> {
  const name = (kind: string, index: number) => `${kind}-${day}-${index}`;
  const items = Array.from({ length: TASKS_A_DAY }, (_, index) => ({
    id: name("task", index),
    idempotencyKey: `key-${day}-${index}`,
    queue: index % 10 === 0 ? `queue-${day}` : "default",
    args: JSON.stringify(["x".repeat((index * 37) % 900)]),
    deps: index % 4 === 3 ? [name("task", index - 1)] : [],
    retry: { maxAttempts: 1 },
  }));
  await rig.submit(...items);
  await rig.ask({
    kind: "SubmitWorkflow",
    id: name("workflow", 0),
    name: null,
    contentHash: "sha256-0",
    idempotencyKey: null,
    tasks: Array.from(
      { length: 50 },
      (_, index) =>
        submission({ id: name("step", index), key: `${index}`, deps: index > 0 ? ["0"] : [] }),
    ),
  });
  for (const queue of ["default", `queue-${day}`]) await finish(rig, queue);
}

/** Runs a queue's tasks to their ends, of which one in ten is a failure. */
async function finish(rig: SchedulerRig, queue: string): Promise<void> {
  for (;;) {
    const { runs } = await rig.claim({ queue });
    if (runs.length === 0) return;
    await rig.report(...runs.map((run) => ({
      ...outcome(run, run.id.endsWith("7") ? THREW : { result: `"${"y".repeat(run.num % 500)}"` }),
      startedAt: rig.now,
      finishedAt: rig.now,
    })));
  }
}

/** How large the database file is once the log has been taken over into it. */
async function fileBytes(rig: SchedulerRig): Promise<number> {
  return (await Deno.stat(databaseFile(rig.dataDir))).size;
}

Deno.test("sqlite_store stops growing where as much is removed as comes", async () => {
  const keptMs = KEPT_DAYS * DAY_MS;
  const retention = {
    completedMs: keptMs,
    cancelledMs: keptMs,
    skippedMs: keptMs,
    failedMs: 2 * keptMs,
  };
  await using rig = await SchedulerRig.open({ retention }, { timer: new ManualTimer() });
  const sizes: number[] = [];
  const rows: Record<string, number>[] = [];
  for (let day = 0; day < ROUNDS * KEPT_DAYS; day++) {
    await work(rig, day);
    await rig.passTo(rig.now + DAY_MS);
    if ((day + 1) % KEPT_DAYS !== 0) continue;
    // The last connection to close takes the log over into the file.
    await rig.stop();
    sizes.push(await fileBytes(rig));
    const { tombstones = 0, ...others } = countStoredRows(rig.dataDir);
    assert.ok(tombstones <= 11_000, `${tombstones} tombstones`);
    rows.push(others);
    inspectDatabase(databaseFile(rig.dataDir));
    await rig.start({ retention });
  }
  console.log(`database file over ${ROUNDS} times of keeping: ${sizes.join(", ")} bytes`);
  const settled = sizes.slice(SETTLING_ROUNDS);
  const growth = Math.max(...settled) / Math.min(...settled) - 1;
  assert.ok(growth <= GROWTH_MAX, `${sizes.join(", ")} bytes`);
  for (const later of rows.slice(SETTLING_ROUNDS)) assert.deepEqual(later, rows.at(-1));
});
