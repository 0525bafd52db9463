import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Clock } from "../../../actors/scheduler/clock.ts";
import type { CommitLoop } from "../../../actors/scheduler/commit_loop.ts";
import { Refresher } from "../../../actors/scheduler/refresher.ts";

/** A refresher on a clock that the test moves; `fail` makes the next looks fail. */
class Rig {
  now = 0;
  looks = 0;
  fail = false;
  readonly refresher: Refresher;
  #timer: { readonly at: number; readonly then: () => void } | null = null;

  constructor({ shared = true } = {}) {
    const now = () => this.now;
    const clock = new Clock({
      onTime: () => this.refresher.onTime(),
      now,
      startTimer: (then, ms) => {
        const timer = { at: this.now + ms, then };
        this.#timer = timer;
        return () => this.#timer = null;
      },
    });
    const submit = () => {
      this.looks++;
      return this.fail ? Promise.reject(new Error("away")) : Promise.resolve(null);
    };
    const loop = { submit } as unknown as CommitLoop;
    this.refresher = new Refresher({ loop, clock, now, shared, onRefreshed: () => {} });
  }

  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    while (this.#timer !== null && this.#timer.at <= until) {
      const timer = this.#timer;
      this.#timer = null;
      this.now = timer.at;
      timer.then();
      await setImmediate();
    }
    this.now = until;
  }
}

Deno.test("refresher looks every fifteen seconds, whatever was asked for in between", async () => {
  const rig = new Rig();
  await rig.advance(14_000);
  rig.refresher.soon();
  await setImmediate();
  assert.equal(rig.looks, 1);
  await rig.advance(15_000);
  assert.equal(rig.looks, 2);
  await rig.advance(45_000);
  assert.equal(rig.looks, 5);
});

Deno.test("refresher does what is asked for during a look once, after it", async () => {
  const rig = new Rig();
  for (let i = 0; i < 5; i++) rig.refresher.soon();
  await setImmediate();
  assert.equal(rig.looks, 2);
});

Deno.test("refresher looks again soon after a look that failed", async () => {
  const rig = new Rig();
  rig.fail = true;
  await rig.advance(17_500);
  assert.equal(rig.looks, 3);
});

Deno.test("refresher does nothing for a store of one node", async () => {
  const rig = new Rig({ shared: false });
  rig.refresher.soon();
  await rig.advance(60_000);
  assert.equal(rig.looks, 0);
});
