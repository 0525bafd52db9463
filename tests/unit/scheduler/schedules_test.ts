import assert from "node:assert/strict";
import type { TickRecord } from "../../../actors/domain/schedule.ts";
import { StoreBrokenError } from "../../../actors/storage/port.ts";
import { LIVE_STATUSES } from "../../../actors/domain/uniqueness.ts";
import { ManualTimer } from "../../support/manual_timer.ts";
import { putSchedule, startedTasks, storedSchedule, template } from "../../support/schedules.ts";
import { definition, outcome, SchedulerRig } from "../../support/scheduler_rig.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function openRig(): Promise<SchedulerRig> {
  return SchedulerRig.open({}, { timer: new ManualTimer(), now: NOON });
}

/** Ticks as minutes after noon, each with its outcome. */
function outcomes(ticks: readonly TickRecord[]): readonly string[] {
  return ticks.map(({ nominalAt, outcome }) => `${(nominalAt - NOON) / MINUTE} ${outcome}`);
}

async function pause(rig: SchedulerRig, name: string, paused: boolean): Promise<void> {
  const answer = await rig.ask({ kind: "PauseSchedule", name, paused });
  assert.ok(answer.ok);
  assert.equal(answer.value.schedule.paused, paused);
}

Deno.test("schedules fire each tick at its time, under an id that names it", async () => {
  await using rig = await openRig();
  const view = await putSchedule(rig, "s");
  assert.deepEqual(view.nextFireTimes, [1, 2, 3, 4, 5].map((n) => NOON + n * MINUTE));
  await rig.passTo(NOON + 2 * MINUTE - 1);
  assert.deepEqual(await rig.runAll(), ["s:2026-01-15T12:01:00Z"]);
  await rig.passTo(NOON + 3 * MINUTE);
  assert.deepEqual(await rig.runAll(), ["s:2026-01-15T12:02:00Z", "s:2026-01-15T12:03:00Z"]);
  const { ticks, fired, lastFiredAt, lastStarted } = await storedSchedule(rig, "s");
  assert.deepEqual({ fired, lastFiredAt, lastStarted }, {
    fired: 3,
    lastFiredAt: NOON + 3 * MINUTE,
    lastStarted: { kind: "task", id: "s:2026-01-15T12:03:00Z" },
  });
  assert.deepEqual(outcomes(ticks), ["1 fired", "2 fired", "3 fired"]);
  assert.deepEqual(ticks.map((tick) => tick.decidedAt - tick.nominalAt), [0, 0, 0]);
});

Deno.test("schedules start a workflow with tasks that are named after tick and key", async () => {
  await using rig = await openRig();
  const tasks = [template({ key: "a" }), template({ key: "b", deps: ["a"] })];
  await putSchedule(rig, "s", { target: { kind: "workflow", name: "nightly", tasks } });
  await rig.passTo(NOON + MINUTE);
  assert.deepEqual(await rig.runAll(), ["s:2026-01-15T12:01:00Z:a", "s:2026-01-15T12:01:00Z:b"]);
  const { lastStarted } = await storedSchedule(rig, "s");
  assert.deepEqual(lastStarted, { kind: "workflow", id: "s:2026-01-15T12:01:00Z" });
  assert.equal((await rig.task("s:2026-01-15T12:01:00Z:a")).workflowId, "s:2026-01-15T12:01:00Z");
});

Deno.test("schedules count a tick as fired that finds its unique work there already", async () => {
  await using rig = await openRig();
  const unique = { key: null, by: "args", withinMs: null, states: LIVE_STATUSES } as const;
  await rig.submit({ id: "by hand", unique });
  await putSchedule(rig, "s", { target: { kind: "task", task: template({ unique }) } });
  await rig.passTo(NOON + 2 * MINUTE);
  const { ticks, fired, lastStarted } = await storedSchedule(rig, "s");
  assert.deepEqual([fired, lastStarted], [2, { kind: "task", id: "by hand" }]);
  assert.deepEqual(outcomes(ticks), ["1 fired", "2 fired"]);
  assert.deepEqual(await rig.runAll(), ["by hand"]);
});

Deno.test("schedules number a workflow's tasks where a key can be part of no id", async () => {
  await using rig = await openRig();
  const tasks = [template({ key: "first step" }), template({ key: "b", deps: ["first step"] })];
  await putSchedule(rig, "s", { target: { kind: "workflow", name: null, tasks } });
  await rig.passTo(NOON + MINUTE);
  assert.deepEqual(await rig.runAll(), ["s:2026-01-15T12:01:00Z:1", "s:2026-01-15T12:01:00Z:2"]);
});

Deno.test("schedules mark the tasks that they start with their name and the tick's time", async () => {
  await using rig = await openRig();
  const tasks = [template({ key: "a", labels: { of: "etl", "dtask.tick": "mine" } })];
  await putSchedule(rig, "s", { target: { kind: "workflow", name: null, tasks } });
  await rig.passTo(NOON + MINUTE);
  assert.deepEqual((await rig.task("s:2026-01-15T12:01:00Z:a")).labels, {
    of: "etl",
    "dtask.schedule": "s",
    "dtask.tick": "2026-01-15T12:01:00.000Z",
  });
  const triggered = await rig.ask({ kind: "TriggerSchedule", name: "s" });
  assert.ok(triggered.ok);
  const { labels } = await rig.task(`${triggered.value.started?.id}:a`);
  assert.deepEqual(labels, { of: "etl", "dtask.tick": "mine", "dtask.schedule": "s" });
});

Deno.test("schedules skip ticks while the work of the one before runs", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { overlap: "skip" });
  await rig.passTo(NOON + MINUTE);
  const { runs } = await rig.claim();
  await rig.passTo(NOON + 3 * MINUTE);
  await rig.report(...runs.map((run) => outcome(run)));
  await rig.passTo(NOON + 4 * MINUTE);
  const { ticks, fired, skipped } = await storedSchedule(rig, "s");
  assert.deepEqual(outcomes(ticks), ["1 fired", "2 skipped", "3 skipped", "4 fired"]);
  assert.deepEqual([fired, skipped], [2, 2]);
});

Deno.test("schedules let one tick wait and start it when the work before it has ended", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { overlap: "buffer_one" });
  await rig.passTo(NOON + MINUTE);
  const { runs } = await rig.claim();
  await rig.passTo(NOON + 3 * MINUTE + 10);
  const waiting = await storedSchedule(rig, "s");
  assert.equal(waiting.bufferedAt, NOON + 2 * MINUTE);
  assert.deepEqual(outcomes(waiting.ticks), ["1 fired", "3 skipped"]);
  await rig.report(...runs.map((run) => outcome(run)));
  await rig.passTo(rig.now);
  const { ticks, bufferedAt, fired } = await storedSchedule(rig, "s");
  assert.deepEqual(outcomes(ticks), ["1 fired", "2 fired", "3 skipped"]);
  assert.deepEqual([bufferedAt, fired, ticks[1]?.decidedAt], [null, 2, rig.now]);
  assert.deepEqual(await rig.runAll(), ["s:2026-01-15T12:02:00Z"]);
});

Deno.test("schedules that wait for the same unique work all go on when it has ended", async () => {
  await using rig = await openRig();
  const unique = { key: null, by: "args", withinMs: null, states: LIVE_STATUSES } as const;
  await rig.submit({ id: "by hand", unique });
  const target = { kind: "task", task: template({ unique }) } as const;
  for (const name of ["s", "t"]) await putSchedule(rig, name, { overlap: "buffer_one", target });
  const waiting = async () => {
    const records = await Promise.all(["s", "t"].map((name) => storedSchedule(rig, name)));
    return records.map(({ bufferedAt }) => bufferedAt);
  };
  const { runs } = await rig.claim();
  await rig.passTo(NOON + 2 * MINUTE + 10);
  assert.deepEqual(await waiting(), [NOON + 2 * MINUTE, NOON + 2 * MINUTE]);
  await rig.report(...runs.map((run) => outcome(run)));
  await rig.passTo(rig.now);
  assert.deepEqual(await waiting(), [null, null]);
});

Deno.test("schedules let a tick wait for a whole workflow", async () => {
  await using rig = await openRig();
  const tasks = [template({ key: "a" }), template({ key: "b", deps: ["a"] })];
  const target = { kind: "workflow", name: null, tasks } as const;
  await putSchedule(rig, "s", { overlap: "buffer_one", target });
  await rig.passTo(NOON + 2 * MINUTE);
  const first = await rig.claim();
  await rig.report(...first.runs.map((run) => outcome(run)));
  await rig.passTo(rig.now + 10);
  assert.equal((await storedSchedule(rig, "s")).bufferedAt, NOON + 2 * MINUTE);
  const second = await rig.claim();
  await rig.report(...second.runs.map((run) => outcome(run)));
  await rig.passTo(rig.now + 10);
  const { ticks, bufferedAt } = await storedSchedule(rig, "s");
  assert.deepEqual([outcomes(ticks), bufferedAt], [["1 fired", "2 fired"], null]);
});

Deno.test("schedules find after a restart that the awaited work has ended", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { overlap: "buffer_one" });
  await rig.passTo(NOON + 2 * MINUTE);
  await pause(rig, "s", true);
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run)));
  await rig.passTo(rig.now + 10);
  assert.equal((await storedSchedule(rig, "s")).bufferedAt, NOON + 2 * MINUTE);
  await rig.stop();
  await rig.start();
  await pause(rig, "s", false);
  await rig.passTo(rig.now);
  assert.deepEqual(outcomes((await storedSchedule(rig, "s")).ticks), ["1 fired", "2 fired"]);
});

Deno.test("schedules start what waits at once after a restart", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { overlap: "buffer_one" });
  await rig.passTo(NOON + 2 * MINUTE);
  const { runs } = await rig.claim();
  await rig.stop();
  // The executor has outlived the scheduler and reports to the new one, before its first tick.
  await rig.start({ aliveExecutors: ["i-1"] });
  await rig.report(...runs.map((run) => outcome(run)));
  await rig.passTo(rig.now);
  assert.deepEqual(outcomes((await storedSchedule(rig, "s")).ticks), ["1 fired", "2 fired"]);
});

Deno.test("schedules decide after a restart what was due meanwhile, by the catch-up window", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { catchUpWindowMs: 3 * MINUTE });
  await rig.passTo(NOON + MINUTE);
  await rig.stop();
  rig.now = NOON + 10 * MINUTE + 1;
  await rig.start();
  await rig.passTo(rig.now);
  const { ticks, fired, missed, decidedUntil } = await storedSchedule(rig, "s");
  assert.deepEqual(outcomes(ticks), ["1 fired", "8 fired", "9 fired", "10 fired"]);
  assert.deepEqual([fired, missed, decidedUntil], [4, 6, NOON + 10 * MINUTE]);
});

Deno.test("schedules decide nothing in a pause, and afterwards by the catch-up window", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { catchUpWindowMs: MINUTE, overlap: "skip" });
  await pause(rig, "s", true);
  await rig.passTo(NOON + 5 * MINUTE);
  assert.deepEqual((await storedSchedule(rig, "s")).ticks, []);
  await pause(rig, "s", false);
  await rig.passTo(rig.now);
  const { ticks, missed } = await storedSchedule(rig, "s");
  assert.deepEqual([outcomes(ticks), missed], [["4 fired", "5 skipped"], 3]);
});

Deno.test("schedules fire nothing twice when the clock goes back, and judge the gap when it goes on", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { catchUpWindowMs: 2 * MINUTE });
  await rig.passTo(NOON + 3 * MINUTE);
  rig.now -= 2 * MINUTE;
  await rig.passTo(NOON + 4 * MINUTE);
  rig.now += HOUR;
  await rig.passTo(rig.now + 30_000);
  const { ticks, fired, missed } = await storedSchedule(rig, "s");
  assert.deepEqual(
    outcomes(ticks),
    ["1 fired", "2 fired", "3 fired", "4 fired", "63 fired", "64 fired"],
  );
  assert.deepEqual([fired, missed], [6, 58]);
});

Deno.test("schedules count the misses of a long break in slices, beside other work", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "busy", { cron: "* * * * * *", catchUpWindowMs: 0 });
  await putSchedule(rig, "calm", { cron: "0 * * * *" });
  await rig.stop();
  rig.now = NOON + 24 * HOUR;
  await rig.start();
  await rig.passTo(rig.now);
  const [busy, calm] = [await storedSchedule(rig, "busy"), await storedSchedule(rig, "calm")];
  assert.deepEqual([busy.fired, busy.missed], [2, 86_398]);
  assert.deepEqual([calm.fired, calm.missed], [1, 23]);
});

Deno.test("schedules start a backlog in slices, and none waits for another's", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "busy", { cron: "* * * * * *", catchUpWindowMs: HOUR });
  await putSchedule(rig, "calm", { cron: "* * * * *", catchUpWindowMs: HOUR });
  await rig.stop();
  rig.now = NOON + 10 * MINUTE;
  await rig.start();
  await rig.passTo(rig.now);
  assert.equal((await startedTasks(rig, "busy")).size, 600);
  assert.equal((await startedTasks(rig, "calm")).size, 10);
  // The ten of the calm one are among the first hundred.
  const ids = await rig.runAll();
  assert.ok(ids.indexOf("calm:2026-01-15T12:10:00Z") < 100);
});

Deno.test("schedules record a tick whose work can't be started, and go on", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s");
  await putSchedule(rig, "other");
  await rig.stop();
  await rig.start({ definitions: [definition("spin", "blocking")] });
  await rig.passTo(NOON + MINUTE);
  await rig.stop();
  await rig.start();
  await rig.submit({ id: "s:2026-01-15T12:02:00Z", contentHash: "of somebody else" });
  await rig.passTo(NOON + 3 * MINUTE);
  const { ticks, fired, refused } = await storedSchedule(rig, "s");
  assert.deepEqual(outcomes(ticks), ["1 refused", "2 refused", "3 fired"]);
  assert.deepEqual([fired, refused], [1, 2]);
  assert.match(ticks[0]?.error ?? "", /method "noop" is not registered/);
  assert.match(ticks[1]?.error ?? "", /id is taken/);
  assert.deepEqual(outcomes((await storedSchedule(rig, "other")).ticks), [
    "1 refused",
    "2 fired",
    "3 fired",
  ]);
});

Deno.test("schedules delay a tick by its share of the jitter, the same after a restart", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { cron: "0 * * * *", jitterMs: 30 * MINUTE });
  await rig.passTo(NOON + HOUR);
  await rig.stop();
  await rig.start();
  await rig.passTo(NOON + 3 * HOUR + 59 * MINUTE);
  const { ticks } = await storedSchedule(rig, "s");
  const delays = ticks.map(({ nominalAt, decidedAt }) => decidedAt - nominalAt);
  assert.deepEqual(outcomes(ticks), ["60 fired", "120 fired", "180 fired"]);
  assert.ok(delays.every((delay) => delay > 0 && delay < 30 * MINUTE), String(delays));
  assert.equal(new Set(delays).size, 3);
});

Deno.test("schedules fire nothing twice whose commit stood, though the process died of it", async () => {
  const fault = { on: false };
  await using rig = await SchedulerRig.open({}, {
    timer: new ManualTimer(),
    now: NOON,
    wrapStore: (store) => ({
      shared: store.shared,
      now: () => store.now(),
      outcomeOf: (error) => store.outcomeOf(error),
      close: () => store.close(),
      write: async (work) => {
        const answer = await store.write(work);
        if (fault.on) throw new StoreBrokenError("the disk failed after the commit");
        return answer;
      },
    }),
  });
  await putSchedule(rig, "s");
  fault.on = true;
  await assert.rejects(rig.passTo(NOON + MINUTE), /the disk failed after the commit/);
  fault.on = false;
  assert.ok(rig.told.some(({ message }) => message.kind === "StoreBroken"));
  await rig.stop();
  await rig.start();
  await rig.passTo(NOON + 2 * MINUTE);
  const { ticks, fired } = await storedSchedule(rig, "s");
  assert.deepEqual([outcomes(ticks), fired], [["1 fired", "2 fired"], 2]);
  assert.equal((await startedTasks(rig, "s")).size, 2);
});

Deno.test("schedules publish what became of their ticks", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { overlap: "skip", catchUpWindowMs: MINUTE });
  await rig.stop();
  rig.now += 5 * MINUTE;
  await rig.start();
  await rig.passTo(rig.now);
  await rig.stop();
  const events = rig.told.flatMap(({ to, message }) =>
    to === "http" && "events" in message && Array.isArray(message.events) ? message.events : []
  );
  assert.deepEqual(events.flatMap(({ ticks }) => ticks ?? []), [
    { missed: 3, fired: 1, skipped: 1 },
  ]);
});
