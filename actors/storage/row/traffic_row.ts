/** Traffic as a row: the same columns in either database. */
import { ENDED_STATUSES } from "../../domain/task.ts";
import { noTraffic, TRAFFIC, type Traffic, TRAFFIC_BUCKETS } from "../../domain/traffic.ts";
import { integer, type Row } from "./column.ts";

const bucketColumns = (name: string) =>
  Array.from({ length: TRAFFIC_BUCKETS }, (_, bucket) => `${name}_${bucket}`);

/** What is counted, in the order of the columns. */
export const TRAFFIC_COLUMNS: readonly string[] = [
  "submitted",
  "started",
  ...ENDED_STATUSES,
  ...bucketColumns("wait"),
  ...bucketColumns("run"),
];

/** Adds the row that could not be inserted to the one that is there. */
export const ADD_TO_TRAFFIC = "DO UPDATE SET " +
  TRAFFIC_COLUMNS.map((column) => `${column} = t.${column} + excluded.${column}`).join(", ");

const WAITS = 2 + ENDED_STATUSES.length;
const RUNS = WAITS + TRAFFIC_BUCKETS;

/** How many periods make a folded one. */
export const FOLD_PERIODS = TRAFFIC.foldedMs / TRAFFIC.periodMs;

/** The period of a time. */
export function periodOf(at: number): number {
  return Math.floor(at / TRAFFIC.periodMs);
}

/** The counts in the order of the columns. */
export function trafficCounts({ submitted, started, finished, waits, runs }: Traffic): number[] {
  return [
    submitted,
    started,
    ...ENDED_STATUSES.map((status) => finished[status]),
    ...waits,
    ...runs,
  ];
}

/** Traffic of counts in the order of the columns. */
export function decodeTraffic(counts: Row): Traffic {
  const numbers = counts.map(integer);
  const finished = { ...noTraffic().finished };
  for (const [index, status] of ENDED_STATUSES.entries()) {
    finished[status] = numbers[2 + index] ?? 0;
  }
  return {
    submitted: numbers[0] ?? 0,
    started: numbers[1] ?? 0,
    finished,
    waits: numbers.slice(WAITS, RUNS),
    runs: numbers.slice(RUNS),
  };
}
