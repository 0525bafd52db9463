import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { STALL_MS, StalledWork } from "../../../actors/dispatcher/stalled_work.ts";
import type { StalledPool } from "../../../actors/protocol.ts";
import { ManualTimer } from "../../support/manual_timer.ts";

/** Stalled work over a store of straw, with a clock in the test's hand. */
function makeStalled() {
  const rig = {
    now: 1_000,
    withWork: ["async", "blocking"] as string[] | null,
    cause: "nobody is there",
    reports: [] as (readonly StalledPool[])[],
    timer: new ManualTimer(),
    /** Lets time pass, and the timer fire. */
    async pass(ms: number) {
      this.now += ms;
      this.timer.pass(ms);
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
  const stalled = new StalledWork({
    monotonic: () => rig.now,
    withWork: () => Promise.resolve(rig.withWork && new Set(rig.withWork)),
    causeOf: () => rig.cause,
    supervisor: {
      tell: (message) => rig.reports.push(message.kind === "WorkStalled" ? message.pools : []) > 0,
    },
    startTimer: rig.timer.start,
  });
  return { rig, stalled, [Symbol.dispose]: () => stalled.stop() };
}

Deno.test("stalled work is told of once it has waited for long, and once", async () => {
  using made = makeStalled();
  const { rig, stalled } = made;
  stalled.waiting("async");
  await rig.pass(STALL_MS - 1);
  assert.deepEqual(rig.reports, []);
  await rig.pass(1);
  await rig.pass(STALL_MS);
  assert.deepEqual(rig.reports, [[{ pool: "async", cause: "nobody is there" }]]);
});

Deno.test("stalled work that moves is told of at once, pool by pool", async () => {
  using made = makeStalled();
  const { rig, stalled } = made;
  stalled.waiting("async");
  stalled.waiting("blocking");
  await rig.pass(STALL_MS);
  stalled.moved("async");
  stalled.moved("blocking");
  assert.deepEqual(rig.reports.map((pools) => pools.map(({ pool }) => pool)), [
    ["async", "blocking"],
    ["blocking"],
    [],
  ]);
});

Deno.test("stalled work is none where some of it was dispatched in time", async () => {
  using made = makeStalled();
  const { rig, stalled } = made;
  for (let round = 0; round < 3; round++) {
    stalled.waiting("async");
    await rig.pass(STALL_MS - 1);
    stalled.moved("async");
  }
  assert.deepEqual(rig.reports, []);
});

Deno.test("stalled work is none where the store has none in an open queue", async () => {
  using made = makeStalled();
  const { rig, stalled } = made;
  stalled.waiting("async");
  stalled.waiting("blocking");
  await rig.pass(STALL_MS);
  rig.withWork = ["blocking"];
  await rig.pass(STALL_MS);
  assert.deepEqual(rig.reports.at(-1), [{ pool: "blocking", cause: "nobody is there" }]);
  rig.withWork = [];
  await rig.pass(STALL_MS);
  assert.deepEqual(rig.reports.at(-1), []);
});

Deno.test("stalled work blames a scheduler that does not answer", async () => {
  using made = makeStalled();
  const { rig, stalled } = made;
  stalled.waiting("async");
  rig.withWork = null;
  await rig.pass(STALL_MS);
  assert.deepEqual(rig.reports, [[{ pool: "async", cause: "the scheduler does not answer" }]]);
});

Deno.test("stalled work keeps a timer only while work waits", async () => {
  using made = makeStalled();
  const { rig, stalled } = made;
  assert.equal(rig.timer.left, null);
  stalled.waiting("async");
  await rig.pass(STALL_MS);
  assert.equal(rig.timer.left, STALL_MS);
  stalled.moved("async");
  await rig.pass(STALL_MS);
  assert.equal(rig.timer.left, null);
  stalled.waiting("async");
  assert.equal(rig.timer.left, STALL_MS);
  stalled.stop();
  assert.equal(rig.timer.left, null);
});
