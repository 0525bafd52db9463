import assert from "node:assert/strict";
import fc from "fast-check";
import { backoffMs, mergeRetry, requestedDelayMs } from "../../../actors/domain/retry_policy.ts";
import { DEFAULTS, LIMITS, type RetryPolicy } from "../../../actors/domain/task.ts";

const PLAIN: RetryPolicy = { ...DEFAULTS.retry, jitter: "none", initialMs: 100, maxMs: 1_000 };
const never = (): number => {
  throw new Error("no randomness without jitter");
};
const delays = (policy: RetryPolicy) =>
  [1, 2, 3, 4, 5, 6].map((attempt) => backoffMs(policy, attempt, never));

const somePolicy: fc.Arbitrary<RetryPolicy> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 1_000 }),
  backoff: fc.constantFrom("fixed", "linear", "exponential"),
  initialMs: fc.integer({ min: 0, max: 86_400_000 }),
  factor: fc.double({ min: 1, max: 100, noNaN: true }),
  maxMs: fc.integer({ min: 0, max: 86_400_000 }),
  jitter: fc.constantFrom("full", "none"),
}, { noNullPrototype: true });
const someAttempt = fc.integer({ min: 1, max: 1_000 });

Deno.test("retry_policy fixed waits the same each time", () => {
  assert.deepEqual(delays({ ...PLAIN, backoff: "fixed" }), [100, 100, 100, 100, 100, 100]);
});

Deno.test("retry_policy linear adds initialMs each time", () => {
  assert.deepEqual(delays({ ...PLAIN, backoff: "linear" }), [100, 200, 300, 400, 500, 600]);
});

Deno.test("retry_policy exponential multiplies by the factor and caps the delay at maxMs", () => {
  assert.deepEqual(delays({ ...PLAIN, factor: 3 }), [100, 300, 900, 1_000, 1_000, 1_000]);
});

Deno.test("retry_policy without a delay has none after any number of attempts", () => {
  assert.equal(backoffMs({ ...PLAIN, initialMs: 0, factor: 100 }, 1_000, never), 0);
});

Deno.test("retry_policy full jitter spreads from nothing to the whole delay", () => {
  const policy: RetryPolicy = { ...PLAIN, jitter: "full" };
  assert.deepEqual([0, 0.25, 0.5].map((random) => backoffMs(policy, 2, () => random)), [
    0,
    50,
    100,
  ]);
});

Deno.test("retry_policy gives whole milliseconds from 0 to maxMs", () => {
  const someRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(somePolicy, someAttempt, someRandom, (policy, attempt, random) => {
    const delay = backoffMs(policy, attempt, () => random);
    assert.ok(Number.isSafeInteger(delay), `${delay} is a whole number`);
    assert.ok(delay >= 0 && delay <= policy.maxMs, `${delay} is inside the bounds`);
  }));
});

Deno.test("retry_policy without jitter never shortens from one attempt to the next", () => {
  fc.assert(fc.property(somePolicy, someAttempt, (policy, attempt) => {
    const steady: RetryPolicy = { ...policy, jitter: "none" };
    assert.ok(backoffMs(steady, attempt, never) <= backoffMs(steady, attempt + 1, never));
  }));
});

Deno.test("retry_policy holds a requested delay inside what a schedule may be", () => {
  assert.equal(requestedDelayMs(1_500.4), 1_500);
  assert.equal(requestedDelayMs(-1), 0);
  assert.equal(requestedDelayMs(NaN), 0);
  assert.equal(requestedDelayMs(Infinity), LIMITS.delayMs);
});

Deno.test("retry_policy merges with the most specific policy first", () => {
  const merged = mergeRetry(null, { maxAttempts: 2 }, undefined, {
    maxAttempts: 9,
    backoff: "fixed",
  }, DEFAULTS.retry);
  assert.deepEqual(merged, { ...DEFAULTS.retry, maxAttempts: 2, backoff: "fixed" });
});

Deno.test("retry_policy merged over nothing is the base", () => {
  fc.assert(fc.property(somePolicy, (policy) => {
    assert.deepEqual(mergeRetry(policy), policy);
    assert.deepEqual(mergeRetry(policy, DEFAULTS.retry), policy);
    assert.deepEqual(mergeRetry({}, null, policy), policy);
  }));
});
