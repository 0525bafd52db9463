import assert from "node:assert/strict";
import { isoTime, isoTimeOrNull } from "../../../actors/domain/iso_time.ts";

Deno.test("iso_time writes every time as Date does, however often and in whichever order", () => {
  const now = Date.UTC(2026, 10, 22, 15, 59, 59, 999);
  // Some of them share the place where one is kept.
  const times = [0, 1, -1, 4_096, now, now + 1, now + 4_096, now - 4_096, 8.64e15, -8.64e15, 0.5];
  for (const time of [...times, ...times.toReversed(), ...times]) {
    assert.equal(isoTime(time), new Date(time).toISOString());
  }
  assert.deepEqual([isoTimeOrNull(null), isoTimeOrNull(0)], [null, "1970-01-01T00:00:00.000Z"]);
  assert.throws(() => isoTime(NaN), RangeError);
});
