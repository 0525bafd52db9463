import assert from "node:assert/strict";
import type { MethodDefinition } from "../../../actors/domain/task.ts";
import { MethodsOfOthers } from "../../../actors/cluster/methods_of_others.ts";
import { definition } from "../../support/scheduler_rig.ts";
import { memberRecord } from "./cluster_harness.ts";

Deno.test("methods of others are read again of a node that is there, where one was forgotten", async () => {
  const known = new Map<string, readonly MethodDefinition[]>();
  const store = { definitionsOf: () => Promise.resolve(known) };
  const methods = new MethodsOfOthers({ store, node: "n-1" });
  const others = ["n-2", "n-3"].map((id) => memberRecord(id, { methodsHash: "same" }));
  await methods.follow(others);
  assert.deepEqual(methods.definitions, []);
  known.set("n-3", [definition("noop", "async")]);
  assert.equal(await methods.follow(others), true);
  assert.deepEqual(methods.definitions.map(({ name }) => name), ["noop"]);
  assert.equal(await methods.follow(others), false);
});
