import assert from "node:assert/strict";
import { seededRandom } from "../support/random.ts";
import { CANCELLABLE, Workload } from "./workload.ts";

Deno.test("workload draws the same for the same seed, every kind, and each id once", () => {
  const [tasks, again] = [drawMany(7), drawMany(7)];
  assert.deepEqual(tasks, again);
  assert.equal(new Set(tasks.map(({ id }) => id)).size, tasks.length);
  const kinds = new Set(tasks.map(({ id }) => id.replace(/-.*/, "")));
  const expected = ["flaky", "block", "long", "crowd", "keys", "cancel", "step"];
  assert.deepEqual([...kinds].toSorted(), expected.toSorted());
});

Deno.test("workload lets tasks depend on accepted ones alone, and on none that is cancelled", () => {
  const deps = drawMany(8).flatMap((task) => (task["deps"] ?? []) as readonly string[]);
  assert.ok(deps.length > 100);
  assert.ok(deps.every((id) => id.startsWith("accepted-")));
});

function drawMany(seed: number) {
  const workload = new Workload(seededRandom(seed));
  for (let index = 0; index < 50; index++) {
    workload.accepted(`accepted-${index}`);
    workload.accepted(`${CANCELLABLE}${index}`);
  }
  return Array.from({ length: 2_000 }, () => workload.task());
}
