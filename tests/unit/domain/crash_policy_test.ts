import assert from "node:assert/strict";
import {
  isPoison,
  isSuspect,
  readyPoolOf,
  runsAlone,
} from "../../../actors/domain/crash_policy.ts";
import { aloneKey, isAlone, modeOf, poolKey } from "../../../actors/domain/pool.ts";

const innocent = { crashes: 1, alone: false };
const suspect = { crashes: 2, alone: false };
const lonely = { crashes: 0, alone: true };

Deno.test("crash_policy suspects a task from its second crash on, or when it has to be alone", () => {
  assert.deepEqual([innocent, suspect, lonely].map(isSuspect), [false, true, true]);
});

Deno.test("crash_policy does not hold a running task's own claim against it", () => {
  assert.equal(runsAlone({ crashes: 2, alone: false }), false);
  assert.equal(runsAlone({ crashes: 3, alone: false }), true);
  assert.equal(runsAlone({ crashes: 1, alone: true }), true);
});

Deno.test("crash_policy finds guilty only who crashed often enough, the last time alone", () => {
  assert.equal(isPoison({ crashes: 2, alone: false }), false);
  assert.equal(isPoison({ crashes: 2, alone: true }), false);
  assert.equal(isPoison({ crashes: 3, alone: false }), true);
});

Deno.test("crash_policy blames nobody who ran beside others, however low the limit", () => {
  assert.equal(isPoison({ crashes: 2, alone: false }, 1), false);
  assert.equal(isPoison({ crashes: 1, alone: true }, 1), true);
});

Deno.test("crash_policy sends suspects to the alone pool with their own rights", () => {
  const pool = poolKey({ kind: "async", permissions: { net: ["b", "a"], env: true } });
  assert.equal(pool, 'async+env=*+net=["a","b"]');
  assert.equal(readyPoolOf(pool, innocent), pool);
  assert.equal(readyPoolOf(pool, suspect), 'alone+env=*+net=["a","b"]');
});

Deno.test("pool keys without rights are the bare mode, and tell it", () => {
  const bare = poolKey({ kind: "blocking", permissions: { net: [] } });
  assert.deepEqual([bare, modeOf(bare), aloneKey(bare)], ["blocking", "blocking", "alone"]);
  assert.deepEqual([isAlone(bare), isAlone(aloneKey(bare))], [false, true]);
  assert.equal(modeOf(poolKey({ kind: "async", permissions: {} })), "async");
});
