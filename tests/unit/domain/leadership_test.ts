import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Belief,
  BELIEF_MS,
  believedTerm,
  elect,
  LEADER_LEASE_MS,
  type Leadership,
  leadershipAfter,
  mayJudge,
  mayWrite,
} from "../../../actors/domain/leadership.ts";
import { LEASE } from "../../../actors/domain/lease.ts";

/** Before the first election. */
const NO_LEADER: Leadership = { term: 0, node: null, until: 0 };
const HELD = { term: 3, node: "a", until: 10_000 };

Deno.test("leadership: the first who asks leads in term 1", () => {
  const candidate = { node: "a", now: 1_000, holderGone: false };
  assert.equal(elect(NO_LEADER, candidate), "take");
  assert.deepEqual(leadershipAfter(NO_LEADER, candidate), {
    term: 1,
    node: "a",
    until: 1_000 + LEADER_LEASE_MS,
  });
});

Deno.test("leadership: its holder renews in its term, and everybody else waits", () => {
  assert.equal(elect(HELD, { node: "a", now: 9_999, holderGone: false }), "renew");
  assert.equal(elect(HELD, { node: "b", now: 9_999, holderGone: false }), "wait");
});

Deno.test("leadership: it is taken in a new term once it ran out, even by who had it", () => {
  assert.equal(elect(HELD, { node: "b", now: 10_000, holderGone: false }), "take");
  const again = leadershipAfter(HELD, { node: "a", now: 10_000, holderGone: false });
  assert.equal(again.term, 4);
});

Deno.test("leadership: it is taken at once from a holder that is gone", () => {
  const after = leadershipAfter(HELD, { node: "b", now: 10, holderGone: true });
  assert.deepEqual(after, { term: 4, node: "b", until: 10 + LEADER_LEASE_MS });
});

Deno.test("leadership: it is taken where the clock was set back, and a dead holder's lease would last", () => {
  const held = { ...HELD, until: 3_600_000 };
  assert.equal(elect(held, { node: "b", now: 0, holderGone: false }), "take");
  const corrected = { ...HELD, until: LEADER_LEASE_MS + 50 };
  assert.equal(elect(corrected, { node: "b", now: 0, holderGone: false }), "wait");
});

Deno.test("leadership: what is believed ends before the lease does", () => {
  const belief = { term: 7, sentAt: 1_000 };
  assert.ok(BELIEF_MS < LEADER_LEASE_MS);
  assert.equal(believedTerm(belief, 1_000 + BELIEF_MS - 1), 7);
  assert.equal(believedTerm(belief, 1_000 + BELIEF_MS), null);
  assert.equal(believedTerm(null, 0), null);
});

Deno.test("leadership: a leader judges nobody for a lease after its own renewal failed", () => {
  assert.ok(mayJudge(null, 0));
  assert.ok(!mayJudge(5_000, 5_000 + LEASE.leaseMs - 1));
  assert.ok(mayJudge(5_000, 5_000 + LEASE.leaseMs));
});

/** One step of one node: it renews, with its answer that late or never, or tries to write. */
const someStep = fc.record({
  node: fc.constantFrom("a", "b", "c"),
  act: fc.constantFrom("renew", "renew", "lost answer", "write", "leave"),
  afterMs: fc.oneof(fc.nat(3_000), fc.nat(40_000)),
  answerMs: fc.oneof(fc.constant(5), fc.nat(20_000)),
});

const someSpeeds = fc.record({ a: someSpeed(), b: someSpeed(), c: someSpeed() });

function someSpeed() {
  return fc.double({ min: 0.95, max: 1.05, noNaN: true });
}

interface HeardLater {
  readonly at: number;
  readonly belief: Belief;
}

Deno.test("leadership: two nodes never both believe to lead, and none writes in an old term", () => {
  const property = fc.property(
    fc.array(someStep, { maxLength: 80 }),
    someSpeeds,
    (steps, speeds) => {
      let now = 0;
      let row = NO_LEADER;
      let gone: string | null = null;
      const heard = new Map<string, HeardLater[]>();
      let lastWrite = 0;
      const believed = (node: "a" | "b" | "c") => {
        const beliefs = (heard.get(node) ?? []).filter(({ at }) => at <= now);
        return believedTerm(beliefs.at(-1)?.belief ?? null, now * speeds[node]);
      };
      for (const { node, act, afterMs, answerMs } of steps) {
        now += afterMs;
        const term = believed(node);
        if (act === "leave") {
          gone = node;
          heard.delete(node);
        } else if (act === "write") {
          if (term !== null && mayWrite(row, { node, term, now })) {
            assert.ok(term >= lastWrite, "terms of writes only grow");
            lastWrite = term;
          }
        } else {
          if (gone === node) gone = null;
          const before = row;
          row = leadershipAfter(row, { node, now, holderGone: row.node === gone });
          assert.ok(row.term === before.term || row.term === before.term + 1);
          if (row.term === before.term) assert.equal(row.node, before.node);
          if (row.node === node && act === "renew") {
            const belief = { term: row.term, sentAt: now * speeds[node] };
            heard.set(node, [...heard.get(node) ?? [], { at: now + answerMs, belief }]);
          }
        }
        const leaders = (["a", "b", "c"] as const).filter((each) => believed(each) !== null);
        assert.ok(leaders.length <= 1, `${leaders.join(" and ")} believe to lead at ${now}`);
      }
    },
  );
  fc.assert(property, { numRuns: 2_000 });
});
