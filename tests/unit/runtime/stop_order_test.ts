import assert from "node:assert/strict";
import { stopOrder } from "../../../actors/runtime/stop_order.ts";

Deno.test("stop_order is the reverse of the start without further wishes", () => {
  assert.deepEqual(stopOrder(["a", "b", "c"], []), [["c"], ["b"], ["a"]]);
});

Deno.test("stop_order takes names and their beginnings first, each entry together", () => {
  const started = ["store", "executor-1", "executor-2", "http"];
  assert.deepEqual(stopOrder(started, ["http", "executor-", "nobody"]), [
    ["http"],
    ["executor-1", "executor-2"],
    ["store"],
  ]);
});
