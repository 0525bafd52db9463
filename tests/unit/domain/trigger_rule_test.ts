import assert from "node:assert/strict";
import fc from "fast-check";
import {
  classify,
  countEnded,
  decideRule,
  type DependencyClass,
  recount,
  recountAfterDeletion,
  type RuleDecision,
} from "../../../actors/domain/trigger_rule.ts";
import {
  type DependencyCounts,
  TASK_STATUSES,
  type TaskReason,
  type TriggerRule,
} from "../../../actors/domain/task.ts";
import { NO_DEPENDENCIES } from "./task_sample.ts";

const RULES: readonly TriggerRule[] = [
  "all_success",
  "all_done",
  "all_failed",
  "one_success",
  "one_failed",
  "none_failed",
  "none_failed_min_one_success",
  "always",
];
const CLASSES: readonly DependencyClass[] = ["succeeded", "failed", "skipped"];

/** What each rule asks of the ends of all dependencies, word by word. */
const MET: Readonly<Record<TriggerRule, (ends: readonly DependencyClass[]) => boolean>> = {
  all_success: (ends) => ends.every((end) => end === "succeeded"),
  all_done: () => true,
  all_failed: (ends) => ends.every((end) => end === "failed"),
  one_success: (ends) => ends.length === 0 || ends.some((end) => end === "succeeded"),
  one_failed: (ends) => ends.length === 0 || ends.some((end) => end === "failed"),
  none_failed: (ends) => ends.every((end) => end !== "failed"),
  none_failed_min_one_success: (ends) =>
    ends.every((end) => end !== "failed") &&
    (ends.length === 0 || ends.some((end) => end === "succeeded")),
  always: () => true,
};

function countsOf(ends: readonly DependencyClass[], total: number): DependencyCounts {
  return ends.reduce(countEnded, { ...NO_DEPENDENCIES, total });
}

function allEnds(length: number): DependencyClass[][] {
  if (length === 0) return [[]];
  return allEnds(length - 1).flatMap((ends) => CLASSES.map((cls) => [...ends, cls]));
}

/** Rules that don't wait for what can't change their mind; these wait to the last on purpose. */
const PATIENT: readonly TriggerRule[] = ["all_done"];

/** The decision by looking at every way in which the open dependencies could end. */
function oracle(
  rule: TriggerRule,
  ends: readonly DependencyClass[],
  total: number,
): RuleDecision["kind"] {
  if (PATIENT.includes(rule) && ends.length < total) return "wait";
  const futures = allEnds(total - ends.length).map((rest) => MET[rule]([...ends, ...rest]));
  if (futures.every((met) => met)) return "start";
  return futures.some((met) => met) ? "wait" : "skip";
}

const someRule = fc.constantFrom(...RULES);
const someEnds = fc.array(fc.constantFrom(...CLASSES), { maxLength: 5 });

Deno.test("trigger_rule decides as soon as no future can change the decision", () => {
  const property = fc.property(someRule, someEnds, fc.nat(4), (rule, ends, open) => {
    const total = ends.length + open;
    const { kind } = decideRule(rule, countsOf(ends, total));
    assert.equal(kind, oracle(rule, ends, total));
  });
  fc.assert(property, { numRuns: 500 });
});

Deno.test("trigger_rule never goes back on a decision while dependencies end", () => {
  fc.assert(fc.property(someRule, someEnds, (rule, ends) => {
    let decided: RuleDecision["kind"] | null = null;
    for (let ended = 0; ended <= ends.length; ended++) {
      const { kind } = decideRule(rule, countsOf(ends.slice(0, ended), ends.length));
      if (decided !== null) assert.equal(kind, decided);
      if (kind !== "wait") decided = kind;
    }
    assert.notEqual(decided, null, "all dependencies ended, so it has to be decided");
  }));
});

Deno.test("trigger_rule does not care in which order dependencies ended", () => {
  fc.assert(fc.property(someRule, someEnds, (rule, ends) => {
    const sorted = decideRule(rule, countsOf([...ends].sort(), ends.length));
    assert.deepEqual(decideRule(rule, countsOf(ends, ends.length)), sorted);
  }));
});

for (const rule of RULES) {
  Deno.test(`trigger_rule ${rule} starts a task without dependencies`, () => {
    assert.deepEqual(decideRule(rule, NO_DEPENDENCIES), { kind: "start" });
  });
}

const START: RuleDecision = { kind: "start" };
const WAIT: RuleDecision = { kind: "wait" };
const skip = (reason: Extract<RuleDecision, { kind: "skip" }>["reason"]): RuleDecision => ({
  kind: "skip",
  reason,
});

/** rule, ends so far (s, f, k for skipped; a dot is a live one), decision. */
const EXAMPLES: readonly (readonly [TriggerRule, string, RuleDecision])[] = [
  ["all_success", "s.", WAIT],
  ["all_success", "ss", START],
  ["all_success", "f..", skip("upstream_failed")],
  ["all_success", "k..", skip("upstream_skipped")],
  ["all_success", "fk", skip("upstream_failed")],
  ["all_done", "sfk.", WAIT],
  ["all_done", "sfk", START],
  ["all_failed", "f.", WAIT],
  ["all_failed", "ff", START],
  ["all_failed", "s.", skip("rule")],
  ["all_failed", "k.", skip("rule")],
  ["one_success", "fk.", WAIT],
  ["one_success", "s..", START],
  ["one_success", "fk", skip("upstream_failed")],
  ["one_success", "kk", skip("upstream_skipped")],
  ["one_failed", "s.", WAIT],
  ["one_failed", "f..", START],
  ["one_failed", "sk", skip("rule")],
  ["none_failed", "sk.", WAIT],
  ["none_failed", "kk", START],
  ["none_failed", "f..", skip("upstream_failed")],
  ["none_failed_min_one_success", "sk.", WAIT],
  ["none_failed_min_one_success", "sk", START],
  ["none_failed_min_one_success", "kk", skip("upstream_skipped")],
  ["none_failed_min_one_success", "f..", skip("upstream_failed")],
  ["always", "...", START],
];

for (const [rule, ends, decision] of EXAMPLES) {
  const result = decision.kind === "skip" ? `skip ${decision.reason}` : decision.kind;
  Deno.test(`trigger_rule ${rule} with ${ends} decides ${result}`, () => {
    const count = (letter: string) => ends.split(letter).length - 1;
    const [succeeded, failed, skipped] = [count("s"), count("f"), count("k")];
    const counts = { total: ends.length, succeeded, failed, skipped };
    assert.deepEqual(decideRule(rule, counts), decision);
  });
}

Deno.test("trigger_rule classify counts failed, cancelled and skips after failures as failed", () => {
  const classOf = (reason: TaskReason | null) =>
    TASK_STATUSES.map((status) => classify(status, reason));
  const live = [null, null, null, null];
  assert.deepEqual(classOf(null), [...live, "succeeded", "failed", "failed", "skipped"]);
  assert.deepEqual(classOf("upstream_failed"), [
    ...live,
    "succeeded",
    "failed",
    "failed",
    "failed",
  ]);
  assert.equal(classify("skipped", "upstream_skipped"), "skipped");
  assert.equal(classify("skipped", "rule"), "skipped");
});

Deno.test("trigger_rule recount agrees with counting one end after the other", () => {
  const someDep = fc.record({
    status: fc.constantFrom(...TASK_STATUSES),
    reason: fc.constantFrom<TaskReason | null>(null, "upstream_failed", "rule", "upstream_skipped"),
  });
  fc.assert(fc.property(fc.array(someDep), (deps) => {
    let counts: DependencyCounts = { ...NO_DEPENDENCIES, total: deps.length };
    for (const { status, reason } of deps) {
      const cls = classify(status, reason);
      if (cls !== null) counts = countEnded(counts, cls);
    }
    assert.deepEqual(recount(deps), counts);
  }));
});

/** A dependency that ended so. */
function endOf(cls: DependencyClass) {
  if (cls === "succeeded") return { status: "completed", reason: null } as const;
  if (cls === "failed") return { status: "failed", reason: "timeout" } as const;
  return { status: "skipped", reason: "rule" } as const;
}

const OPEN = { status: "pending", reason: null } as const;

Deno.test("trigger_rule counts deleted dependencies as they had ended", () => {
  const ends = fc.array(
    fc.record({ cls: fc.constantFrom(...CLASSES), deleted: fc.boolean() }),
    { maxLength: 8 },
  );
  fc.assert(fc.property(ends, (ends) => {
    const before = countsOf(ends.map(({ cls }) => cls), ends.length);
    const left = ends.filter(({ deleted }) => !deleted).map(({ cls }) => endOf(cls));
    assert.deepEqual(recountAfterDeletion(before, left), before);
  }));
});

Deno.test("trigger_rule leaves out deleted dependencies whose end was not seen", () => {
  const before = { total: 3, succeeded: 0, failed: 1, skipped: 0 };
  assert.deepEqual(recountAfterDeletion(before, [endOf("failed")]), {
    total: 1,
    succeeded: 0,
    failed: 1,
    skipped: 0,
  });
  assert.deepEqual(recountAfterDeletion(before, []), {
    total: 1,
    succeeded: 0,
    failed: 1,
    skipped: 0,
  });
});

Deno.test("trigger_rule takes a deleted dependency for a success where a revived one has failed", () => {
  const before = { total: 2, succeeded: 1, failed: 1, skipped: 0 };
  assert.deepEqual(recountAfterDeletion(before, [OPEN]), {
    total: 2,
    succeeded: 1,
    failed: 0,
    skipped: 0,
  });
});
