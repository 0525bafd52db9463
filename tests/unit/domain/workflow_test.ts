import assert from "node:assert/strict";
import { TASK_STATUSES } from "../../../actors/domain/task.ts";
import { isEnded } from "../../../actors/domain/task_state.ts";
import { workflowStatus } from "../../../actors/domain/workflow.ts";

const LIVE = TASK_STATUSES.filter((status) => !isEnded(status));

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
