import assert from "node:assert/strict";
import { ConditionReports } from "../../../actors/supervisor/condition_reports.ts";

Deno.test("condition reports say why the store takes no writes, until it does", () => {
  const reports = new ConditionReports();
  reports.take({ kind: "StoreUnhealthy", cause: "disk full" });
  assert.equal(reports.storeError, "disk full");
  reports.take({ kind: "StoreHealthy" });
  assert.equal(reports.storeError, null);
});

Deno.test("condition reports forget what a scheduler said of the store when another one has begun", () => {
  const reports = new ConditionReports();
  reports.take({ kind: "StoreUnhealthy", cause: "away" });
  reports.schedulerBegan();
  assert.equal(reports.storeError, null);
});
