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

Deno.test("queue rotation keeps a queue that went and came back since a claim was made", () => {
  const rotation = new QueueRotation();
  rotation.add("a", 1);
  const hints = rotation.hintOf("a");
  rotation.remove("a");
  rotation.add("a", 1);
  rotation.drained("a", hints);
  assert.deepEqual(rotation.queues, ["a"]);
});

Deno.test("queue rotation forgets a drained queue, unless it was hinted at meanwhile", () => {
  const rotation = new QueueRotation();
  rotation.add("a", 1);
  const hints = rotation.hintOf("a");
  rotation.add("a", 1);
  rotation.drained("a", hints);
  assert.equal(rotation.isEmpty, false, "the answer is older than the hint");
  rotation.drained("a", rotation.hintOf("a"));
  assert.equal(rotation.isEmpty, true);
  assert.equal(rotation.share(5).size, 0);
});

Deno.test("queue rotation takes a new weight without taking it for a hint", () => {
  const rotation = new QueueRotation();
  rotation.add("a", 1);
  rotation.add("b", 1);
  const hints = rotation.hintOf("b");
  rotation.reweigh("a", 3);
  rotation.reweigh("never seen", 3);
  assert.deepEqual(Object.fromEntries(rotation.share(400)), { a: 300, b: 100 });
  rotation.drained("b", hints);
  assert.deepEqual([...rotation.share(1).keys()], ["a"]);
});

/** Has `rounds` shares of `turns` and says what each queue got of what it could use. */
function play(
  rotation: QueueRotation,
  { rounds, turns, room = {} }: {
    readonly rounds: number;
    readonly turns: number;
    /** Most that a queue can use of a share; it is drained when it got more, and hinted at anew. */
    readonly room?: Readonly<Record<string, number>>;
  },
): Readonly<Record<string, number>> {
  const got: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [queue, share] of rotation.share(turns)) {
      const used = Math.min(share, room[queue] ?? Infinity);
      got[queue] = (got[queue] ?? 0) + used;
      rotation.unused(queue, share - used);
      if (used < share) rotation.drained(queue, rotation.hintOf(queue));
    }
    // Its tasks end in every other round.
    if (round % 2 === 1) { for (const queue of Object.keys(room)) rotation.add(queue, 100); }
  }
  return got;
}

Deno.test("queue rotation keeps the shares of others beside a queue that uses little of its own", () => {
  for (const turns of [1, 3, 64, 256]) {
    const rotation = new QueueRotation();
    for (const [queue, weight] of [["a", 10], ["b", 5], ["c", 1], ["limited", 100]] as const) {
      rotation.add(queue, weight);
    }
    const got = play(rotation, { rounds: 20_000 / turns, turns, room: { limited: 1 } });
    const { a = 0, b = 0, c = 0 } = got;
    assert.ok(Math.abs(a / b / 2 - 1) < 0.03, `${turns} turns: ${JSON.stringify(got)}`);
    assert.ok(Math.abs(a / c / 10 - 1) < 0.05, `${turns} turns: ${JSON.stringify(got)}`);
  }
});

Deno.test("queue rotation gives a queue that comes in no turns for the time before", () => {
  const rotation = new QueueRotation();
  rotation.add("a", 1);
  rotation.share(10_000);
  rotation.add("b", 1);
  assert.deepEqual(Object.fromEntries(rotation.share(64)), { a: 32, b: 32 });
});

Deno.test("queue rotation remembers the turns of a queue that leaves and comes back", () => {
  const rotation = new QueueRotation();
  rotation.add("a", 1);
  rotation.add("b", 1);
  const firsts = Array.from({ length: 100 }, () => {
    const [queue] = rotation.share(1).keys();
    if (queue === "b") {
      rotation.drained("b", rotation.hintOf("b"));
      rotation.add("b", 1);
    }
    return queue;
  });
  assert.equal(firsts.filter((queue) => queue === "b").length, 50);
});

Deno.test("queue rotation shares between thousands of queues, each in its turn", () => {
  const rotation = new QueueRotation();
  for (let index = 0; index < 5_000; index++) rotation.add(`q${index}`, 1);
  const seen = new Map<string, number>();
  for (let round = 0; round < 50; round++) {
    for (const [queue, share] of rotation.share(200)) {
      seen.set(queue, (seen.get(queue) ?? 0) + share);
    }
  }
  assert.deepEqual([seen.size, new Set(seen.values())], [5_000, new Set([2])]);
});
