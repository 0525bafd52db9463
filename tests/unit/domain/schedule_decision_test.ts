import assert from "node:assert/strict";
import fc from "fast-check";
import type { TickOutcome } from "../../../actors/domain/schedule.ts";
import {
  afterFiring,
  decideTick,
  isBufferedReady,
  nextDueAt,
  nextFireTimes,
  surveyTicks,
} from "../../../actors/domain/schedule_decision.ts";
import { scheduleRecord, scheduleSpec } from "../../support/schedules.ts";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 15, 12);
const STARTED = { kind: "task", id: "t" } as const;

function survey(
  { decidedUntil = 0, catchUpWindowMs = 0, jitterMs = 0, decided = [] as readonly number[] },
  limits = { maxMissed: 1_000, maxDue: 1_000 },
) {
  const record = scheduleRecord({
    decidedUntil: NOW + decidedUntil,
    spec: scheduleSpec({ catchUpWindowMs, jitterMs }),
  });
  const found = new Map(
    decided.map((at) => [NOW + at, "fired" satisfies TickOutcome as TickOutcome]),
  );
  const { missed, missedUntil, due, until } = surveyTicks(record, {
    now: NOW,
    decided: found,
    ...limits,
  });
  return {
    missed,
    missedUntil: missedUntil - NOW,
    due: due.map((at) => at - NOW),
    until: until - NOW,
  };
}

Deno.test("survey tells what comes too late from what may run", () => {
  assert.deepEqual(survey({ decidedUntil: -5 * MINUTE, catchUpWindowMs: 2 * MINUTE }), {
    missed: 2,
    missedUntil: -3 * MINUTE,
    due: [-2 * MINUTE, -MINUTE, 0],
    until: 0,
  });
});

Deno.test("survey grants a tick a second, however small the window", () => {
  assert.deepEqual(survey({ decidedUntil: -90_000 }).due, [0]);
  assert.deepEqual(survey({ decidedUntil: -90_000 }).missed, 1);
});

Deno.test("survey passes over what is decided already", () => {
  const decided = [-4 * MINUTE, -MINUTE];
  assert.deepEqual(
    survey({ decidedUntil: -5 * MINUTE, catchUpWindowMs: 2 * MINUTE, decided }),
    { missed: 1, missedUntil: -3 * MINUTE, due: [-2 * MINUTE, 0], until: 0 },
  );
});

Deno.test("survey ends where its limits are reached", () => {
  const record = { decidedUntil: -9 * MINUTE, catchUpWindowMs: 5 * MINUTE };
  assert.deepEqual(survey(record, { maxMissed: 2, maxDue: 9 }), {
    missed: 2,
    missedUntil: -7 * MINUTE,
    due: [],
    until: -7 * MINUTE,
  });
  assert.deepEqual(survey(record, { maxMissed: 9, maxDue: 2 }), {
    missed: 3,
    missedUntil: -6 * MINUTE,
    due: [-5 * MINUTE, -4 * MINUTE],
    until: -4 * MINUTE,
  });
});

Deno.test("survey finds nothing when the clock stands before what is decided", () => {
  assert.deepEqual(survey({ decidedUntil: 10 * MINUTE, catchUpWindowMs: MINUTE }), {
    missed: 0,
    missedUntil: 10 * MINUTE,
    due: [],
    until: 10 * MINUTE,
  });
});

Deno.test("jitter delays each tick by less than it says and less than to the next, for good", () => {
  fc.assert(fc.property(
    fc.string({ minLength: 1, maxLength: 150 }),
    fc.integer({ min: 1, max: 5 * MINUTE }),
    fc.integer({ min: 0, max: 100_000 }),
    (name, jitterMs, minutes) => {
      const decidedUntil = NOW + minutes * MINUTE;
      const record = scheduleRecord({ name, decidedUntil, spec: scheduleSpec({ jitterMs }) });
      const delay = nextDueAt(record) - (decidedUntil + MINUTE);
      assert.ok(delay >= 0 && delay < Math.min(jitterMs, MINUTE));
      assert.equal(
        nextDueAt(record),
        nextDueAt({ ...record, decidedUntil: decidedUntil + 30_000 }),
      );
    },
  ));
});

Deno.test("jitter differs between ticks and between schedules", () => {
  const spec = scheduleSpec({ cron: "0 * * * *", jitterMs: 30 * MINUTE });
  const delays = new Set<number>();
  for (const name of ["a", "b", "c"]) {
    for (let hour = 0; hour < 10; hour++) {
      const decidedUntil = NOW + hour * 60 * MINUTE;
      delays.add(nextDueAt(scheduleRecord({ name, spec, decidedUntil })) - decidedUntil);
    }
  }
  assert.ok(delays.size > 25, `${delays.size} delays for 30 ticks`);
});

Deno.test("a tick fires, waits or is left out as the overlap policy says", () => {
  const decide = (overlap: "skip" | "buffer_one" | "allow_all", live: boolean, buffered = false) =>
    decideTick(
      scheduleRecord({ spec: scheduleSpec({ overlap }), bufferedAt: buffered ? NOW : null }),
      live,
    );
  assert.equal(decide("skip", false), "fire");
  assert.equal(decide("skip", true), "skip");
  assert.equal(decide("buffer_one", false), "fire");
  assert.equal(decide("buffer_one", true), "buffer");
  assert.equal(decide("buffer_one", true, true), "skip");
  assert.equal(decide("buffer_one", false, true), "skip");
  assert.equal(decide("allow_all", true), "fire");
});

Deno.test("a waiting tick can start when nothing lives, or overlaps are allowed by now", () => {
  const waiting = scheduleRecord({ spec: scheduleSpec({ overlap: "skip" }), bufferedAt: NOW });
  assert.equal(isBufferedReady(waiting, true), false);
  assert.equal(isBufferedReady(waiting, false), true);
  assert.equal(isBufferedReady({ ...waiting, spec: scheduleSpec() }, true), true);
  assert.equal(isBufferedReady({ ...waiting, bufferedAt: null }, false), false);
});

Deno.test("only the newest tick is what later ones wait for", () => {
  const record = scheduleRecord({ lastFiredAt: NOW, lastStarted: { kind: "task", id: "newer" } });
  const older = afterFiring(record, { nominalAt: NOW - 1_000, started: STARTED });
  assert.deepEqual([older.lastFiredAt, older.lastStarted?.id], [NOW, "newer"]);
  const newer = afterFiring(record, { nominalAt: NOW + 1_000, started: STARTED });
  assert.deepEqual([newer.lastFiredAt, newer.lastStarted?.id], [NOW + 1_000, "t"]);
});

Deno.test("next fire times are those to come that are not decided", () => {
  const record = scheduleRecord({ decidedUntil: NOW - 10 * MINUTE });
  assert.deepEqual(nextFireTimes(record, NOW + 1).map((at) => (at - NOW) / MINUTE), [
    1,
    2,
    3,
    4,
    5,
  ]);
  const ahead = scheduleRecord({ decidedUntil: NOW + 3 * MINUTE });
  assert.equal(nextFireTimes(ahead, NOW)[0], NOW + 4 * MINUTE);
});

Deno.test("a schedule whose zone the runtime does not know any more does nothing, and harms nobody", () => {
  const record = scheduleRecord({ spec: scheduleSpec({ timezone: "Europe/Atlantis" }) });
  assert.equal(nextDueAt(record), Infinity);
  assert.deepEqual(nextFireTimes(record, NOW), []);
});
