import assert from "node:assert/strict";
import fc from "fast-check";
import {
  changeLimit,
  fullBucket,
  nextTokenAt,
  refill,
  take,
  wholeTokens,
} from "../../../actors/domain/token_bucket.ts";

const LIMIT = { limit: 4, perMs: 1_000 };
const T0 = 1_700_000_000_000;

Deno.test("token_bucket begins full, gains evenly and holds no more than its limit", () => {
  const empty = take(fullBucket(LIMIT, T0), 4);
  assert.equal(wholeTokens(refill(empty, LIMIT, T0 + 249)), 0);
  assert.equal(wholeTokens(refill(empty, LIMIT, T0 + 250)), 1);
  assert.equal(wholeTokens(refill(empty, LIMIT, T0 + 999)), 3);
  assert.equal(wholeTokens(refill(empty, LIMIT, T0 + 3_600_000)), 4);
});

Deno.test("token_bucket says when it allows one start more", () => {
  const empty = take(fullBucket(LIMIT, T0), 4);
  assert.equal(nextTokenAt(empty, LIMIT), T0 + 250);
  const partly = refill(empty, LIMIT, T0 + 300);
  assert.equal(nextTokenAt(partly, LIMIT), T0 + 500);
});

Deno.test("token_bucket takes no more than it holds", () => {
  assert.throws(() => take(fullBucket(LIMIT, T0), 5), /5 starts taken from a bucket of 4/);
});

Deno.test("token_bucket goes on from a time that was set back", () => {
  const empty = take(fullBucket(LIMIT, T0), 4);
  const back = refill(empty, LIMIT, T0 - 3_600_000);
  assert.equal(wholeTokens(back), 0);
  assert.equal(wholeTokens(refill(back, LIMIT, T0 - 3_600_000 + 250)), 1);
});

Deno.test("token_bucket gives no start for a change of its limit", () => {
  const change = { from: LIMIT, now: T0 };
  const empty = take(fullBucket(LIMIT, T0), 4);
  const raised = changeLimit(empty, { ...change, to: { limit: 100, perMs: 1_000 } });
  assert.equal(raised?.tokens, 0);
  const full = fullBucket(LIMIT, T0);
  assert.equal(changeLimit(full, { ...change, to: { limit: 2, perMs: 1_000 } })?.tokens, 2);
  assert.equal(changeLimit(full, { ...change, to: { limit: 9, perMs: 1_000 } })?.tokens, 4);
  assert.equal(changeLimit(full, { ...change, to: null }), null);
  assert.equal(changeLimit(null, { from: null, to: LIMIT, now: T0 })?.tokens, 4);
});

const limits = fc.record({
  limit: fc.integer({ min: 1, max: 1_000 }),
  perMs: fc.integer({ min: 1, max: 86_400_000 }),
});
const waits = fc.array(
  fc.record({
    ms: fc.integer({ min: 0, max: 100_000 }),
    greed: fc.integer({ min: 1, max: 50 }),
  }),
  { maxLength: 50 },
);

Deno.test("token_bucket allows its limit in no time, and in any span what it gains beside", () => {
  fc.assert(fc.property(limits, waits, (limit, steps) => {
    let [now, bucket] = [T0, fullBucket(limit, T0)];
    const starts: { readonly at: number; readonly count: number }[] = [];
    for (const { ms, greed } of steps) {
      now += ms;
      bucket = refill(bucket, limit, now);
      const count = Math.min(greed, wholeTokens(bucket));
      bucket = take(bucket, count);
      starts.push({ at: now, count });
    }
    starts.forEach(({ at: from }, first) => {
      let sum = 0;
      for (const { at, count } of starts.slice(first)) {
        sum += count;
        assert.ok(sum <= limit.limit * (1 + (at - from) / limit.perMs) + 1e-6);
      }
    });
  }));
});

Deno.test("token_bucket allows a start at the time that it says", () => {
  fc.assert(fc.property(limits, fc.double({ min: 0, max: 1, noNaN: true }), (limit, part) => {
    const bucket = { tokens: part * limit.limit, at: T0 };
    const count = wholeTokens(bucket);
    if (count >= limit.limit) return;
    const at = nextTokenAt(bucket, limit);
    assert.equal(wholeTokens(refill(bucket, limit, at)) > count, true);
    assert.ok(at === T0 + 1 || wholeTokens(refill(bucket, limit, at - 1)) <= count);
  }));
});
