import assert from "node:assert/strict";
import { QueueRotation } from "../../../actors/dispatcher/queue_rotation.ts";

Deno.test("queue rotation shares turns by weight", () => {
  const rotation = new QueueRotation();
  rotation.add("a", 3);
  rotation.add("b", 1);
  assert.deepEqual(Object.fromEntries(rotation.share(400)), { a: 300, b: 100 });
});

Deno.test("queue rotation gives every queue a turn, however few there are at a time", () => {
  const rotation = new QueueRotation();
  rotation.add("heavy", 9);
  rotation.add("light", 1);
  const turns = Array.from({ length: 20 }, () => [...rotation.share(1).keys()][0]);
  assert.equal(turns.filter((queue) => queue === "light").length, 2);
});

Deno.test("queue rotation deals out every turn, whatever their number", () => {
  const rotation = new QueueRotation();
  for (const queue of ["a", "b", "c"]) rotation.add(queue, 1);
  for (const turns of [1, 2, 7, 100, 1_001]) {
    const dealt = [...rotation.share(turns).values()].reduce((sum, share) => sum + share, 0);
    assert.equal(dealt, turns);
  }
});

Deno.test("queue rotation forgets a drained queue, unless it was hinted at meanwhile", () => {
  const rotation = new QueueRotation();
  rotation.add("a", 1);
  const hints = rotation.hintsOf("a");
  rotation.add("a", 1);
  rotation.drained("a", hints);
  assert.equal(rotation.isEmpty, false, "the answer is older than the hint");
  rotation.drained("a", rotation.hintsOf("a"));
  assert.equal(rotation.isEmpty, true);
  assert.equal(rotation.share(5).size, 0);
});

Deno.test("queue rotation takes a new weight without taking it for a hint", () => {
  const rotation = new QueueRotation();
  rotation.add("a", 1);
  rotation.add("b", 1);
  const hints = rotation.hintsOf("b");
  rotation.reweigh("a", 3);
  rotation.reweigh("never seen", 3);
  assert.deepEqual(Object.fromEntries(rotation.share(400)), { a: 300, b: 100 });
  rotation.drained("b", hints);
  assert.deepEqual([...rotation.share(1).keys()], ["a"]);
});
