import assert from "node:assert/strict";
import { startOrder } from "../../../actors/runtime/start_order.ts";
import { probeSpec } from "../../support/runtime_actors/probe_system.ts";

const after = (name: string, ...startAfter: string[]) => probeSpec(name, { startAfter });
const none: ReadonlySet<string> = new Set();

Deno.test("start_order puts each actor behind those that it starts after", () => {
  const order = startOrder([after("c", "b"), after("b", "a"), after("a"), after("d")], none);
  assert.deepEqual(order.map(({ name }) => name), ["a", "b", "c", "d"]);
});

Deno.test("start_order takes actors that are there already", () => {
  const order = startOrder([after("b", "a")], new Set(["a"]));
  assert.deepEqual(order.map(({ name }) => name), ["b"]);
});

Deno.test("start_order refuses an actor after one that does not exist", () => {
  assert.throws(() => startOrder([after("b", "x")], none), {
    message: 'Cannot start "b" after "x", which does not exist',
  });
});

Deno.test("start_order names a cycle", () => {
  assert.throws(() => startOrder([after("a", "b"), after("b", "a")], none), {
    message: 'Cannot start "a": a → b → a is a cycle',
  });
});
