import assert from "node:assert/strict";
import { backfillText, previewText } from "../../../api/dashboard/pages/schedule/backfill_text.ts";
import { scheduleBody, scheduleForm } from "../../../api/dashboard/pages/schedule/schedule_form.ts";
import {
  formatInZone,
  instantOf,
  localInput,
} from "../../../api/dashboard/pages/schedule/zone_time.ts";
import type { ScheduleAnswer } from "../../../api/schema.ts";

const SCHEDULE: ScheduleAnswer = {
  name: "nightly",
  cron: "0 3 * * *",
  timezone: "Europe/Berlin",
  overlap: "buffer_one",
  catchUpWindowMs: 600_000,
  jitterMs: 0,
  paused: true,
  method: "report",
  args: [1],
  queue: "slow",
  labels: { a: "b" },
  workflow: null,
  nextFireTimes: [],
  bufferedAt: null,
  counts: { fired: 1, missed: 0, skipped: 0, refused: 0 },
  lastFiredAt: null,
  lastStarted: null,
  createdAt: "2026-11-21T20:15:42.000Z",
  updatedAt: "2026-11-21T20:15:42.000Z",
};

Deno.test("schedule is sent back as it was answered, whatever settings its task has", () => {
  const made = scheduleBody(scheduleForm(SCHEDULE, "UTC"), SCHEDULE.args ?? []);
  assert.deepEqual(made, {
    ok: true,
    body: {
      cron: "0 3 * * *",
      timezone: "Europe/Berlin",
      overlap: "buffer_one",
      catchUpWindowMs: 600_000,
      jitterMs: 0,
      method: "report",
      args: [1],
      queue: "slow",
      labels: { a: "b" },
    },
  });
});

Deno.test("schedule of a workflow is sent without what belongs to a task", () => {
  const workflow = { name: null, tasks: [{ key: "a", method: "noop", args: [] }] };
  const form = scheduleForm({ ...SCHEDULE, method: null, args: null, workflow }, "UTC");
  const made = scheduleBody(form, []);
  const body: Readonly<Record<string, unknown>> = made.ok ? made.body : {};
  assert.deepEqual([body["workflow"], body["method"], body["labels"]], [
    workflow,
    undefined,
    undefined,
  ]);
  const broken = scheduleBody({ ...form, workflow: "[]" }, []);
  assert.deepEqual(broken, { ok: false, field: "workflow", problem: "Write { } around it" });
  const settings = scheduleBody({ ...form, starts: "method", settings: "{" }, []);
  assert.equal(settings.ok ? "" : settings.field, "settings");
  assert.equal(scheduleForm(null, "Asia/Tokyo").timezone, "Asia/Tokyo");
});

Deno.test("times are shown in the zone of the schedule", () => {
  const at = Date.parse("2026-07-01T01:30:00Z");
  assert.match(formatInZone(at, "Europe/Berlin"), /1 Jul 2026.* 03:30:00/);
  assert.match(formatInZone(at, "No/Where"), /01:30:00 UTC$/);
  assert.equal(instantOf(localInput(at)), new Date(at).toISOString());
  assert.equal(instantOf("soon"), null);
});

Deno.test("backfill says before how many ticks it would fire, the first and the last, and then what it did", () => {
  const text = (matched: number, ...[first = null, last = first]: readonly (string | null)[]) => {
    const count = first === null ? 0 : first === last ? 1 : 2;
    return previewText({ matched, changed: 0, unfired: { count, first, last } }, "UTC");
  };
  assert.equal(text(0), "No tick is in that time.");
  assert.equal(text(3), "No tick is left to fire of the 3 in that time.");
  const [first, last] = ["2026-11-20T03:30:00.000Z", "2026-11-21T03:30:00.000Z"];
  assert.match(
    text(3, first),
    /^1 of 3 ticks in that time would start work: Fri.* 03:30:00 UTC\.$/,
  );
  assert.match(text(2, first, last), /^2 ticks .*: the first is Fri.*, the last Sat.* UTC\.$/);
  assert.equal(
    backfillText({ matched: 2, changed: 1 }),
    "2 ticks in that time, 1 of them started work.",
  );
});
