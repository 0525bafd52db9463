import assert from "node:assert/strict";
import type { TaskState } from "../../../actors/domain/task.ts";
import { BOOM, EVENTS, SPEC, TaskSample } from "./task_sample.ts";

const running = () => new TaskSample().live("claimed");
const onLastAttempt = () =>
  new TaskSample({ retry: { ...SPEC.retry, maxAttempts: 1 } }).live("claimed");
const end = ({ status, reason }: TaskState) => `${status} ${reason}`;

Deno.test("run_end threw with attempts left waits for the backoff", () => {
  const sample = running().live("threw");
  assert.deepEqual([sample.state.status, sample.state.dueAt], ["scheduled", 1_002 + 1_000]);
  assert.deepEqual([sample.state.error, sample.state.attempt, sample.state.crashes], [BOOM, 1, 0]);
  sample.live("due", "claimed", "threw");
  assert.equal(sample.state.dueAt, sample.now + 2_000, "the second delay is longer");
});

Deno.test("run_end threw waits as long as task code asked for", () => {
  const state = running().apply({ ...EVENTS.threw, retryAfterMs: 77 });
  assert.equal(state.dueAt, 1_002 + 77);
});

Deno.test("run_end threw on the last attempt fails the task", () => {
  const state = onLastAttempt().apply("threw");
  assert.equal(end(state), "failed attempts_exhausted");
  assert.deepEqual([state.error, state.crashes, state.finishedAt], [BOOM, 0, 12]);
});

Deno.test("run_end threw without the wish to be retried fails the task", () => {
  const state = running().apply({ ...EVENTS.threw, retryable: false, retryAfterMs: 5 });
  assert.equal(end(state), "failed non_retryable");
});

Deno.test("run_end invalid input fails the task whatever else it says", () => {
  const state = running().apply({ ...EVENTS.threw, invalidInput: true });
  assert.equal(end(state), "failed invalid_input");
});

Deno.test("run_end threw after a cancel is cancelled instead of retried", () => {
  const state = running().live("cancel_requested", "threw").state;
  assert.equal(end(state), "cancelled null");
  assert.equal(
    end(onLastAttempt().live("cancel_requested", "threw").state),
    "failed attempts_exhausted",
  );
});

Deno.test("run_end timed out is charged and retried, then fails as timeout", () => {
  const state = running().apply("timed_out");
  assert.deepEqual([state.status, state.attempt, state.error], ["scheduled", 1, BOOM]);
  assert.equal(end(onLastAttempt().apply("timed_out")), "failed timeout");
  assert.equal(end(running().live("cancel_requested", "timed_out").state), "cancelled null");
});

Deno.test("run_end given back is uncharged and takes its old place", () => {
  const sample = new TaskSample({ priority: 1 });
  const before = sample.state;
  const state = sample.live("claimed", "given_back").state;
  assert.deepEqual(state, { ...before, run: 1, reason: "drain" });
});

Deno.test("run_end given back because of a neighbour may have to run alone next", () => {
  const sample = new TaskSample({ pool: 'blocking+net=["a"]' }).live("claimed");
  sample.apply({ kind: "given_back", reason: "neighbour", alone: true });
  assert.deepEqual([sample.state.alone, sample.state.readyPool], [true, 'alone+net=["a"]']);
  sample.live("claimed", "given_back");
  assert.equal(sample.state.alone, true, "once alone, always alone until it is retried");
});

Deno.test("run_end given back after a cancel is cancelled", () => {
  const state = running().live("cancel_requested", "given_back").state;
  assert.deepEqual([end(state), state.attempt, state.crashes], ["cancelled null", 0, 0]);
});

Deno.test("run_end crashed is uncharged but stays counted", () => {
  const state = running().apply("crashed");
  assert.equal(end(state), "pending crash");
  assert.deepEqual([state.attempt, state.crashes, state.readyPool], [0, 1, "async"]);
});

Deno.test("run_end crashed twice makes a suspect, and once more alone a dead letter", () => {
  const sample = running().live("crashed", "claimed", "crashed");
  assert.deepEqual([end(sample.state), sample.state.readyPool], ["pending crash", "alone"]);
  sample.live("claimed", "crashed");
  assert.equal(end(sample.state), "failed poison");
  assert.deepEqual([sample.state.crashes, sample.state.attempt], [3, 0]);
  assert.match(sample.state.error?.message ?? "", /ended 3 times while this task was running/);
});

Deno.test("run_end crashed after a cancel is cancelled, be it ever so poisonous", () => {
  const sample = running().live("crashed", "claimed", "crashed", "claimed");
  assert.equal(end(sample.live("cancel_requested", "crashed").state), "cancelled null");
});

Deno.test("run_end recorded between crashes takes only its own claim off", () => {
  const sample = running().live("crashed", "claimed", "threw");
  assert.deepEqual([sample.state.attempt, sample.state.crashes], [1, 1]);
});

Deno.test("run_end cancelled keeps the times of its code", () => {
  const state = running().live("cancel_requested", "cancelled").state;
  assert.deepEqual([end(state), state.startedAt, state.finishedAt], ["cancelled null", 11, 12]);
});
