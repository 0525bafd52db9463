import assert from "node:assert/strict";
import { RefreshPace } from "../../../api/dashboard/data/refresh_pace.ts";
import { ManualTimer } from "../../support/manual_timer.ts";

function makePace() {
  const timer = new ManualTimer();
  const seen = { refreshed: 0 };
  const pace = new RefreshPace({
    refresh: () => seen.refreshed++,
    everyMs: 2_000,
    startTimer: timer.start,
  });
  return { pace, timer, seen };
}

Deno.test("refresh pace refreshes at once, then at most once in its time", () => {
  const { pace, timer, seen } = makePace();
  pace.ask();
  assert.equal(seen.refreshed, 1);
  for (let i = 0; i < 10; i++) pace.ask();
  assert.equal(seen.refreshed, 1);
  timer.pass(1_999);
  assert.equal(seen.refreshed, 1);
  timer.pass(1);
  assert.equal(seen.refreshed, 2);
  timer.pass(2_000);
  assert.equal(seen.refreshed, 2, "nobody asked again");
  assert.equal(timer.left, null);
});

Deno.test("refresh pace waits until somebody looks", () => {
  const { pace, timer, seen } = makePace();
  pace.setVisible(false);
  pace.ask();
  pace.ask();
  assert.deepEqual([seen.refreshed, timer.left], [0, null]);
  pace.setVisible(true);
  assert.equal(seen.refreshed, 1);
});

Deno.test("refresh pace does nothing after its end", () => {
  const { pace, timer, seen } = makePace();
  pace.ask();
  pace.ask();
  pace.end();
  assert.equal(timer.left, null);
  assert.equal(seen.refreshed, 1);
});
