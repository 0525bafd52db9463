import assert from "node:assert/strict";
import { TASK_STATUSES, type TaskStatus } from "../../../actors/domain/task.ts";
import {
  canApply,
  IllegalTransitionError,
  initialState,
  isEnded,
  type TaskEvent,
  transition,
} from "../../../actors/domain/task_state.ts";
import { BOOM, EVENTS, NO_DEPENDENCIES, SPEC, TaskSample, TWO_LIVE } from "./task_sample.ts";

/** Each status with a way to reach it, by which a sample of it is made. */
const SAMPLES: Readonly<Record<TaskStatus, () => TaskSample>> = {
  scheduled: () => new TaskSample({ runAt: 9_000 }),
  blocked: () => new TaskSample({}, TWO_LIVE),
  pending: () => new TaskSample(),
  running: () => new TaskSample().live("claimed"),
  completed: () => new TaskSample().live("claimed", "completed"),
  failed: () => new TaskSample().live("expired"),
  cancelled: () => new TaskSample().live("cancel_requested"),
  skipped: () => new TaskSample({}, { ...TWO_LIVE, failed: 1 }),
};

/** Every pair that the table has, with what it leads to here; all other pairs are refused. */
const ROWS: readonly (readonly [TaskStatus, TaskEvent["kind"], TaskStatus])[] = [
  ["blocked", "dependencies_changed", "pending"],
  ["blocked", "cancel_requested", "cancelled"],
  ["blocked", "expired", "failed"],
  ["scheduled", "due", "pending"],
  ["scheduled", "cancel_requested", "cancelled"],
  ["scheduled", "expired", "failed"],
  ["pending", "claimed", "running"],
  ["pending", "cancel_requested", "cancelled"],
  ["pending", "expired", "failed"],
  ["running", "completed", "completed"],
  ["running", "threw", "scheduled"],
  ["running", "timed_out", "scheduled"],
  ["running", "given_back", "pending"],
  ["running", "crashed", "pending"],
  ["running", "cancel_requested", "running"],
  ["running", "cancelled", "cancelled"],
  ["failed", "retried", "pending"],
  ["cancelled", "retried", "pending"],
  ["failed", "discarded", "failed"],
  ["skipped", "revived", "blocked"],
];

for (const [status, make] of Object.entries(SAMPLES)) {
  Deno.test(`task_state sample of ${status} is ${status}`, () => {
    assert.equal(make().state.status, status);
  });
}

for (const [from, kind, to] of ROWS) {
  Deno.test(`task_state takes a ${from} task at ${kind} to ${to}`, () => {
    const sample = SAMPLES[from]();
    assert.ok(canApply(sample.state, EVENTS[kind]));
    assert.equal(sample.apply(kind).status, to);
  });
}

Deno.test("task_state refuses every pair that the table does not have, and names it", () => {
  for (const status of TASK_STATUSES) {
    for (const event of Object.values(EVENTS)) {
      if (ROWS.some(([from, kind]) => from === status && kind === event.kind)) continue;
      const sample = SAMPLES[status]();
      assert.ok(!canApply(sample.state, event), `${event.kind} while ${status}`);
      assert.throws(() => sample.apply(event), {
        name: IllegalTransitionError.name,
        message: `Cannot apply ${event.kind} to task "a" in status ${status}: is not in the table`,
      });
    }
  }
});

Deno.test("task_state isEnded is true for what a task does not leave by itself", () => {
  assert.deepEqual(TASK_STATUSES.filter(isEnded), ["completed", "failed", "cancelled", "skipped"]);
});

Deno.test("task_state submitted with open dependencies is blocked, even when its time is to come", () => {
  const state = initialState({ ...SPEC, runAt: 9_000 }, TWO_LIVE, 1_000);
  assert.deepEqual([state.status, state.dueAt, state.readyOrder], ["blocked", null, null]);
});

Deno.test("task_state submitted for later is scheduled", () => {
  const state = initialState({ ...SPEC, runAt: 9_000 }, NO_DEPENDENCIES, 1_000);
  assert.deepEqual([state.status, state.dueAt], ["scheduled", 9_000]);
});

Deno.test("task_state submitted with a time that has passed is pending", () => {
  const state = initialState({ ...SPEC, runAt: 1_000 }, NO_DEPENDENCIES, 1_000);
  assert.deepEqual([state.status, state.dueAt, state.readyAt], ["pending", null, 1_000]);
});

Deno.test("task_state submitted on ended dependencies is decided at once", () => {
  const met = initialState(SPEC, { ...TWO_LIVE, succeeded: 2 }, 1_000);
  assert.equal(met.status, "pending");
  const unmet = initialState(SPEC, { ...TWO_LIVE, skipped: 1 }, 1_000);
  assert.deepEqual([unmet.status, unmet.reason, unmet.finishedAt], [
    "skipped",
    "upstream_skipped",
    1_000,
  ]);
});

Deno.test("task_state blocked keeps the new counts while its rule is open", () => {
  const counts = { ...TWO_LIVE, succeeded: 1 };
  const state = SAMPLES.blocked().apply({ kind: "dependencies_changed", counts });
  assert.deepEqual([state.status, state.counts], ["blocked", counts]);
});

Deno.test("task_state blocked waits for runAt after its dependencies", () => {
  const state = new TaskSample({ runAt: 9_000 }, TWO_LIVE).apply("dependencies_changed");
  assert.deepEqual([state.status, state.dueAt], ["scheduled", 9_000]);
});

Deno.test("task_state blocked is skipped when its rule can't be met", () => {
  const counts = { ...TWO_LIVE, failed: 1 };
  const state = SAMPLES.blocked().apply({ kind: "dependencies_changed", counts });
  assert.deepEqual([state.status, state.reason, state.finishedAt], [
    "skipped",
    "upstream_failed",
    1_001,
  ]);
});

Deno.test("task_state ready order puts 10 s of waiting beside a step of priority", () => {
  const orderOf = (priority: number) =>
    initialState({ ...SPEC, priority }, NO_DEPENDENCIES, 50_000).readyOrder;
  assert.deepEqual([orderOf(0), orderOf(3), orderOf(-100)], [50_000, 20_000, 1_050_000]);
});

Deno.test("task_state due late is ready as of when it was due", () => {
  const sample = SAMPLES.scheduled();
  sample.now = 20_000;
  const state = sample.apply("due");
  assert.deepEqual([state.readyAt, state.readyOrder, state.dueAt], [9_000, 9_000, null]);
});

Deno.test("task_state claimed takes the next run number and counts an attempt and a crash", () => {
  const state = SAMPLES.pending().apply("claimed");
  assert.deepEqual([state.run, state.attempt, state.crashes], [1, 1, 1]);
  assert.deepEqual([state.node, state.executor, state.incarnation], ["n", "executor-1", "i1"]);
  assert.deepEqual([state.startedAt, state.readyPool, state.finishedAt], [1_001, null, null]);
});

Deno.test("task_state claimed again shows nothing of the attempt before", () => {
  const state = SAMPLES.pending().live("claimed", "threw", "due", "claimed").state;
  assert.deepEqual([state.run, state.attempt, state.crashes], [2, 2, 1]);
  assert.deepEqual([state.error, state.reason, state.progress], [null, null, null]);
});

Deno.test("task_state completed keeps the result and the times of its code", () => {
  const { result, startedAt, finishedAt, crashes, incarnation, executor } =
    SAMPLES.completed().state;
  assert.deepEqual([result, startedAt, finishedAt], ["3", 11, 12]);
  assert.deepEqual([crashes, incarnation, executor], [0, null, "executor-1"]);
});

Deno.test("task_state cancel asks running code once, and again changes nothing", () => {
  const sample = SAMPLES.running().live("cancel_requested");
  const asked = sample.state;
  assert.deepEqual([asked.status, asked.cancelRequestedAt], ["running", 1_002]);
  assert.deepEqual(sample.apply("cancel_requested"), asked);
});

Deno.test("task_state cancel ends what has not started, and says when", () => {
  const { status, cancelRequestedAt, finishedAt, readyPool } = SAMPLES.cancelled().state;
  assert.deepEqual([status, cancelRequestedAt, finishedAt, readyPool], [
    "cancelled",
    1_001,
    1_001,
    null,
  ]);
});

Deno.test("task_state outcome of a run whose cancel was requested wins", () => {
  const state = SAMPLES.running().live("cancel_requested", "completed").state;
  assert.deepEqual([state.status, state.cancelRequestedAt], ["completed", 1_002]);
});

Deno.test("task_state expired says so as reason and error", () => {
  const { reason, error } = SAMPLES.failed().state;
  assert.equal(reason, "expired");
  assert.equal(error?.name, "ExpiredError");
});

Deno.test("task_state retried starts over but keeps its run number", () => {
  const sample = new TaskSample({ retry: { ...SPEC.retry, maxAttempts: 1 } });
  sample.live("claimed", "cancel_requested", "threw");
  assert.deepEqual([sample.state.status, sample.state.error], ["failed", BOOM]);
  const fresh = initialState(SPEC, NO_DEPENDENCIES, 1_004);
  assert.deepEqual(sample.apply("retried"), { ...fresh, run: 1 });
});

Deno.test("task_state retried waits for its dependencies, or is skipped where they forbid it", () => {
  const blocked = SAMPLES.cancelled().apply({ kind: "retried", counts: TWO_LIVE });
  assert.equal(blocked.status, "blocked");
  const counts = { ...TWO_LIVE, failed: 1 };
  const skipped = SAMPLES.cancelled().apply({ kind: "retried", counts });
  assert.deepEqual([skipped.status, skipped.reason], ["skipped", "upstream_failed"]);
});

Deno.test("task_state revived starts when its dependencies allow it by now", () => {
  const state = SAMPLES.skipped().apply({ kind: "revived", counts: { ...TWO_LIVE, succeeded: 2 } });
  assert.deepEqual([state.status, state.reason, state.finishedAt], ["pending", null, null]);
});

Deno.test("task_state revived stays as it was skipped while a cause is left", () => {
  const sample = SAMPLES.skipped();
  const before = sample.state;
  const counts = { ...TWO_LIVE, skipped: 1 };
  assert.deepEqual(sample.apply({ kind: "revived", counts }), { ...before, counts });
});

Deno.test("task_state transition gives the state alone, without what the task carries", () => {
  const { state } = SAMPLES.pending();
  const by = { now: 2_000, random: () => 0 };
  const next = transition({ ...SPEC, ...state }, EVENTS.claimed, by);
  assert.deepEqual(Object.keys(next).sort(), Object.keys(state).sort());
});

Deno.test("task_state keeps when a task was discarded first, until it is retried", () => {
  const sample = SAMPLES.failed();
  const { discardedAt, finishedAt, reason } = sample.apply("discarded");
  assert.equal(discardedAt, sample.now);
  assert.deepEqual([finishedAt, reason], [discardedAt - 1, "expired"]);
  assert.equal(sample.apply("discarded").discardedAt, discardedAt);
  assert.equal(sample.apply("retried").discardedAt, null);
});
