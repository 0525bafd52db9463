import assert from "node:assert/strict";
import { outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";

const ONCE = { maxAttempts: 1 };

Deno.test("scheduler cancels what waits at once and asks running code to stop", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "running" });
  const [run] = (await rig.claim()).runs;
  assert(run);
  await rig.submit({ id: "waiting" }, { id: "after", deps: ["waiting"] });
  const waiting = await rig.ask({ kind: "CancelTask", id: "waiting" });
  assert.equal(waiting.ok && waiting.value.status, "cancelled");
  assert.equal((await rig.task("after")).reason, "upstream_failed");
  const running = await rig.ask({ kind: "CancelTask", id: "running" });
  assert.equal(running.ok && running.value.status, "running");
  assert.equal(running.ok && running.value.cancelRequestedAt, rig.now);
  assert.deepEqual(rig.toldDispatcher("CancelRequested")[0]?.runs, [{ num: run.num, run: 1 }]);
  await rig.report(outcome(run, { outcome: "cancelled" }));
  assert.equal((await rig.task("running")).status, "cancelled");
  const ended = await rig.ask({ kind: "CancelTask", id: "running" });
  assert.equal(ended.ok, true);
});

Deno.test("scheduler revives at a retry what the failure had skipped, and only that", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE },
    { id: "b", retry: ONCE },
    { id: "of a", deps: ["a"] },
    { id: "of both", deps: ["of a", "b"] },
    { id: "tidy", deps: ["a"], triggerRule: "all_done" },
  );
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, THREW)));
  assert.deepEqual(await rig.runAll(), ["tidy"]);
  const retried = await rig.ask({ kind: "RetryTask", id: "a", args: "[7]" });
  assert.equal(retried.ok && retried.value.args, "[7]");
  assert.equal(retried.ok && retried.value.attempt, 0);
  const statuses = async () =>
    (await Promise.all(["a", "of a", "of both", "tidy"].map((id) => rig.task(id))))
      .map(({ status }) => status);
  assert.deepEqual(await statuses(), ["pending", "blocked", "skipped", "completed"]);
  await rig.ask({ kind: "RetryTask", id: "b", args: null });
  assert.deepEqual(await statuses(), ["pending", "blocked", "blocked", "completed"]);
  assert.deepEqual(await rig.runAll(), ["a", "b", "of a", "of both"]);
});

Deno.test("scheduler deletes ended tasks that nothing live depends on", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" }, { id: "b", deps: ["a"], delayMs: 10_000 });
  const early = await rig.ask({ kind: "DeleteTask", id: "a" });
  assert.equal(early.ok === false && early.error.code, "failed_precondition");
  await rig.runAll();
  const held = await rig.ask({ kind: "DeleteTask", id: "a" });
  assert.equal(held.ok === false && held.error.code, "failed_precondition");
  await rig.ask({ kind: "CancelTask", id: "b" });
  assert.equal((await rig.ask({ kind: "DeleteTask", id: "a" })).ok, true);
  assert.equal((await rig.ask({ kind: "DeleteTask", id: "a" })).ok, false);
});

Deno.test("scheduler publishes a deletion, so that event streams look for it", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a" });
  await rig.runAll();
  const { seq } = await rig.task("a");
  await rig.ask({ kind: "DeleteTask", id: "a" });
  await rig.stop();
  const events = rig.told.flatMap(({ to, message }) =>
    to === "http" && "events" in message ? message.events as { lastSeq?: number }[] : []
  );
  assert.ok((events.at(-1)?.lastSeq ?? 0) > seq);
});
