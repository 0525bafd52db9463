import assert from "node:assert/strict";
import { Script } from "node:vm";
import { boundedCall } from "../../../actors/executor/bounded_call.ts";

const LONG_MS = 60_000;
const SLOT = "dtask:bounded_call";

Deno.test("bounded call gives what the code returns", () => {
  assert.deepEqual(boundedCall(() => [1], LONG_MS), { kind: "returned", value: [1] });
});

Deno.test("bounded call gives what the code throws, as it was thrown", () => {
  const error = new TypeError("mine");
  const { stack } = error;
  const end = boundedCall(() => {
    throw error;
  }, LONG_MS);
  assert.ok(end.kind === "threw");
  assert.equal(end.error, error);
  assert.equal(error.message, "mine");
  assert.equal(error.stack, stack);
});

Deno.test("bounded call interrupts code that catches everything", () => {
  let leftLoop = false;
  const end = boundedCall(() => {
    for (;;) {
      try {
        while (!leftLoop);
      } catch {
        leftLoop = true;
      } finally {
        leftLoop = true;
      }
    }
  }, 20);
  assert.deepEqual(end, { kind: "interrupted" });
  assert.equal(leftLoop, false);
});

Deno.test("bounded call interrupts a wait that nobody ends, and a pattern without end", () => {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  assert.equal(boundedCall(() => Atomics.wait(cell, 0, 0), 20).kind, "interrupted");
  const text = "a".repeat(40) + "b";
  assert.equal(boundedCall(() => /(a+)+$/.test(text), 20).kind, "interrupted");
});

Deno.test("bounded call takes a time that is no whole number, or over already", () => {
  assert.equal(boundedCall(() => 1, 0.4).kind, "returned");
  assert.equal(boundedCall(() => 1, Infinity).kind, "returned");
  assert.equal(
    boundedCall(() => {
      for (;;);
    }, -5).kind,
    "interrupted",
  );
});

Deno.test("bounded call tells its own timeout from one of the code's", () => {
  const inner = () => new Script("for (;;);").runInThisContext({ timeout: 5 });
  const end = boundedCall(inner, LONG_MS);
  assert.ok(end.kind === "threw" && end.error instanceof Error);
  assert.match(end.error.message, /timed out after 5ms/);
  const patient = () => new Script("for (;;);").runInThisContext({ timeout: LONG_MS });
  assert.equal(boundedCall(patient, 20).kind, "interrupted");
});

Deno.test("bounded call leaves the isolate fit for the next, and promises to the event loop", async () => {
  boundedCall(() => {
    for (;;);
  }, 5);
  const order: string[] = [];
  boundedCall(() => {
    queueMicrotask(() => order.push("microtask"));
    order.push("code");
  }, LONG_MS);
  order.push("after");
  await Promise.resolve();
  assert.deepEqual(order, ["code", "after", "microtask"]);
});

Deno.test("bounded call's slot can be neither replaced nor shadowed nor used", () => {
  assert.throws(() => Object.defineProperty(globalThis, SLOT, { value: () => {} }), TypeError);
  assert.throws(() => Reflect.set(globalThis, SLOT, null) || assert.fail("not set"));
  assert.equal(Reflect.deleteProperty(globalThis, SLOT), false);
  const slot: unknown = Reflect.get(globalThis, SLOT);
  assert.ok(typeof slot === "function");
  let calls = 0;
  const end = boundedCall(() => {
    calls += 1;
    return slot();
  }, LONG_MS);
  assert.deepEqual(end, { kind: "returned", value: undefined });
  assert.equal(calls, 1, "the slot is empty while code runs");
});

Deno.test("bounded call ignores what code does to the script's class", () => {
  const { runInThisContext } = Script.prototype;
  try {
    Script.prototype.runInThisContext = () => "forged";
    assert.deepEqual(boundedCall(() => "real", LONG_MS), { kind: "returned", value: "real" });
  } finally {
    Script.prototype.runInThisContext = runInThisContext;
  }
});
