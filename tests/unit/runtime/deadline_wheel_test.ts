import assert from "node:assert/strict";
import { DeadlineWheel, type Expiring } from "../../../actors/runtime/deadline_wheel.ts";

function entry(onExpire: () => void): Expiring {
  return { slot: 0, expire: onExpire };
}

Deno.test("deadline_wheel expires entries in the order of their deadlines, none early", async () => {
  const wheel = new DeadlineWheel();
  const start = performance.now();
  const expired: { readonly name: string; readonly afterMs: number }[] = [];
  await new Promise<void>((resolve) => {
    const note = (name: string) => () => {
      expired.push({ name, afterMs: performance.now() - start });
      if (expired.length === 3) resolve();
    };
    wheel.add(entry(note("last")), 60);
    wheel.add(entry(note("first")), 5);
    wheel.add(entry(note("second")), 30);
  });
  assert.deepEqual(expired.map(({ name }) => name), ["first", "second", "last"]);
  const early = expired.filter(({ afterMs }, index) => afterMs < ([5, 30, 60][index] ?? 0));
  assert.deepEqual(early, []);
});

Deno.test("deadline_wheel forgets what is cancelled, and holds no timer then", async () => {
  const wheel = new DeadlineWheel();
  const cancelled = entry(() => assert.fail("It was cancelled"));
  wheel.add(cancelled, 1);
  await new Promise<void>((resolve) => {
    wheel.add(entry(resolve), 20);
    wheel.cancel(cancelled);
    wheel.cancel(cancelled);
  });
  const left = entry(() => assert.fail("It was cancelled"));
  wheel.add(left, 3_600_000);
  wheel.cancel(left);
  // That no timer is left is checked by the test runner's own leak detection.
});

Deno.test("deadline_wheel takes new entries while others expire", async () => {
  const wheel = new DeadlineWheel();
  await new Promise<void>((resolve) => {
    wheel.add(entry(() => wheel.add(entry(resolve), 5)), 5);
  });
});
