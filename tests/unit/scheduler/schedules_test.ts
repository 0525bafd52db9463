import assert from "node:assert/strict";
import { ManualTimer } from "../../support/manual_timer.ts";
import { putSchedule, storedSchedule } from "../../support/schedules.ts";
import { SchedulerRig } from "../../support/scheduler_rig.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;

function openRig(): Promise<SchedulerRig> {
  return SchedulerRig.open({}, { timer: new ManualTimer(), now: NOON });
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
  assert.deepEqual(
    ticks.map(({ nominalAt, outcome, decidedAt }) => [nominalAt, outcome, decidedAt]),
    [
      [NOON + MINUTE, "fired", NOON + MINUTE],
      [NOON + 2 * MINUTE, "fired", NOON + 2 * MINUTE],
      [NOON + 3 * MINUTE, "fired", NOON + 3 * MINUTE],
    ],
  );
});
