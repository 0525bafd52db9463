import assert from "node:assert/strict";
import {
  readWorkflowFilter,
  workflowListPath,
} from "../../../api/dashboard/pages/workflows/workflow_filter.ts";

Deno.test("workflow_filter comes back from the address as it was", () => {
  for (
    const filter of [{ status: null, q: "" }, {
      status: "failed",
      q: "a&b=ü %",
    }] as const
  ) {
    const path = workflowListPath(filter);
    assert.deepEqual(
      readWorkflowFilter(new URL(path, "http://n").search),
      filter,
      path,
    );
  }
  assert.equal(workflowListPath({ status: null, q: "" }), "/workflows");
});

Deno.test("workflow_filter passes over what is no status", () => {
  assert.deepEqual(readWorkflowFilter("?status=skipped&q= m "), {
    status: null,
    q: "m",
  });
});
