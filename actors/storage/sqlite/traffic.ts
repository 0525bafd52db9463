/** Traffic by stretches of time. */
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
const SUMS = TRAFFIC_COLUMNS.map((column) => `sum(${column})`).join(", ");

const COUNT = `INSERT INTO traffic AS t (period, ${COLUMNS}) ` +
  `VALUES (?, ${TRAFFIC_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT (period) ${ADD_TO_TRAFFIC}`;

const UNFOLDED = `period < ? AND period % ${FOLD_PERIODS} <> 0`;
const FOLD = `INSERT INTO traffic AS t (period, ${COLUMNS}) ` +
  `SELECT period / ${FOLD_PERIODS} * ${FOLD_PERIODS}, ${SUMS} FROM traffic WHERE ${UNFOLDED} ` +
  `GROUP BY 1 ON CONFLICT (period) ${ADD_TO_TRAFFIC}`;

/** Numbers are bound as floating ones, which divide to the fraction. */
const READ = `SELECT CAST((period - ?1) / ?3 AS INTEGER), ${SUMS} FROM traffic ` +
  "WHERE period >= ?1 AND period < ?2 GROUP BY 1 ORDER BY 1";

/** See `TrafficWriter.countTraffic`. */
export function countTraffic({ connection }: Transaction, at: number, traffic: Traffic): void {
  connection.run(COUNT, periodOf(at), ...trafficCounts(traffic));
}

/** See `TrafficWriter.foldTraffic`. */
export function foldTraffic(
  { connection }: Transaction,
  { from, until }: Parameters<TrafficWriter["foldTraffic"]>[0],
): void {
  connection.run("DELETE FROM traffic WHERE period < ?", periodOf(from));
  connection.run(FOLD, periodOf(until));
  connection.run(`DELETE FROM traffic WHERE ${UNFOLDED}`, periodOf(until));
}

/** See `TrafficReader.readTraffic`. */
export function readTraffic(
  connection: Connection,
  { from, until, stepMs }: TrafficSpan,
): readonly TrafficAt[] {
  const steps = stepMs / TRAFFIC.periodMs;
  return connection.rows(READ, periodOf(from), periodOf(until), steps).map(([step, ...counts]) => ({
    at: from + integer(step) * stepMs,
    traffic: decodeTraffic(counts),
  }));
}
