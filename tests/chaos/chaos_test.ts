import assert from "node:assert/strict";
import { announceSeed } from "../support/random.ts";
import { type FaultName, type FaultPace, strikeAll } from "./faults.ts";
import { renderReport } from "./report.ts";
import { runRound } from "./round.ts";

/** What costs a lease comes first, so that its end is not waited for in the end. */
const FAULTS: readonly FaultName[] = [
  "kill_leader",
  "kill_node",
  "cut_node",
  "stop_leader",
  "terminate_connections",
  "restart_database",
  "vacuum_full",
];
/** Shorter than a lease. */
const PACE: FaultPace = { downMs: 4_000, stopMs: 5_000, cutMs: 8_000, calmMs: 3_000 };

Deno.test("chaos: three nodes over one PostgreSQL keep every rule, whatever fails", async () => {
  const result = await runRound({
    seed: announceSeed("chaos of a cluster"),
    nodes: 3,
    perSecond: 40,
    pace: PACE,
    quietMs: 240_000,
    log: (line) => console.log(line),
  }, (scene, log) => strikeAll(scene, FAULTS, log));
  console.log(renderReport(result));
  assert.deepEqual(result.violations, []);
  assert.ok(result.accepted > 0);
});
