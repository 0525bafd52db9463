/**
 * Measures dtask on this machine, load generator included, beside a bare Hono on the same Deno; or how it
 * drains over PostgreSQL, or how the dashboard does beside a large store.
 *
 *     deno task bench [--quick] [--json] [--database-url URL|embedded | --dashboard]
 */
import { parseArgs } from "node:util";
import type { LoadResult } from "../support/load.ts";
import { benchClaims, type ClaimBench } from "./claim_bench.ts";
import {
  benchDashboard,
  type DashboardBenchPlan,
  formatDashboardBench,
} from "./dashboard_bench.ts";
import { benchDrain, type DrainBench } from "./drain_bench.ts";
import { benchGrpc, formatGrpc, type GrpcBench } from "./grpc_bench.ts";
import { benchLateness, type LatenessBench } from "./lateness_bench.ts";
import { benchLatency, type LatencyBench } from "./latency_bench.ts";
import { benchPostgres, formatPostgresBench, type PostgresBenchOptions } from "./postgres_bench.ts";
import { benchRetention, type RetentionBench } from "./retention_bench.ts";
import { benchSubmissions, type SubmissionBench } from "./submission_bench.ts";

/** All that one run measured. */
export interface BenchReport {
  readonly deno: string;
  readonly cores: number;
  readonly submissions: SubmissionBench;
  readonly grpc: GrpcBench;
  readonly drain: DrainBench;
  readonly latency: LatencyBench;
  readonly lateness: LatenessBench;
  readonly retention: RetentionBench;
  readonly claims: ClaimBench;
}

/** Runs all of it; `quick` is a smoke test whose numbers say little. */
export async function runBench(quick: boolean): Promise<BenchReport> {
  return {
    deno: Deno.version.deno,
    cores: navigator.hardwareConcurrency,
    submissions: await benchSubmissions(quick ? 500 : 8_000),
    grpc: await benchGrpc(quick ? 300 : 5_000),
    drain: await benchDrain(quick ? 2_000 : 20_000),
    latency: await benchLatency(quick ? 500 : 10_000),
    lateness: await benchLateness(
      quick
        ? { waiting: 1_000, due: 50, herd: 1_000 }
        : { waiting: 100_000, due: 500, herd: 100_000 },
    ),
    retention: await benchRetention(
      quick
        ? { pairs: 1, warmUpMs: 1_500, sliceMs: 500, slices: 1 }
        : { pairs: 3, warmUpMs: 3_000, sliceMs: 1_500, slices: 10 },
    ),
    claims: await benchClaims(
      quick ? { tasks: 64_000, keys: 100 } : { tasks: 1_000_000, keys: 10_000 },
    ),
  };
}

/** The report as a small table. */
export function formatReport(report: BenchReport): string {
  const { deno, cores, submissions, grpc, drain, latency, lateness, retention, claims } = report;
  const { echo } = submissions;
  const { herd } = lateness;
  const row = (name: string, load: LoadResult) =>
    [
      name.padEnd(28),
      load.perSecond.toFixed(0).padStart(8),
      `${load.p50Ms.toFixed(1)} ms`.padStart(9),
      `${load.p99Ms.toFixed(1)} ms`.padStart(9),
      String(load.errors).padStart(7),
      (load.perSecond / echo.perSecond).toFixed(2).padStart(10),
      (load.p99Ms / echo.p99Ms).toFixed(1).padStart(9),
    ].join("");
  return [
    `Deno ${deno}, ${cores} cores; 50 connections; everything on this machine`,
    "",
    "POST /api/tasks                    req/s      p50      p99 errors  × echo/s × echo p99",
    row("bare Hono echo", echo),
    row("dtask, queue paused", submissions.paused),
    row("dtask, queue running", submissions.running),
    "",
    formatGrpc(grpc),
    "",
    `drain: ${drain.tasks} noop tasks in ${drain.seconds.toFixed(2)} s, ` +
    `${drain.perSecond.toFixed(0)} tasks/s`,
    `submit to result at ${latency.perSecond} tasks/s: ` +
    `p50 ${latency.p50Ms.toFixed(1)} ms, p99 ${latency.p99Ms.toFixed(1)} ms`,
    `start after runAt, ${lateness.due} tasks beside ${lateness.waiting} waiting: ` +
    `p50 ${lateness.p50Ms} ms, p99 ${lateness.p99Ms} ms`,
    `${herd.tasks} due at once: ready in ${
      herd.seconds.toFixed(2)
    } s; POST /api/tasks meanwhile: ` +
    `p50 ${herd.submitP50Ms.toFixed(1)} ms, p99 ${herd.submitP99Ms.toFixed(1)} ms`,
    formatRetention(retention),
    formatClaims(claims),
  ].join("\n");
}

function formatClaims({ tasks, keys, sizes }: ClaimBench): string {
  const ratios = sizes.map(({ runs, ratio }) => `${ratio.toFixed(2)} × for ${runs}`).join(", ");
  return `claim beside ${tasks} ready tasks of ${keys} keys, against a thousandth of them: ` +
    `${ratios} at a time`;
}

function formatRetention(bench: RetentionBench): string {
  const { keepingPerSecond, removingPerSecond, removedPerSecond, lossPercent, pairs } = bench;
  const extra = bench.extraTimePercent;
  return `full load: ${keepingPerSecond.toFixed(0)} tasks/s without retention, ` +
    `${removingPerSecond.toFixed(0)} beside it removing ${removedPerSecond.toFixed(0)} tasks/s; ` +
    `median loss of ${pairs} pairs of nodes ${lossPercent.toFixed(1)} %` +
    (extra === null ? "" : `, processor time a task ${extra < 0 ? "" : "+"}${extra.toFixed(1)} %`);
}

/** What is asked of PostgreSQL. */
function postgresSizes(quick: boolean): Omit<PostgresBenchOptions, "databaseUrl"> {
  return quick
    ? { tasks: 1_000, rounds: 1, history: { finished: 5_000, waiting: 1_000 } }
    : { tasks: 40_000, rounds: 3, history: { finished: 3_000_000, waiting: 200_000 } };
}

/** What is asked of the dashboard. */
function dashboardPlan(quick: boolean): DashboardBenchPlan {
  return quick
    ? { tasks: 5_000, visits: 1, viewers: 2, slices: 4, sliceMs: 500 }
    : { tasks: 1_000_000, visits: 3, viewers: 10, slices: 24, sliceMs: 2_500 };
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      "database-url": { type: "string" },
      dashboard: { type: "boolean", default: false },
    },
  });
  const { quick, json, dashboard, "database-url": databaseUrl } = values;
  if (dashboard) {
    const report = await benchDashboard(dashboardPlan(quick));
    console.log(json ? JSON.stringify(report) : formatDashboardBench(report));
  } else if (databaseUrl === undefined) {
    const report = await runBench(quick);
    console.log(json ? JSON.stringify(report) : formatReport(report));
  } else {
    const report = await benchPostgres({ databaseUrl, ...postgresSizes(quick) });
    console.log(json ? JSON.stringify(report) : formatPostgresBench(report));
  }
}
