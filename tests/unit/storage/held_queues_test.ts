import assert from "node:assert/strict";
import { HeldQueues } from "../../../actors/storage/postgres/held_queues.ts";

Deno.test("held queues are waited for again after a second", () => {
  let now = 5_000;
  const held = new HeldQueues(() => now);
  held.add(["a", "b"]);
  assert.deepEqual(["a", "b", "c"].map((name) => held.has(name)), [true, true, false]);
  now += 999;
  assert.ok(held.has("a"));
  held.add(["a"]);
  now += 1;
  assert.deepEqual(["a", "b"].map((name) => held.has(name)), [true, false]);
  now += 999;
  assert.ok(!held.has("a"));
});
