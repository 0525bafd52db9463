/** How much came, began and ended: spans of time, and what is answered of them. */
import { z } from "zod";
import { ENDED_STATUSES } from "../../actors/domain/task.ts";
import { instant } from "./text.ts";

const count = z.int().min(0);
const rate = z.number().min(0);
const ended = z.enum(ENDED_STATUSES);

/** The spans that are shown. */
export const TRAFFIC_WINDOWS = ["5m", "1h", "24h"] as const;

/** One of them. */
export type TrafficWindow = typeof TRAFFIC_WINDOWS[number];

const window = z.enum(TRAFFIC_WINDOWS);

/** What `GET /api/stats/history` takes. */
export const historyQuery = z.strictObject({
  window: window.default("1h").meta({ description: "How far back." }),
});

const percentiles = z.strictObject({ p50: rate, p95: rate, p99: rate }).nullable().meta({
  id: "Percentiles",
  description:
    "Milliseconds below which that share of the times lies, to a factor of two at worst; " +
    "null where there were none.",
});
const waitMs = percentiles.describe("How long runs were ready before they began");
const runMs = percentiles.describe("How long code took");

/** All that happened in a span, over all nodes that share the database. */
export const trafficAnswer = z.strictObject({
  submitted: count,
  started: count.describe("Runs that began"),
  finished: z.record(ended, count),
  submittedPerSecond: rate,
  startedPerSecond: rate,
  finishedPerSecond: rate,
  successRate: rate.max(1).nullable()
    .describe("Completed ones of the completed and failed; null where there were none"),
  waitMs,
  runMs,
}).meta({ id: "Traffic" });

/** The spans by name. */
export const trafficWindowsAnswer = z.record(window, trafficAnswer);

/** A span in steps. */
export const historyAnswer = z.strictObject({
  window,
  stepMs: count.describe("How long a point stands for"),
  total: trafficAnswer,
  points: z.array(z.strictObject({
    at: instant.describe("Where it begins"),
    submittedPerSecond: rate,
    startedPerSecond: rate,
    finishedPerSecond: z.record(ended, rate),
    waitMs,
    runMs,
  })).describe("The oldest first; the last one goes on"),
}).meta({ id: "TrafficHistory" });

/** All that happened in a span as JSON. */
export type TrafficView = z.infer<typeof trafficAnswer>;
/** The spans by name as JSON. */
export type TrafficWindowsView = z.infer<typeof trafficWindowsAnswer>;
/** A span in steps as JSON. */
export type HistoryView = z.infer<typeof historyAnswer>;
