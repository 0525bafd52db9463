import assert from "node:assert/strict";
import fc from "fast-check";
import { ClockWatch } from "../../../actors/scheduler/clock_watch.ts";
import type { ClockStep } from "../../../actors/protocol.ts";
import { SchedulerRig } from "../../support/scheduler_rig.ts";

const DAY_MS = 86_400_000;

function makeWatch() {
  const time = { wall: 1_700_000_000_000, monotonic: 5_000 };
  const steps: ClockStep[] = [];
  const watch = new ClockWatch({
    now: () => time.wall,
    monotonic: () => time.monotonic,
    onStep: (step) => steps.push(step),
  });
  return { time, steps, watch };
}

Deno.test("clock_watch tells of a step forward and of one back, once each", () => {
  const { time, steps, watch } = makeWatch();
  time.wall += 3_600_000;
  watch.look();
  watch.look();
  time.wall -= 7_200_000;
  watch.look();
  assert.deepEqual(steps.map(({ byMs }) => byMs), [3_600_000, -7_200_000]);
  assert.equal(steps[1]?.at, time.wall);
});

Deno.test("clock_watch takes no clock that runs, however long or unevenly, for one that steps", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: 0, max: DAY_MS }), fc.double({ min: -5e-4, max: 5e-4 }))),
    (spans) => {
      const { time, steps, watch } = makeWatch();
      for (const [ms, drift] of spans) {
        time.monotonic += ms;
        time.wall += ms * (1 + (Number.isNaN(drift) ? 0 : drift));
        watch.look();
      }
      return steps.length === 0;
    },
  ));
});

Deno.test("scheduler tells the supervisor of a step of the clock with its next commit", async () => {
  await using rig = await SchedulerRig.open();
  rig.now += 90_000;
  rig.clockOffset += 60_000;
  await rig.submit({ id: "a" });
  const told = rig.told.filter(({ message }) => message.kind === "ClockStepped");
  assert.deepEqual(told.map(({ message }) => message), [
    { kind: "ClockStepped", at: rig.now, byMs: 60_000 },
  ]);
});
