import assert from "node:assert/strict";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatRelative,
  formatShare,
} from "../../../api/dashboard/ui/format.ts";

Deno.test("durations have two units at most, and no zeros that say nothing", () => {
  const cases = [
    [0, "0 ms"],
    [0.42, "0.4 ms"],
    [10, "10 ms"],
    [999, "999 ms"],
    [1_000, "1 s"],
    [59_990, "59.9 s"],
    [60_000, "1 min"],
    [125_000, "2 min 5 s"],
    [3_600_000, "1 h"],
    [90_000_000, "1 d 1 h"],
    [-1_500, "−1.5 s"],
  ] as const;
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});

Deno.test("relative times say before or after in one unit", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  assert.equal(formatRelative(now - 400, now), "just now");
  assert.equal(formatRelative(now - 59_999, now), "59 s ago");
  assert.equal(formatRelative(now + 3_600_000, now), "in 1 h");
  assert.equal(formatRelative(now - 49 * 3_600_000, now), "2 d ago");
});

Deno.test("rates, shares, sizes and counts are short", () => {
  assert.equal(formatRate(0), "0/s");
  assert.equal(formatRate(0.25), "0.25/s");
  assert.equal(formatRate(1_234), "1.2K/s");
  assert.equal(formatShare(0.995), "99.5 %");
  assert.equal(formatShare(1), "100 %");
  assert.equal(formatBytes(1_000), "1000 B");
  assert.equal(formatBytes(5 << 20), "5 MiB");
  assert.equal(formatCount(1, "task"), "1 task");
  assert.equal(formatCount(12_000, "task"), "12,000 tasks");
});
