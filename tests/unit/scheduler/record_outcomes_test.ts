import assert from "node:assert/strict";
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
