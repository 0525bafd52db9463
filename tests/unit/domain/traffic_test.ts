import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addTraffic,
  bucketOf,
  foldedSpan,
  noTraffic,
  quantile,
  TRAFFIC,
  TRAFFIC_BUCKETS,
} from "../../../actors/domain/traffic.ts";

function bucketsOf(times: readonly number[]): readonly number[] {
  const buckets = new Array<number>(TRAFFIC_BUCKETS).fill(0);
  for (const ms of times) {
    const bucket = bucketOf(ms);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return buckets;
}

Deno.test("traffic counts times in buckets that double", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 1_000, 1_024, 1_025].map(bucketOf), [
    0,
    0,
    1,
    2,
    2,
    3,
    10,
    10,
    11,
  ]);
  assert.equal(bucketOf(30 * 24 * 3_600_000), TRAFFIC_BUCKETS - 1);
});

Deno.test("traffic knows no quantile of nothing", () => {
  assert.equal(quantile(noTraffic().waits, 0.5), null);
});

Deno.test("traffic gives quantiles that are true to a factor of two", () => {
  // What is shorter shares a bucket with nothing at all.
  const ms = fc.integer({ min: 2, max: 2 ** 23 });
  fc.assert(
    fc.property(
      fc.array(ms, { minLength: 1, maxLength: 50 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (times, q) => {
        const sorted = times.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(q * times.length) - 1] ?? 0;
        const found = quantile(bucketsOf(times), q) ?? -1;
        assert.ok(found >= exact / 2.001 && found <= exact * 2.001, `${found} for ${exact}`);
      },
    ),
  );
});

Deno.test("traffic gives quantiles that grow with their share", () => {
  const times = [1, 5, 5, 9, 100, 100, 3_000, 2 ** 40];
  const shares = [0, 0.1, 0.5, 0.9, 0.95, 0.99, 1];
  const found = shares.map((q) => quantile(bucketsOf(times), q) ?? -1);
  assert.deepEqual(found, found.toSorted((a, b) => a - b));
  assert.equal(found.at(-1), 2 ** (TRAFFIC_BUCKETS - 2));
});

Deno.test("traffic adds up", () => {
  const one = { ...noTraffic(), submitted: 2, started: 1 };
  const both = addTraffic(one, addTraffic(one, noTraffic()));
  assert.deepEqual([both.submitted, both.started, both.finished.failed], [4, 2, 0]);
  assert.deepEqual(addTraffic(noTraffic(), noTraffic()), noTraffic());
});

Deno.test("traffic is folded in whole minutes, later than the five that are shown in periods", () => {
  const now = 1_763_755_259_999;
  const { from, until } = foldedSpan(now);
  assert.equal(until % TRAFFIC.foldedMs, 0);
  assert.ok(now - until >= TRAFFIC.foldAfterMs && now - until < TRAFFIC.foldAfterMs + 60_000);
  assert.ok(until - from > 24 * 3_600_000 && from % TRAFFIC.foldedMs === 0);
});
