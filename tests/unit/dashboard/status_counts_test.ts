import assert from "node:assert/strict";
import { statusCounts } from "../../../api/dashboard/pages/tasks/status_counts.ts";
import { ALL_TASKS } from "../../../api/dashboard/pages/tasks/task_filter.ts";

const STATS = {
  queues: [
    { name: "mail", counts: { pending: 2, failed: 1 } },
    { name: "default", counts: { pending: 3 } },
  ],
};

Deno.test("status_counts adds queues up, or takes the one of the filter", () => {
  const all = statusCounts(STATS, { ...ALL_TASKS, status: ["failed"] });
  assert.deepEqual([all?.pending, all?.failed, all?.running], [5, 1, 0]);
  assert.equal(statusCounts(STATS, { ...ALL_TASKS, queue: "mail" })?.pending, 2);
  assert.equal(statusCounts(STATS, { ...ALL_TASKS, queue: "absent" })?.pending, 0);
});

Deno.test("status_counts says nothing of what is not counted", () => {
  assert.equal(statusCounts(STATS, { ...ALL_TASKS, method: "add" }), null);
  assert.equal(statusCounts(STATS, { ...ALL_TASKS, queue: "mail", since: "1h" }), null);
  assert.equal(statusCounts(null, ALL_TASKS), null);
});
