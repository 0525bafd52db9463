import assert from "node:assert/strict";
import fc from "fast-check";
import { TASK_STATUSES } from "../../../actors/domain/task.ts";
import { isEnded } from "../../../actors/domain/task_state.ts";
import { countStatus, type StatusCounts, workflowStatus } from "../../../actors/domain/workflow.ts";

const LIVE = TASK_STATUSES.filter((status) => !isEnded(status));
const someCounts = fc.record(
  Object.fromEntries(TASK_STATUSES.map((status) => [status, fc.nat(3)])),
  { requiredKeys: [] },
);

for (const status of LIVE) {
  Deno.test(`workflow runs while a task is ${status}, whatever failed already`, () => {
    assert.equal(workflowStatus({ failed: 1, cancelled: 1, completed: 1, [status]: 1 }), "running");
  });
}

Deno.test("workflow is failed before cancelled, cancelled before completed", () => {
  assert.equal(workflowStatus({ failed: 1, cancelled: 1, completed: 1, skipped: 1 }), "failed");
  assert.equal(workflowStatus({ failed: 0, cancelled: 1, completed: 1 }), "cancelled");
  assert.equal(workflowStatus({ completed: 1, skipped: 1 }), "completed");
});

Deno.test("workflow whose tasks were all skipped is completed", () => {
  assert.equal(workflowStatus({ skipped: 2, pending: 0 }), "completed");
});

Deno.test("workflow counts follow a task from status to status", () => {
  const first = countStatus({}, null, "pending");
  const second = countStatus(first, "pending", "running");
  assert.deepEqual(second, { pending: 0, running: 1 });
  assert.equal(countStatus(second, "running", "running"), second);
});

Deno.test("workflow counts keep their total over any change", () => {
  const total = (counts: StatusCounts) =>
    TASK_STATUSES.reduce((sum, s) => sum + (counts[s] ?? 0), 0);
  const someStatus = fc.constantFrom(...TASK_STATUSES);
  fc.assert(fc.property(someCounts, someStatus, someStatus, (counts, from, to) => {
    assert.equal(total(countStatus(counts, from, to)), total(counts));
    assert.equal(total(countStatus(counts, null, to)), total(counts) + 1);
  }));
});
