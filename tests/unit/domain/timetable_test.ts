import assert from "node:assert/strict";
import fc from "fast-check";
import { Timetable } from "../../../actors/domain/timetable.ts";
import { expectedTicks } from "../../support/expected_ticks.ts";

function timetable(cron: string, timezone: string): Timetable {
  const found = Timetable.of({ cron, timezone });
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

function next(cron: string, timezone: string, after: string, count: number): readonly string[] {
  return timetable(cron, timezone).next(Date.parse(after), count)
    .map((tick) => new Date(tick).toISOString().replace(".000", ""));
}

Deno.test("timetable fires a time that does not exist at the first instant after the gap", () => {
  assert.deepEqual(next("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2), [
    "2026-03-29T01:00:00Z",
    "2026-03-30T00:30:00Z",
  ]);
  // Midnight does not exist.
  assert.deepEqual(next("0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", 2), [
    "2026-09-06T04:00:00Z",
    "2026-09-07T03:00:00Z",
  ]);
  // A gap of half an hour.
  assert.deepEqual(next("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 2), [
    "2026-10-03T15:30:00Z",
    "2026-10-04T15:15:00Z",
  ]);
  // A whole day was left out.
  assert.deepEqual(next("0 12 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z", 3), [
    "2011-12-29T22:00:00Z",
    "2011-12-30T10:00:00Z",
    "2011-12-30T22:00:00Z",
  ]);
});

Deno.test("timetable makes one tick of times that fall on one instant", () => {
  assert.deepEqual(next("*/20 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 4), [
    "2026-03-29T01:00:00Z",
    "2026-03-29T01:20:00Z",
    "2026-03-29T01:40:00Z",
    "2026-03-30T00:00:00Z",
  ]);
});

Deno.test("timetable fires a time that comes twice once, the first time", () => {
  assert.deepEqual(next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2), [
    "2026-10-25T00:30:00Z",
    "2026-10-26T01:30:00Z",
  ]);
  assert.deepEqual(next("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", 2), [
    "2026-04-04T14:45:00Z",
    "2026-04-05T15:15:00Z",
  ]);
  // Ireland's winter is the one with a rule of its own.
  assert.deepEqual(next("30 1 * * *", "Europe/Dublin", "2026-10-24T12:00:00Z", 2), [
    "2026-10-25T00:30:00Z",
    "2026-10-26T01:30:00Z",
  ]);
});

Deno.test("timetable fires twice what comes twice where the hour is *", () => {
  assert.deepEqual(next("30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", 3), [
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2026-10-25T02:30:00Z",
  ]);
  assert.deepEqual(next("30 0-23 * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", 2), [
    "2026-10-25T00:30:00Z",
    "2026-10-25T02:30:00Z",
  ]);
});

Deno.test("timetable knows local mean time, and far years", () => {
  assert.deepEqual(next("0 0 1 1 *", "Europe/Berlin", "1890-01-01T12:00:00Z", 1), [
    "1890-12-31T23:06:32Z",
  ]);
  assert.deepEqual(next("0 0 29 2 *", "Asia/Tokyo", "2097-01-01T00:00:00Z", 1), [
    "2104-02-28T15:00:00Z",
  ]);
});

Deno.test("timetable refuses zones that the IANA database does not have", () => {
  for (const timezone of ["Mars/Base", "+02:00", "", "UTC ", "x".repeat(1_000)]) {
    const found = Timetable.of({ cron: "* * * * *", timezone });
    assert.ok(!found.ok, timezone);
    assert.equal(found.error.reason, "invalid_timezone");
  }
  assert.ok(Timetable.of({ cron: "* * * * *", timezone: "europe/berlin" }).ok);
});

/** Zones with changes of every kind: negative, half an hour, at midnight, of a day, in Ramadan. */
const ZONES = [
  "Europe/Berlin",
  "Europe/Dublin",
  "Africa/Casablanca",
  "Africa/Cairo",
  "America/Havana",
  "America/Santiago",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Chatham",
  "UTC",
];
/** Ranges in which clocks are set in one of the zones or another. */
const CHANGES = [
  "2011-12-29T12:00:00Z",
  "2026-03-08T06:00:00Z",
  "2026-03-29T00:30:00Z",
  "2026-04-04T14:00:00Z",
  "2026-04-23T21:30:00Z",
  "2026-09-06T03:00:00Z",
  "2026-09-26T13:00:00Z",
  "2026-10-25T00:30:00Z",
  "2026-11-01T05:00:00Z",
  "2026-12-31T23:00:00Z",
].map((text) => Date.parse(text));

function field(least: number, most: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: least, max: most });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant("*") },
    { weight: 2, arbitrary: fc.array(value, { minLength: 1, maxLength: 3 }).map(String) },
    { weight: 1, arbitrary: value.map((low) => `${low}-${most}/2`) },
    { weight: 1, arbitrary: fc.constantFrom("*/2", "*/5") },
  );
}

const crons = fc.tuple(field(0, 59), field(0, 5), field(1, 28), field(1, 12), field(0, 6))
  .map((fields) => fields.join(" "));

Deno.test("timetable agrees with a walk over every minute, around the changes of clocks", () => {
  fc.assert(
    fc.property(
      crons,
      fc.constantFrom(...ZONES),
      fc.constantFrom(...CHANGES),
      fc.integer({ min: -30 * 3_600_000, max: 6 * 3_600_000 }),
      (cron, timezone, change, offset) => {
        const after = change + offset;
        const until = after + 2 * 86_400_000;
        const ticks = [...timetable(cron, timezone).between(after + 1, until + 1)];
        assert.deepEqual(ticks, expectedTicks({ cron, timezone, after, until }));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("timetable goes strictly forward, from wherever it starts", () => {
  fc.assert(
    fc.property(
      crons,
      fc.constantFrom(...ZONES),
      fc.integer({ min: Date.UTC(1985, 0), max: Date.UTC(2060, 0) }),
      (cron, timezone, after) => {
        const ticks = timetable(cron, timezone).next(after, 20);
        assert.equal(ticks.length, 20);
        for (const [index, tick] of ticks.entries()) {
          assert.ok(tick > (ticks[index - 1] ?? after) && tick % 1_000 === 0);
          // It does not matter from where a tick is looked for.
          assert.deepEqual(timetable(cron, timezone).next(tick - 1, 1), [tick]);
        }
      },
    ),
    { numRuns: 200 },
  );
});
