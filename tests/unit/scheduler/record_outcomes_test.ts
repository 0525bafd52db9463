import assert from "node:assert/strict";
import { openSqliteReader } from "../../../actors/storage/sqlite/mod.ts";
import { outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";

const ONCE = { maxAttempts: 1 };

Deno.test("scheduler skips what can't run any more, wave after wave", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE },
    { id: "b", deps: ["a"] },
    { id: "c", deps: ["b"] },
    { id: "tidy", deps: ["c"], triggerRule: "all_done" },
  );
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, THREW)));
  const tasks = await Promise.all(["a", "b", "c", "tidy"].map((id) => rig.task(id)));
  assert.deepEqual(tasks.map(({ status, reason }) => [status, reason]), [
    ["failed", "attempts_exhausted"],
    ["skipped", "upstream_failed"],
    ["skipped", "upstream_failed"],
    ["pending", null],
  ]);
});

Deno.test("scheduler retries with backoff until the attempts are used up", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", retry: { maxAttempts: 2, initialMs: 1_000, jitter: "none" } });
  const [first] = (await rig.claim()).runs;
  assert(first);
  await rig.report(outcome(first, THREW));
  const waiting = await rig.task("a");
  assert.equal(waiting.status, "scheduled");
  assert.equal(waiting.dueAt, rig.now + 1_000);
});

Deno.test("scheduler ignores the report of a run that is not current", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" });
  const [first] = (await rig.claim()).runs;
  assert(first);
  await rig.report(outcome(first, { outcome: "given_back", giveBack: "drain" }));
  const [second] = (await rig.claim()).runs;
  assert.equal(second?.run, 2);
  await rig.report(outcome(first, { result: "1" }));
  assert.equal((await rig.task("a")).status, "running");
  await rig.report(outcome({ num: first.num, run: 2 }, { result: "2" }));
  await rig.report(outcome({ num: first.num, run: 2 }, { result: "3" }));
  const { status, result, attempt } = await rig.task("a");
  assert.deepEqual({ status, result, attempt }, { status: "completed", result: "2", attempt: 1 });
});

Deno.test("scheduler keeps a run's lines in order, whatever else their commit records", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" }, { id: "b" });
  const [a, b] = (await rig.claim()).runs;
  assert(a && b);
  const line = (message: string) =>
    ({ run: 1, at: rig.now, level: "info", message, fields: {} }) as const;
  const { num, run } = a;
  const items = [{ num, run, progress: null, logs: [line("first")] }];
  // All at once, so that they share a commit, in which the ends of others come first.
  await Promise.all([
    rig.report(outcome(b)),
    rig.tell({ kind: "ReportProgress", items }),
    rig.report(outcome(a, { logs: [line("second")] })),
  ]);
  const reader = await openSqliteReader({ dataDir: rig.dataDir });
  const page = await reader.listLogs("a", { after: null, limit: 9 });
  await reader.close();
  assert.deepEqual(page?.lines.map(({ message }) => message), ["first", "second"]);
});
