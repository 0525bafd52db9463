import assert from "node:assert/strict";
import { formatReport, runBench } from "./bench.ts";

Deno.test("bench measures submissions, drain, latency, lateness and retention without an error", async () => {
  const report = await runBench(true);
  console.log(formatReport(report));
  const { echo, paused, running } = report.submissions;
  for (const load of [echo, paused, running]) {
    assert.equal(load.errors, 0, JSON.stringify(load.statuses));
    assert.ok(load.requests > 0);
  }
  const { echo: bare, unary, stream } = report.grpc;
  for (const load of [bare, unary, stream, report.grpc.running]) {
    assert.equal(load.errors, 0);
    assert.ok(load.tasks > 0);
  }
  assert.ok(report.drain.perSecond > 0);
  assert.ok(report.latency.p99Ms > 0);
  assert.ok(report.lateness.p50Ms >= 0, "no task starts before its time");
  // Not how much: on a busy machine, nothing may be due in a slice as short as this one.
  assert.ok(report.retention.removedPerSecond >= 0);
  assert.ok(report.lateness.herd.seconds > 0);
  assert.ok(report.claims.sizes.every(({ ratio }) => ratio > 0));
});
