import assert from "node:assert/strict";
import { Clock } from "../../../actors/scheduler/clock.ts";
import { ManualTimer } from "../../support/manual_timer.ts";

const SLEEP_MS = 30_000;

class Fixture {
  readonly timer = new ManualTimer();
  now = 1_000_000;
  fired = 0;
  setBack = 0;
  readonly clock = new Clock({
    onTime: () => this.fired++,
    onSetBack: () => this.setBack++,
    now: () => this.now,
    startTimer: this.timer.start,
  });

  pass(ms: number): void {
    this.now += ms;
    this.timer.pass(ms);
  }
}

Deno.test("clock fires once at the earliest time that was set", () => {
  const fixture = new Fixture();
  fixture.clock.set(fixture.now + 500);
  fixture.clock.set(fixture.now + 200);
  fixture.clock.set(fixture.now + 900);
  fixture.pass(199);
  assert.equal(fixture.fired, 0);
  fixture.pass(1);
  assert.deepEqual([fixture.fired, fixture.timer.left], [1, null]);
});

Deno.test("clock sleeps in parts, and only while something is set", () => {
  const fixture = new Fixture();
  assert.equal(fixture.timer.left, null);
  fixture.clock.set(fixture.now + 70_000);
  assert.equal(fixture.timer.left, SLEEP_MS);
  fixture.pass(SLEEP_MS);
  fixture.pass(SLEEP_MS);
  assert.deepEqual([fixture.fired, fixture.timer.left], [0, 10_000]);
  fixture.pass(10_000);
  assert.deepEqual([fixture.fired, fixture.timer.left], [1, null]);
});

Deno.test("clock notices within a sleep that the time was set forward", () => {
  const fixture = new Fixture();
  fixture.clock.set(fixture.now + 3_600_000);
  fixture.now += 7_200_000;
  fixture.pass(SLEEP_MS);
  assert.equal(fixture.fired, 1);
});

Deno.test("clock waits again for a time that was set back, without haste", () => {
  const fixture = new Fixture();
  fixture.clock.set(fixture.now + 1_000);
  fixture.now -= 3_600_000;
  fixture.pass(1_000);
  assert.deepEqual([fixture.fired, fixture.timer.left], [0, SLEEP_MS]);
});

Deno.test("clock tells once that the time was set back, where anything waits for it", () => {
  const fixture = new Fixture();
  fixture.clock.set(fixture.now + 1_000);
  fixture.now -= 3_600_000;
  fixture.pass(1_000);
  fixture.pass(SLEEP_MS);
  assert.deepEqual([fixture.setBack, fixture.fired], [1, 0]);
});

Deno.test("clock that was stopped stays so", () => {
  const fixture = new Fixture();
  fixture.clock.set(fixture.now + 1_000);
  fixture.clock.stop();
  fixture.clock.set(fixture.now + 2_000);
  assert.equal(fixture.timer.left, null);
});
