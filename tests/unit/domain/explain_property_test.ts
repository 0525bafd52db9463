import assert from "node:assert/strict";
import fc from "fast-check";
import { type CauseCode, explain } from "../../../actors/domain/explain.ts";
import type { TaskStatus } from "../../../actors/domain/task.ts";
import { explanationView } from "../../../api/explain_view.ts";
import { explanationAnswer } from "../../../api/schema.ts";
import { anyFacts, FAILURES, SKIPS } from "../../support/explain_facts_arbitrary.ts";

const BLOCKADES = ["queue_paused", "unknown_method", "known_elsewhere"] as const;
const NODE = ["draining", "store_unhealthy", "node_not_ready"] as const;

/** The codes that may stand for each status. */
const FITTING: Readonly<Record<TaskStatus, readonly CauseCode[]>> = {
  scheduled: ["not_due", "backoff", ...BLOCKADES, ...NODE],
  blocked: ["awaiting_dependencies", ...BLOCKADES],
  pending: [
    ...BLOCKADES,
    ...NODE,
    "no_executor",
    "queue_concurrency",
    "key_concurrency",
    "rate_limited",
    "alone",
    "behind_others",
    "no_free_slot",
    "about_to_start",
  ],
  running: ["running", "cancelling", "prefetched"],
  completed: ["completed"],
  failed: FAILURES,
  cancelled: ["cancelled"],
  skipped: SKIPS,
};

Deno.test("explain gives every situation sentences, fitting codes and the documented form", () => {
  const property = fc.property(anyFacts, (known) => {
    const told = explain(known);
    explanationAnswer.parse(explanationView(told));
    assert.deepEqual([told.id, told.status], [known.subject.task.id, known.subject.task.status]);
    assert.deepEqual(told.causes[0]?.code, told.code);
    for (const { code, sentence, change } of told.causes) {
      assert.ok(FITTING[told.status].includes(code), `${told.status}: ${code}`);
      assert.match(sentence, /^Task ".*[^.]\.$/s);
      assert.match(change, /^\S.*[^.]\.$/s);
      assert.ok(!/[\r\n]/.test(sentence + change), "one line");
    }
    assert.equal(new Set(told.causes.map(({ code }) => code)).size, told.causes.length);
  });
  fc.assert(property, { numRuns: 2_000 });
});

Deno.test("explain depends on nothing but the facts", () => {
  fc.assert(fc.property(anyFacts, (known) => assert.deepEqual(explain(known), explain(known))));
});
