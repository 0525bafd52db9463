import assert from "node:assert/strict";
import type { TaskRecord } from "../../../actors/domain/task.ts";
import { eventually } from "../../support/eventually.ts";
import { outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";

const HOUR_MS = 3_600_000;
const ONCE = { maxAttempts: 1 };

Deno.test("scheduler fails a task that expires before it starts", async () => {
  await using rig = await SchedulerRig.open();
  const [task] = await rig.submit({ id: "a", expiresAt: rig.now + 1, delayMs: 60_000 });
  assert.equal((task as TaskRecord).status, "scheduled");
  await passTime(rig, 1_000);
  assert.deepEqual(await states(rig, "a"), ["failed expired"]);
  const retried = await rig.ask({ kind: "RetryTask", id: "a", args: null });
  assert.equal(retried.ok && retried.value.expiresAt, null);
  await passTime(rig, 60_000);
  assert.deepEqual(await rig.runAll(), ["a"]);
});

Deno.test("scheduler fails what waits at its expiresAt, and settles what depends on it", async () => {
  await using rig = await SchedulerRig.open();
  const expiresAt = rig.now + HOUR_MS;
  await rig.submit({ id: "running", expiresAt });
  const [running] = (await rig.claim()).runs;
  assert(running);
  await rig.submit(
    { id: "pending", expiresAt, queue: "other" },
    { id: "scheduled", expiresAt, delayMs: 2 * HOUR_MS },
    { id: "blocked", expiresAt, deps: ["running"] },
    { id: "later", expiresAt: expiresAt + 1, deps: ["running"] },
    { id: "skipped", deps: ["blocked"] },
    { id: "tidy", deps: ["pending"], triggerRule: "all_done" },
  );
  await passTime(rig, HOUR_MS, { aliveExecutors: ["i-1"] });
  assert.deepEqual(await states(rig, "pending", "scheduled", "blocked"), [
    "failed expired",
    "failed expired",
    "failed expired",
  ]);
  assert.deepEqual(await states(rig, "running", "later", "skipped", "tidy"), [
    "running",
    "blocked",
    "skipped upstream_failed",
    "pending",
  ]);
  const { finishedAt, error } = await rig.task("pending");
  assert.deepEqual([finishedAt, error?.name], [expiresAt, "ExpiredError"]);
  await rig.report(outcome(running));
  assert.deepEqual(await states(rig, "running", "later"), ["completed", "pending"]);
});

Deno.test("scheduler's clock fires at an expiresAt", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", expiresAt: rig.now + 10 });
  rig.now += 10;
  await eventually(async () => (await rig.task("a")).status === "failed", { what: "it expires" });
});

Deno.test("scheduler never starts a task past its expiresAt, though the clock be late", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "expired", expiresAt: rig.now + HOUR_MS },
    { id: "in time", expiresAt: rig.now + HOUR_MS + 1 },
    { id: "tidy", deps: ["expired"], triggerRule: "one_failed" },
  );
  rig.now += HOUR_MS;
  assert.deepEqual((await rig.claim()).runs.map(({ id }) => id), ["in time"]);
  assert.deepEqual(await states(rig, "expired", "tidy"), ["failed expired", "pending"]);
  await rig.submit({ id: "late", expiresAt: rig.now - 1 });
  assert.deepEqual(await rig.runAll(), ["tidy"]);
  assert.deepEqual(await states(rig, "late"), ["failed expired"]);
});

Deno.test("scheduler fails a task whose retry would come after its expiresAt", async () => {
  await using rig = await SchedulerRig.open();
  const retry = { maxAttempts: 2, initialMs: 2 * HOUR_MS, jitter: "none" } as const;
  await rig.submit({ id: "a", expiresAt: rig.now + HOUR_MS, retry });
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, THREW)));
  await passTime(rig, HOUR_MS);
  assert.deepEqual(await states(rig, "a"), ["failed expired"]);
  assert.match((await rig.task("a")).error?.message ?? "", /not started again after run 1/);
});

Deno.test("scheduler drops at a retry an expiresAt that has passed, of the skipped too", async () => {
  await using rig = await SchedulerRig.open();
  const [soon, far] = [rig.now + HOUR_MS, rig.now + 9 * HOUR_MS];
  await rig.submit(
    { id: "a", retry: ONCE, expiresAt: far },
    { id: "b", deps: ["a"], expiresAt: soon },
  );
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, THREW)));
  await passTime(rig, 2 * HOUR_MS);
  await rig.ask({ kind: "RetryTask", id: "a", args: null });
  assert.deepEqual((await rig.task("a")).expiresAt, far);
  assert.deepEqual((await rig.task("b")).expiresAt, null);
  assert.deepEqual(await rig.runAll(), ["a", "b"]);
});

Deno.test("scheduler makes tasks ready at their time, in the order of their times", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "last", delayMs: 3 * HOUR_MS },
    { id: "second", runAt: rig.now + 2 * HOUR_MS },
    { id: "first", delayMs: HOUR_MS },
    { id: "not yet", delayMs: 3 * HOUR_MS + 1 },
  );
  assert.deepEqual(await rig.runAll(), []);
  await passTime(rig, 3 * HOUR_MS);
  assert.deepEqual(await rig.runAll(), ["first", "second", "last"]);
  assert.deepEqual(await states(rig, "not yet"), ["scheduled"]);
});

Deno.test("scheduler takes submissions between the ticks of a herd", async () => {
  await using rig = await SchedulerRig.open();
  const herd = Array.from({ length: 2_000 }, () => ({ delayMs: HOUR_MS, queue: "herd" }));
  await rig.submit(...herd);
  await passTime(rig, HOUR_MS);
  const claimed = async () => (await rig.claim({ queue: "herd", max: 2_000 })).runs.length;
  await rig.submit({ id: "between" });
  let started = await claimed();
  assert.ok(started < 2_000, "the submission waited for the whole herd");
  await eventually(async () => (started += await claimed()) === 2_000, { what: "all are due" });
});

/** Lets the time pass while the scheduler is down, so that its first tick finds what is due by then. */
async function passTime(
  rig: SchedulerRig,
  ms: number,
  init: Parameters<SchedulerRig["start"]>[0] = {},
): Promise<void> {
  await rig.stop();
  rig.now += ms;
  await rig.start(init);
}

async function states(rig: SchedulerRig, ...ids: readonly string[]): Promise<readonly string[]> {
  const tasks = await Promise.all(ids.map((id) => rig.task(id)));
  return tasks.map(({ status, reason }) => reason === null ? status : `${status} ${reason}`);
}
