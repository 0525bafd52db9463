import assert from "node:assert/strict";
import { type NotedTask, taskNote } from "../../../api/dashboard/pages/tasks/task_note.ts";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");
const ERROR = { name: "Error", message: "no connection\nat line 1", stack: null };

function note(more: Partial<NotedTask>): string {
  return taskNote({
    ...{ status: "pending", error: null, progress: null, cancelRequestedAt: null, runAt: null },
    ...{ deps: [], reason: null, attempt: 1, maxAttempts: 5 },
    ...more,
  }, NOW);
}

Deno.test("task_note says why a task failed, in one line", () => {
  assert.equal(note({ status: "failed", error: ERROR }), "no connection");
  assert.equal(note({ status: "failed" }), "");
  assert.equal(note({ status: "pending", error: ERROR }), "again after: no connection");
});

Deno.test("task_note says how far running code is, and that it was told to stop", () => {
  const progress = { fraction: 0.255, note: "width 320" };
  assert.equal(note({ status: "running", progress }), "25.5 %, width 320");
  assert.equal(note({ status: "running", progress: { fraction: 1, note: null } }), "100 %");
  assert.equal(note({ status: "running" }), "");
  const cancelRequestedAt = "2026-11-22T11:59:00.000Z";
  assert.equal(note({ status: "running", progress, cancelRequestedAt }), "told to stop");
});

Deno.test("task_note says what a waiting task waits for", () => {
  assert.equal(note({ status: "blocked", deps: ["a", "b"] }), "waits for 2 tasks");
  const runAt = "2026-11-22T15:00:00.000Z";
  assert.equal(note({ status: "scheduled", runAt }), "due in 3 h");
  assert.equal(
    note({ status: "scheduled", runAt, error: ERROR }),
    "due in 3 h, after no connection",
  );
});
