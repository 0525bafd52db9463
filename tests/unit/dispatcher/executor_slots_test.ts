import assert from "node:assert/strict";
import { ExecutorSlots } from "../../../actors/dispatcher/executor_slots.ts";
import { PREFETCH_MAX, prefetchOf } from "../../../actors/dispatcher/prefetch.ts";
import { RunLengths } from "../../../actors/dispatcher/run_lengths.ts";
import type { RunRef } from "../../../actors/protocol.ts";
import { assignment } from "../executor/executor_harness.ts";

Deno.test("prefetch follows the run time, within bounds, and is none for long runs", () => {
  assert.equal(prefetchOf(1, null), 0);
  assert.equal(prefetchOf(1, 5), 4);
  assert.equal(prefetchOf(100, 0), PREFETCH_MAX);
  assert.equal(prefetchOf(1, 1_000), 0);
});

Deno.test("executor slots are all the credit until a run time is known", () => {
  const { slots } = open("async", 4);
  assert.equal(slots.credits, 4);
  slots.assign([assignment(1, "quick"), assignment(2, "quick")]);
  assert.equal(slots.credits, 2);
});

Deno.test("executor slots fetch ahead of quick runs, and not for slots that have been taken long", () => {
  const { slots, clock } = open("async", 2);
  learn(slots, "quick", 1);
  assert.equal(slots.credits, 2 + 40);
  slots.assign([1, 2].map((num) => assignment(num, "quick")));
  assert.equal(slots.credits, 40);
  clock.now += 10_000;
  assert.equal(slots.credits, 0);
});

Deno.test("executor slots of an alone pool never fetch ahead", () => {
  const { slots } = open("alone", 1);
  learn(slots, "quick", 1);
  assert.equal(slots.credits, 1);
});

Deno.test("executor slots that may block take nothing behind a run that may be long", () => {
  const { slots } = open("blocking", 1);
  learn(slots, "quick", 1);
  assert.equal(slots.credits, 1 + 20);
  const hand = ["quick", "quick", "unknown", "quick", "quick"].map((method, num) =>
    assignment(num, method)
  );
  assert.equal(slots.fitting(hand), 3);
  slots.assign(hand.slice(0, 3));
  assert.equal(slots.credits, 0);
  assert.equal(slots.fitting(hand.slice(3)), 0);
  slots.ended(hand.slice(0, 2), 1);
  assert.equal(slots.credits, 0, "the long one is still there");
  slots.ended(hand.slice(2, 3), 1);
  assert.equal(slots.credits, 1 + 20, "it was not long");
});

Deno.test("executor slots that do not block take a mixed hand whole", () => {
  const { slots } = open("async", 4);
  assert.equal(slots.fitting(["a", "b", "c"].map((method, num) => assignment(num, method))), 3);
});

Deno.test("executor slots learn nothing from runs that they never held", () => {
  const { slots } = open("async", 1);
  learn(slots, "quick", 20);
  slots.ended([ref(77), ref(78)], 0);
  assert.equal(slots.credits, 2);
});

Deno.test("executor slots move waiting runs up in their order", () => {
  const { slots, clock } = open("blocking", 1);
  learn(slots, "quick", 1);
  slots.assign([1, 2, 3].map((num) => assignment(num, "quick")));
  clock.now += 5;
  slots.ended([ref(1)], 5);
  assert.deepEqual(slots.running.map(({ num, startedAt }) => [num, startedAt]), [[2, 5]]);
});

Deno.test("executor slots recall what has waited long, once, where the executor can hear it", () => {
  const { slots, clock } = open("async", 1);
  learn(slots, "quick", 1);
  slots.assign([1, 2].map((num) => assignment(num, "quick")));
  clock.now += 100;
  slots.assign([assignment(3, "quick")]);
  assert.deepEqual(slots.recallParked(50), [ref(2)]);
  assert.deepEqual(slots.recallParked(50), []);
  const blocking = open("blocking", 1);
  learn(blocking.slots, "quick", 1);
  blocking.slots.assign([1, 2].map((num) => assignment(num, "quick")));
  assert.deepEqual(blocking.slots.recallParked(1_000), []);
});

Deno.test("run lengths call a method short that was short of late, and no other", () => {
  const lengths = new RunLengths();
  assert.equal(lengths.isShort("a"), false);
  lengths.note("a", 1);
  assert.equal(lengths.isShort("a"), true);
  lengths.note("a", 10_000);
  assert.equal(lengths.isShort("a"), false);
  for (let i = 0; i < 25; i++) lengths.note("a", 1);
  assert.equal(lengths.isShort("a"), true);
});

function open(pool: string, slots: number) {
  const clock = { now: 0 };
  const announcement = { executor: "executor-1", incarnation: "i-1", pool, slots, held: [] };
  const now = () => clock.now;
  const options = { now, monotonic: now, lengths: new RunLengths() };
  return { clock, slots: new ExecutorSlots(announcement, options) };
}

/** Has it run one task of `method`, so that it knows how long they are. */
function learn(slots: ExecutorSlots, method: string, runMs: number): void {
  slots.assign([assignment(1_000, method)]);
  slots.ended([ref(1_000)], runMs);
}

function ref(num: number): RunRef {
  return { num, run: 1 };
}
