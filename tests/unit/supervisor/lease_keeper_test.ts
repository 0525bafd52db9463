import assert from "node:assert/strict";
import { LeaseKeeper } from "../../../actors/supervisor/lease_keeper.ts";

/** A keeper whose clock stands still until the test moves it. */
class KeeperHarness implements Disposable {
  now = 1_000;
  readonly ticks: number[] = [];
  readonly acts: string[] = [];
  readonly keeper = new LeaseKeeper({
    tick: (at) => this.ticks.push(at),
    abort: () => this.acts.push("abort"),
    terminate: () => this.acts.push("terminate"),
    resume: () => this.acts.push("resume"),
    monotonic: () => this.now,
  });

  constructor() {
    this.keeper.begin();
  }

  lookAfter(ms: number): void {
    this.now += ms;
    this.keeper.look();
  }

  [Symbol.dispose](): void {
    this.keeper.stop();
  }
}

Deno.test("lease keeper does nothing while renewals follow its ticks", () => {
  using harness = new KeeperHarness();
  for (let second = 0; second < 60; second++) {
    harness.keeper.renewed(harness.ticks.at(-1) ?? 0);
    harness.lookAfter(1_000);
  }
  assert.deepEqual(harness.acts, []);
  assert.equal(harness.keeper.trouble, null);
});

Deno.test("lease keeper says that the node is not to be relied on, then aborts, then terminates", () => {
  using harness = new KeeperHarness();
  harness.lookAfter(6_000);
  assert.match(harness.keeper.trouble ?? "", /not renewed for 6 s/);
  assert.deepEqual(harness.acts, []);
  harness.lookAfter(12_000);
  harness.lookAfter(3_999);
  harness.lookAfter(1);
  assert.deepEqual(harness.acts, ["abort", "abort", "terminate"]);
});

Deno.test("lease keeper counts from the tick before the renewal, not from its answer", () => {
  using harness = new KeeperHarness();
  const [tick = 0] = harness.ticks;
  harness.lookAfter(17_000);
  harness.keeper.renewed(tick);
  harness.lookAfter(1_000);
  assert.deepEqual(harness.acts, ["abort"]);
});

Deno.test("lease keeper resumes at a renewal in time, and no older one takes that back", () => {
  using harness = new KeeperHarness();
  harness.lookAfter(18_000);
  harness.keeper.renewed(harness.now - 500);
  harness.keeper.renewed(1_000);
  harness.lookAfter(1_000);
  assert.deepEqual(harness.acts, ["abort", "resume"]);
  assert.equal(harness.keeper.trouble, null);
});

Deno.test("lease keeper terminates at once when the process was stopped for longer than the lease", () => {
  using harness = new KeeperHarness();
  harness.lookAfter(40_000);
  assert.deepEqual(harness.acts, ["terminate"]);
});
