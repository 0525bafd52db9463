/** Traffic by stretches of time; each node counts in its slot. */
import { TRAFFIC, type Traffic, type TrafficAt, type TrafficSpan } from "../../domain/traffic.ts";
import type { TrafficWriter } from "../port/traffic.ts";
import { integer } from "../row/column.ts";
import {
  ADD_TO_TRAFFIC,
  decodeTraffic,
  FOLD_PERIODS,
  periodOf,
  TRAFFIC_COLUMNS,
  trafficCounts,
} from "../row/traffic_row.ts";
import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

const COLUMNS = TRAFFIC_COLUMNS.join(", ");
const SUMS = TRAFFIC_COLUMNS.map((column) => `sum(${column})::bigint`).join(", ");

/** One array instead of a parameter each: this is a statement of every commit. */
const COUNT = `INSERT INTO traffic AS t (period, slot, ${COLUMNS}) SELECT $1, $2, ` +
  TRAFFIC_COLUMNS.map((_, index) => `c.counts[${index + 1}]`).join(", ") +
  ` FROM (SELECT $3::bigint[] AS counts) c ON CONFLICT (period, slot) ${ADD_TO_TRAFFIC}`;

/**
 * Whoever comes to it folds and drops rows of any slot into its own, of those that nobody else is at: the
 * slots of nodes that are gone have nobody to do it.
 */
const rowsBefore = (condition: string) =>
  "(SELECT f.period, f.slot FROM traffic f WHERE f.period < $1 " +
  `${condition} ORDER BY f.period, f.slot FOR UPDATE SKIP LOCKED)`;
const FOLD =
  `WITH gone AS (DELETE FROM traffic g USING ${
    rowsBefore(`AND f.period % ${FOLD_PERIODS} <> 0`)
  } o WHERE g.period = o.period AND g.slot = o.slot RETURNING g.*) ` +
  `INSERT INTO traffic AS t (period, slot, ${COLUMNS}) ` +
  `SELECT period / ${FOLD_PERIODS} * ${FOLD_PERIODS}, $2, ${SUMS} FROM gone GROUP BY 1 ` +
  `ON CONFLICT (period, slot) ${ADD_TO_TRAFFIC}`;
const DROP = `DELETE FROM traffic g USING ${rowsBefore("")} o ` +
  "WHERE g.period = o.period AND g.slot = o.slot";

const READ = `SELECT (period - $1) / $3, ${SUMS} FROM traffic ` +
  "WHERE period >= $1 AND period < $2 GROUP BY 1 ORDER BY 1";

/** See `TrafficWriter.countTraffic`. */
export function countTraffic(
  { connection, counters }: Transaction,
  at: number,
  traffic: Traffic,
): Promise<void> {
  const counts = trafficCounts(traffic);
  counters.along(() => connection.run(COUNT, periodOf(at), counters.slot, counts));
  return Promise.resolve();
}

/** See `TrafficWriter.foldTraffic`. */
export async function foldTraffic(
  { connection, counters }: Transaction,
  { from, until }: Parameters<TrafficWriter["foldTraffic"]>[0],
): Promise<void> {
  await Promise.all([
    connection.run(DROP, periodOf(from)),
    connection.run(FOLD, periodOf(until), counters.slot),
  ]);
}

/** See `TrafficReader.readTraffic`. */
export async function readTraffic(
  connection: Connection,
  { from, until, stepMs }: TrafficSpan,
): Promise<readonly TrafficAt[]> {
  const steps = stepMs / TRAFFIC.periodMs;
  const rows = await connection.rows(READ, periodOf(from), periodOf(until), steps);
  return rows.map(([step, ...counts]) => ({
    at: from + integer(step) * stepMs,
    traffic: decodeTraffic(counts),
  }));
}
