import assert from "node:assert/strict";
import { NodeReports } from "../../../actors/cluster/node_reports.ts";
import { encodeReport } from "../../../actors/cluster/report_text.ts";
import { memberRecord } from "./cluster_harness.ts";

const FINE = { notReady: [], actors: [] };
const AWAY = { notReady: ["the database is away"], actors: [] };

Deno.test("node reports say what changed, once", () => {
  const reports = new NodeReports();
  assert.equal(reports.unsaid, null, "nothing is known yet");
  reports.note(FINE);
  const said = reports.unsaid;
  assert.equal(said, encodeReport(FINE));
  reports.renewed(said, []);
  assert.equal(reports.unsaid, null);
  reports.note(FINE);
  assert.equal(reports.unsaid, null);
  reports.note(AWAY);
  assert.equal(reports.unsaid, encodeReport(AWAY));
});

Deno.test("node reports are said again when it is not known whether they arrived", () => {
  const reports = new NodeReports();
  reports.note(FINE);
  reports.renewed(reports.unsaid, []);
  reports.note(AWAY);
  reports.failed();
  // What may have arrived is not what is true now.
  reports.note(FINE);
  assert.equal(reports.unsaid, encodeReport(FINE));
});

Deno.test("node reports keep what the others said until they say something else, or go", () => {
  const reports = new NodeReports();
  const b = memberRecord("b", { reportRevision: 1, report: encodeReport(FINE) });
  reports.renewed(null, [b]);
  reports.renewed(null, [{ ...b, report: null }]);
  assert.deepEqual(reports.of("b"), FINE);
  assert.deepEqual(reports.known, [{ node: "b", revision: 1 }]);
  reports.renewed(null, [{ ...b, reportRevision: 2, report: encodeReport(AWAY) }]);
  assert.deepEqual(reports.of("b"), AWAY);
  reports.renewed(null, [{ ...b, reportRevision: 3, report: "of a later version" }]);
  assert.equal(reports.of("b"), null);
  reports.renewed(null, []);
  assert.deepEqual(reports.known, []);
});
