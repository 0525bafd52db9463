import assert from "node:assert/strict";
import fc from "fast-check";
import type { DependencyCounts, TaskState, TriggerRule } from "../../../actors/domain/task.ts";
import { DEFAULTS } from "../../../actors/domain/task.ts";
import {
  canApply,
  initialState,
  isEnded,
  type TaskEvent,
  transition,
  type TransitionSpec,
} from "../../../actors/domain/task_state.ts";
import { decideRule } from "../../../actors/domain/trigger_rule.ts";
import { BOOM, EVENTS } from "./task_sample.ts";

const someCounts: fc.Arbitrary<DependencyCounts> = fc
  .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2))
  .map(([succeeded, failed, skipped, live]) => ({
    total: succeeded + failed + skipped + live,
    succeeded,
    failed,
    skipped,
  }));

const someSpec: fc.Arbitrary<TransitionSpec> = fc.record({
  id: fc.constant("a"),
  triggerRule: fc.constantFrom<TriggerRule>("all_success", "one_failed", "all_done", "always"),
  pool: fc.constantFrom("async", 'blocking+net=["a"]'),
  priority: fc.integer({ min: -100, max: 100 }),
  runAt: fc.option(fc.integer({ min: 0, max: 4_000 })),
  retry: fc.record({
    maxAttempts: fc.integer({ min: 1, max: 4 }),
    backoff: fc.constantFrom("fixed", "linear", "exponential"),
    initialMs: fc.nat(1_000),
    factor: fc.constant(2),
    maxMs: fc.nat(5_000),
    jitter: fc.constantFrom("full", "none"),
  }),
});

const someEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.constantFrom(...Object.values(EVENTS)),
  { weight: 2, arbitrary: fc.constant(EVENTS.claimed) },
  fc.record({
    kind: fc.constant("threw" as const),
    error: fc.constant(BOOM),
    retryable: fc.boolean(),
    retryAfterMs: fc.option(fc.nat(1_000)),
    invalidInput: fc.boolean(),
    startedAt: fc.constant(1),
    finishedAt: fc.constant(2),
  }),
  fc.record({
    kind: fc.constant("given_back" as const),
    reason: fc.constantFrom("drain", "neighbour"),
    alone: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom("dependencies_changed", "retried", "revived"),
    counts: someCounts,
  }),
);

/** What must hold in every state: the sentence at the head of `task_state.ts`, and more. */
function assertState(state: TaskState, { retry }: TransitionSpec): void {
  const { status } = state;
  const is = (...among: readonly string[]) => among.includes(status);
  const set = (field: keyof TaskState) => state[field] !== null;
  assert.equal(set("readyPool"), is("pending"), "readyPool while pending");
  assert.equal(set("readyAt"), is("pending", "running"), "readyAt while pending or running");
  assert.equal(set("readyOrder"), is("pending", "running"), "readyOrder likewise");
  assert.equal(set("dueAt"), is("scheduled"), "dueAt while scheduled");
  assert.equal(set("incarnation"), is("running"), "incarnation while running");
  assert.equal(set("finishedAt"), isEnded(status), "finishedAt once ended");
  assert.equal(set("result"), is("completed"), "a result once completed");
  if (is("failed", "skipped")) assert.ok(set("reason"), "failed and skipped say why");
  else if (!is("pending")) assert.equal(state.reason, null, "nothing else has a reason");
  if (is("failed")) assert.ok(set("error"), "a failed task has an error");
  else assert.ok(!set("discardedAt"), "nothing but a failed task is discarded");
  if (set("cancelRequestedAt")) {
    assert.ok(is("running") || isEnded(status), "no wait after a cancel");
  }
  assert.ok(state.attempt >= 0 && state.attempt <= retry.maxAttempts, "attempt in its bounds");
  assert.ok(state.attempt <= state.run, "every attempt was a run");
  assert.ok(state.crashes >= 0 && state.crashes <= DEFAULTS.maxCrashes, "crashes in their bounds");
}

/** What must hold from one state to the next. */
function assertStep(before: TaskState, event: TaskEvent, after: TaskState): void {
  const claimed = event.kind === "claimed" ? 1 : 0;
  assert.equal(after.run, before.run + claimed, "run grows at a claim, and only there");
  if (isEnded(before.status)) {
    const afterEnd = ["retried", "revived", "discarded"];
    assert.ok(afterEnd.includes(event.kind), "an end is final");
  }
  const released = event.kind === "given_back" || event.kind === "crashed";
  if (released && after.status === "pending") {
    assert.equal(after.readyOrder, before.readyOrder, "a given-back run keeps its place");
  }
  if (released) assert.equal(after.attempt, before.attempt - 1, "and is not charged");
  const kept = event.kind === "crashed" || event.kind === "cancel_requested";
  if (before.status === "running") {
    assert.equal(after.crashes, before.crashes - (kept ? 0 : 1), "only crashes stay counted");
  }
}

const someWalk = fc.record({
  spec: someSpec,
  counts: someCounts,
  events: fc.array(fc.tuple(someEvent, fc.nat(1_000)), { maxLength: 60 }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

Deno.test("task_state keeps its invariants over any walk", () => {
  const property = fc.property(someWalk, ({ spec, counts, events, random }) => {
    let now = 1_000;
    let state = initialState(spec, counts, now);
    assertState(state, spec);
    for (const [event, ms] of events) {
      now += ms;
      const task = { ...spec, ...state };
      const by = { now, random: () => random };
      if (!canApply(task, event)) {
        assert.throws(() => transition(task, event, by), { name: "IllegalTransitionError" });
        continue;
      }
      const before = structuredClone(state);
      const next = transition(task, event, by);
      assert.deepEqual(state, before, "the state given is not touched");
      assertState(next, spec);
      assertStep(state, event, next);
      state = next;
    }
  });
  fc.assert(property, { numRuns: 1_000 });
});

Deno.test("task_state enters work only where the rule says start", () => {
  const entry = { pending: "start", scheduled: "start", blocked: "wait", skipped: "skip" } as const;
  fc.assert(fc.property(someSpec, someCounts, (spec, counts) => {
    const { status, dueAt } = initialState(spec, counts, 2_000);
    assert.ok(status in entry);
    const { kind } = decideRule(spec.triggerRule, counts);
    assert.deepEqual(Object.entries(entry).filter(([name]) => name === status).map(([, k]) => k), [
      kind,
    ]);
    if (kind === "start") assert.equal(dueAt !== null, spec.runAt !== null && spec.runAt > 2_000);
  }));
});

Deno.test("task_state comes to an end when nothing is asked of it any more", () => {
  const outcome = fc.constantFrom(...(["completed", "threw", "timed_out", "crashed"] as const));
  fc.assert(
    fc.property(someSpec, fc.array(outcome, { minLength: 30, maxLength: 30 }), (spec, outcomes) => {
      let state = initialState(spec, { total: 0, succeeded: 0, failed: 0, skipped: 0 }, 0);
      const by = { now: 1_000_000, random: () => 0.5 };
      const apply = (kind: TaskEvent["kind"]) => {
        state = transition({ ...spec, ...state }, EVENTS[kind], by);
      };
      for (const kind of outcomes) {
        if (isEnded(state.status)) return;
        if (state.status === "scheduled") apply("due");
        apply("claimed");
        apply(kind);
      }
      assert.fail(`still ${state.status} after ${outcomes.length} runs`);
    }),
  );
});
