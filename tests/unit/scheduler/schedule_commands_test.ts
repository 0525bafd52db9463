import assert from "node:assert/strict";
import type { ScheduleSpec, TaskTemplate, TickRecord } from "../../../actors/domain/schedule.ts";
import { LIMITS } from "../../../actors/domain/task.ts";
import { ManualTimer } from "../../support/manual_timer.ts";
import {
  putSchedule,
  scheduleSpec,
  startedTasks,
  storedSchedule,
  template,
} from "../../support/schedules.ts";
import { outcome, SchedulerRig } from "../../support/scheduler_rig.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function openRig(): Promise<SchedulerRig> {
  return SchedulerRig.open({}, { timer: new ManualTimer(), now: NOON });
}

function outcomes(ticks: readonly TickRecord[]): readonly string[] {
  return ticks.map(({ nominalAt, outcome }) => `${(nominalAt - NOON) / MINUTE} ${outcome}`);
}

async function put(rig: SchedulerRig, name: string, more: Partial<ScheduleSpec>) {
  return await rig.ask({ kind: "PutSchedule", name, spec: scheduleSpec(more) });
}

async function backfill(rig: SchedulerRig, from: number, until: number) {
  return await rig.ask({ kind: "BackfillSchedule", name: "s", from, until });
}

function workflow(...tasks: readonly TaskTemplate[]): Partial<ScheduleSpec> {
  return { target: { kind: "workflow", name: null, tasks } };
}

/** What is wrong with a schedule, with the reason and the place that the refusal names. */
const FAULTS: readonly (readonly [Partial<ScheduleSpec>, string, string])[] = [
  [{ cron: "61 * * * *" }, "invalid_cron", "/cron"],
  [{ timezone: "Mars/Base" }, "invalid_timezone", "/timezone"],
  [{ catchUpWindowMs: -1 }, "invalid_schedule", "/catchUpWindowMs"],
  [{ catchUpWindowMs: LIMITS.catchUpWindowMs + 1 }, "invalid_schedule", "/catchUpWindowMs"],
  [{ jitterMs: LIMITS.jitterMs + 1 }, "invalid_schedule", "/jitterMs"],
  [
    { target: { kind: "task", task: template({ method: "nope" }) } },
    "unknown_method",
    "/method",
  ],
  [
    { target: { kind: "task", task: template({ deps: ["nobody"] }) } },
    "unknown_dependency",
    "/deps/0",
  ],
  [
    workflow(template({ key: "a" }), template({ key: "b", method: "nope" })),
    "unknown_method",
    "/workflow/tasks/1/method",
  ],
  [
    workflow(template({ key: "a", deps: ["b"] }), template({ key: "b", deps: ["a"] })),
    "cycle",
    "/workflow/tasks/0/deps/0",
  ],
];

Deno.test("put refuses a schedule that could never start anything", async () => {
  await using rig = await openRig();
  for (const [more, reason, pointer] of FAULTS) {
    const answer = await put(rig, "s", more);
    assert.ok(!answer.ok);
    assert.deepEqual([answer.error.reason, answer.error.errors?.[0]?.pointer], [reason, pointer]);
  }
  const long = await put(rig, "n".repeat(LIMITS.scheduleNameLength + 1), {});
  assert.equal(!long.ok && long.error.reason, "invalid_schedule");
  const args = JSON.stringify(["x".repeat(LIMITS.scheduleBytes)]);
  const large = await put(rig, "s", { target: { kind: "task", task: template({ args }) } });
  assert.equal(!large.ok && large.error.code, "payload_too_large");
});

Deno.test("put refuses more schedules than the limit, and takes changes of those there are", async () => {
  await using rig = await openRig();
  const names = Array.from({ length: LIMITS.schedules + 1 }, (_, index) => `s-${index}`);
  const cron = { cron: "0 0 1 1 *" };
  const answers = await Promise.all(names.map((name) => put(rig, name, cron)));
  const refused = answers.flatMap((answer) => answer.ok ? [] : answer.error.reason);
  assert.deepEqual(refused, ["too_many_schedules"]);
  assert.ok((await put(rig, "s-1", cron)).ok);
  const deleted = await rig.ask({ kind: "DeleteSchedule", name: "s-1" });
  assert.ok(deleted.ok);
  assert.ok((await put(rig, "one-more", cron)).ok);
});

Deno.test("put changes a schedule and keeps its pause, its counts and its history", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s");
  await rig.passTo(NOON + 2 * MINUTE);
  await rig.ask({ kind: "PauseSchedule", name: "s", paused: true });
  await rig.passTo(NOON + 4 * MINUTE);
  const answer = await put(rig, "s", { overlap: "skip" });
  assert.ok(answer.ok);
  assert.equal(answer.value.created, false);
  const { paused, fired, spec, ticks, decidedUntil, createdAt } = await storedSchedule(rig, "s");
  assert.deepEqual([paused, fired, spec.overlap, createdAt], [true, 2, "skip", NOON]);
  assert.deepEqual([outcomes(ticks), decidedUntil], [["1 fired", "2 fired"], NOON + 2 * MINUTE]);
});

Deno.test("put does not apply new times to the past", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { cron: "0 0 1 1 *" });
  await rig.passTo(NOON + 90_000);
  const view = await putSchedule(rig, "s", { cron: "* * * * *", catchUpWindowMs: HOUR });
  assert.equal(view.nextFireTimes[0], NOON + 2 * MINUTE);
  await rig.passTo(NOON + 2 * MINUTE);
  const { ticks, missed } = await storedSchedule(rig, "s");
  assert.deepEqual([outcomes(ticks), missed], [["2 fired"], 0]);
});

Deno.test("delete ends a schedule with its ticks and leaves what it has started", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s");
  await rig.passTo(NOON + MINUTE);
  assert.deepEqual(await rig.ask({ kind: "DeleteSchedule", name: "s" }), { ok: true, value: null });
  const again = await rig.ask({ kind: "DeleteSchedule", name: "s" });
  assert.equal(!again.ok && again.error.reason, "unknown_schedule");
  await rig.passTo(NOON + 5 * MINUTE);
  assert.deepEqual(await rig.runAll(), ["s:2026-01-15T12:01:00Z"]);
  await putSchedule(rig, "s");
  assert.deepEqual((await storedSchedule(rig, "s")).ticks, []);
});

Deno.test("trigger starts the work whatever the time, a pause and an overlap say", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { overlap: "skip" });
  await rig.ask({ kind: "PauseSchedule", name: "s", paused: true });
  const trigger = async () => {
    const answer = await rig.ask({ kind: "TriggerSchedule", name: "s" });
    assert.ok(answer.ok);
    return answer.value;
  };
  const [first, second] = [await trigger(), await trigger()];
  assert.equal(first.outcome, "triggered");
  assert.deepEqual(first.started, { kind: "task", id: "s:trigger:2026-01-15T12:00:00.001Z" });
  assert.deepEqual(second.started, { kind: "task", id: "s:trigger:2026-01-15T12:00:00.002Z" });
  await rig.ask({ kind: "PauseSchedule", name: "s", paused: false });
  await rig.passTo(NOON + MINUTE);
  const { ticks, fired } = await storedSchedule(rig, "s");
  assert.deepEqual([ticks.map((tick) => tick.outcome), fired], [
    ["triggered", "triggered", "fired"],
    1,
  ]);
  // One of the same name, at the same time, does not take the work of its predecessor for its own.
  await rig.ask({ kind: "DeleteSchedule", name: "s" });
  rig.now = NOON;
  await putSchedule(rig, "s");
  assert.equal((await trigger()).started?.id, "s:trigger:2026-01-15T12:00:00.003Z");
  const unknown = await rig.ask({ kind: "TriggerSchedule", name: "nobody" });
  assert.equal(!unknown.ok && unknown.error.code, "not_found");
});

async function preview(rig: SchedulerRig, from: number, until: number) {
  return await rig.ask({ kind: "PreviewBackfill", name: "s", from, until });
}

Deno.test("backfill fires what has not fired, once", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { overlap: "skip", catchUpWindowMs: 0 });
  await rig.passTo(NOON + MINUTE);
  const { runs } = await rig.claim();
  await rig.passTo(NOON + 2 * MINUTE);
  await rig.stop();
  rig.now = NOON + 5 * MINUTE + 30_000;
  await rig.start();
  await rig.passTo(rig.now);
  const before = await storedSchedule(rig, "s");
  assert.deepEqual([outcomes(before.ticks), before.missed], [["1 fired", "2 skipped"], 3]);
  const range = [NOON, NOON + 5 * MINUTE] as const;
  const unfired = [0, 2, 3, 4].map((minute) => NOON + minute * MINUTE);
  assert.deepEqual(await preview(rig, ...range), { ok: true, value: { matched: 5, unfired } });
  assert.deepEqual(await storedSchedule(rig, "s"), before);
  assert.deepEqual(await backfill(rig, ...range), { ok: true, value: { matched: 5, changed: 4 } });
  assert.deepEqual(await preview(rig, ...range), { ok: true, value: { matched: 5, unfired: [] } });
  assert.deepEqual(await backfill(rig, ...range), { ok: true, value: { matched: 5, changed: 0 } });
  const { ticks, fired } = await storedSchedule(rig, "s");
  assert.deepEqual(outcomes(ticks), ["0 fired", "1 fired", "2 fired", "3 fired", "4 fired"]);
  assert.equal(fired, 5);
  await rig.report(...runs.map((run) => outcome(run)));
});

Deno.test("backfill knows by the tasks that there are what fired longer ago than rows are kept", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { cron: "* * * * * *", catchUpWindowMs: 24 * HOUR });
  rig.now += 1_010_000;
  await rig.passTo(rig.now + 30_000);
  const { ticks, fired } = await storedSchedule(rig, "s");
  assert.equal(ticks.length, LIMITS.ticksKept);
  assert.equal(fired, 1_040);
  assert.deepEqual(await preview(rig, NOON + 1_000, NOON + 10_000), {
    ok: true,
    value: { matched: 9, unfired: [] },
  });
  assert.deepEqual(await backfill(rig, NOON + 1_000, NOON + 10_000), {
    ok: true,
    value: { matched: 9, changed: 0 },
  });
  assert.equal((await startedTasks(rig, "s")).size, 1_040);
});

Deno.test("backfill of undecided ticks leaves nothing of them to decide", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", { catchUpWindowMs: 2 * MINUTE });
  await rig.ask({ kind: "PauseSchedule", name: "s", paused: true });
  await rig.passTo(NOON + 6 * MINUTE);
  const report = await backfill(rig, NOON + 2 * MINUTE, NOON + 6 * MINUTE);
  assert.deepEqual(report, { ok: true, value: { matched: 4, changed: 4 } });
  await rig.ask({ kind: "PauseSchedule", name: "s", paused: false });
  await rig.passTo(rig.now);
  const { ticks, fired, missed } = await storedSchedule(rig, "s");
  assert.deepEqual(outcomes(ticks), ["2 fired", "3 fired", "4 fired", "5 fired", "6 fired"]);
  assert.deepEqual([fired, missed], [5, 1]);
});

Deno.test("backfill does the thousand ticks that it may in slices, and refuses more", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s");
  const report = await backfill(rig, NOON - 1_000 * MINUTE, NOON);
  assert.deepEqual(report, { ok: true, value: { matched: 1_000, changed: 1_000 } });
  assert.equal((await startedTasks(rig, "s")).size, 1_000);
  const more = await backfill(rig, NOON - 1_001 * MINUTE, NOON);
  assert.ok(!more.ok);
  assert.match(more.error.message, /more than 1000 ticks, which is the limit/);
  assert.deepEqual(await preview(rig, NOON - 1_001 * MINUTE, NOON), more);
});

Deno.test("backfill refuses a range that is not over or empty, and an unknown schedule", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s");
  const future = await backfill(rig, NOON - MINUTE, NOON + 1);
  assert.equal(!future.ok && future.error.reason, "invalid_range");
  const empty = await backfill(rig, NOON, NOON);
  assert.equal(!empty.ok && empty.error.reason, "invalid_range");
  const nobody = { kind: "BackfillSchedule", name: "nobody", from: 0, until: 1 } as const;
  const unknown = await rig.ask(nobody);
  assert.equal(!unknown.ok && unknown.error.reason, "unknown_schedule");
  assert.deepEqual(await rig.ask({ ...nobody, kind: "PreviewBackfill" }), unknown);
});

Deno.test("preview of a backfill knows workflows that were started", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s", workflow(template({ key: "a" })));
  await backfill(rig, NOON - 2 * MINUTE, NOON - MINUTE);
  assert.deepEqual(await preview(rig, NOON - 3 * MINUTE, NOON), {
    ok: true,
    value: { matched: 3, unfired: [NOON - 3 * MINUTE, NOON - MINUTE] },
  });
});

Deno.test("a node that shuts down starts nothing for schedules", async () => {
  await using rig = await openRig();
  await putSchedule(rig, "s");
  await rig.ask({ kind: "Drain" });
  await rig.passTo(NOON + 2 * MINUTE);
  const triggered = await rig.ask({ kind: "TriggerSchedule", name: "s" });
  const filled = await backfill(rig, NOON, NOON + MINUTE);
  for (const answer of [triggered, filled]) {
    assert.equal(!answer.ok && answer.error.reason, "draining");
  }
  assert.equal((await startedTasks(rig, "s")).size, 0);
});
