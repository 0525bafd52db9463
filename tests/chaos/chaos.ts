/**
 * Three nodes over one PostgreSQL under load, while one thing after the other fails. Says how long work
 * stood still each time and what rules were broken.
 *
 *     deno task chaos [--seed N] [--fault NAME] [--times N] [--per-second N] [--quiet-s N]
 */
import { parseArgs } from "node:util";
import { FAULT_NAMES, type FaultName, type FaultPace, strikeAll } from "./faults.ts";
import { renderReport } from "./report.ts";
import { runRound } from "./round.ts";

/** Twice the lease and more, so that what was struck is reclaimed before it is back. */
const PACE: FaultPace = { downMs: 45_000, stopMs: 60_000, cutMs: 45_000, calmMs: 15_000 };

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    fault: { type: "string", multiple: true, default: [...FAULT_NAMES] },
    times: { type: "string", default: "2" },
    "per-second": { type: "string", default: "200" },
    "quiet-s": { type: "string", default: "180" },
  },
});

const unknown = values.fault.filter((name) => !isFault(name));
if (unknown.length > 0) {
  console.error(`There is no fault ${unknown.join(", ")}: take ${FAULT_NAMES.join(", ")}`);
  Deno.exit(2);
}
const round = values.fault.filter(isFault);
const faults = Array.from({ length: Number(values.times) }, () => round).flat();
const startedAt = performance.now();
console.log(`chaos with --seed ${values.seed}`);
const options = {
  seed: Number(values.seed),
  nodes: 3,
  perSecond: Number(values["per-second"]),
  pace: PACE,
  quietMs: Number(values["quiet-s"]) * 1_000,
  log: (line: string) =>
    console.log(`${Math.round((performance.now() - startedAt) / 1_000)} s: ${line}`),
};
const result = await runRound(options, (scene, log) => strikeAll(scene, faults, log));
console.log(renderReport(result));
if (result.violations.length > 0) Deno.exit(1);

function isFault(name: string): name is FaultName {
  return (FAULT_NAMES as readonly string[]).includes(name);
}
