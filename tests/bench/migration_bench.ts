/**
 * Measures how long tasks take from SQLite to PostgreSQL, comparison included.
 *
 *     deno run --allow-all --unstable-worker-options tests/bench/migration_bench.ts [TASKS]
 */
import { migrateToPostgres } from "../../actors/storage/moving/mod.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { outcome, SchedulerRig } from "../support/scheduler_rig.ts";

export interface MigrationBench {
  readonly tasks: number;
  readonly rows: number;
  readonly copySeconds: number;
  /** Reading both sides and comparing. */
  readonly verifySeconds: number;
  readonly seconds: number;
}

const BATCH = 1_000;
/** Of ten tasks, those that have ended, with a run, a result and a line of log each. */
const ENDED_OF_TEN = 9;

/** Makes so many tasks, most of which have ended, and moves them. */
export async function benchMigration(tasks: number): Promise<MigrationBench> {
  await using folder = await makeFolder(tasks);
  await using server = await startPostgres();
  const { url } = await server.createDatabase();
  const began = performance.now();
  let copied = began;
  const { tables } = await migrateToPostgres({
    from: folder.dataDir,
    to: url,
    onProgress: ({ step }) => {
      if (step === "copy") copied = performance.now();
    },
  });
  const ended = performance.now();
  return {
    tasks,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    copySeconds: (copied - began) / 1_000,
    verifySeconds: (ended - copied) / 1_000,
    seconds: (ended - began) / 1_000,
  };
}

async function makeFolder(tasks: number): Promise<SchedulerRig> {
  const rig = await SchedulerRig.open();
  for (let made = 0; made < tasks; made += BATCH) {
    const args = JSON.stringify(["x".repeat(100), made]);
    const length = Math.min(BATCH, tasks - made);
    await rig.submit(...Array.from({ length }, () => ({ args })));
    if ((made / BATCH) % 10 < ENDED_OF_TEN) await endAll(rig);
  }
  await rig.stop();
  return rig;
}

async function endAll(rig: SchedulerRig): Promise<void> {
  for (;;) {
    const { runs } = await rig.claim({ max: BATCH });
    if (runs.length === 0) return;
    const line = { at: rig.now, level: "info", message: "done", fields: {} } as const;
    await rig.report(
      ...runs.map((run) =>
        outcome(run, {
          result: JSON.stringify({ num: run.num }),
          logs: [{ run: run.run, ...line }],
        })
      ),
    );
  }
}

/** The report as a line. */
export function formatMigration(bench: MigrationBench): string {
  const { tasks, rows, copySeconds, verifySeconds, seconds } = bench;
  return `${tasks} tasks (${rows} rows) moved in ${seconds.toFixed(1)} s: ` +
    `${copySeconds.toFixed(1)} s copied, ${verifySeconds.toFixed(1)} s compared`;
}

if (import.meta.main) {
  console.log(formatMigration(await benchMigration(Number(Deno.args[0] ?? 100_000))));
}
