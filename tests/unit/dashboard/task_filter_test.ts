import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  ALL_TASKS,
  apiFilter,
  apiQuery,
  readTaskFilter,
  TASK_STATUSES,
  type TaskFilter,
  writeTaskFilter,
} from "../../../api/dashboard/pages/tasks/task_filter.ts";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");

Deno.test("task_filter stands in the address so that people can read it", () => {
  const filter: TaskFilter = {
    ...ALL_TASKS,
    status: ["cancelled", "failed"],
    method: "mail.send",
    label: "team:web",
    since: "24h",
  };
  assert.equal(
    writeTaskFilter(filter),
    "status=failed,cancelled&method=mail.send&label=team:web&since=24h",
  );
  assert.equal(writeTaskFilter(ALL_TASKS), "");
});

Deno.test("task_filter reads back what it wrote", () => {
  const text = fc.string({ maxLength: 20 }).map((text) => text.trim());
  const filters = fc.record({
    status: fc.subarray([...TASK_STATUSES]),
    ...{ queue: text, method: text, workflowId: text, q: text },
    label: fc.oneof(fc.constant(""), text.map((text) => `k:${text}`)),
    since: fc.constantFrom("", "15m", "2h", "2026-11-22T10:00:00.000Z"),
    until: fc.constantFrom("", "7d"),
  }, { noNullPrototype: true });
  fc.assert(fc.property(filters, (filter) => {
    assert.deepEqual(readTaskFilter(writeTaskFilter(filter)), filter);
  }));
});

Deno.test("task_filter passes over what makes no sense", () => {
  const search = "status=failed,done&status=running&label=team&since=yesterday&until=1w&other=1";
  assert.deepEqual(readTaskFilter(search), { ...ALL_TASKS, status: ["running", "failed"] });
});

Deno.test("task_filter is put to the API with points in time", () => {
  const filter = readTaskFilter(
    "status=failed,running&q=a&since=2h&until=2026-11-22T11:30:00%2B01:00",
  );
  const said = {
    status: "running,failed",
    q: "a",
    since: "2026-11-22T10:00:00.000Z",
    until: "2026-11-22T10:30:00.000Z",
  };
  assert.deepEqual(apiFilter(filter, NOW), said);
  assert.deepEqual(apiQuery(filter, NOW), {
    ...{ queue: "", method: "", workflowId: "", label: "" },
    ...said,
  });
  assert.deepEqual(apiFilter(ALL_TASKS, NOW), {});
});
