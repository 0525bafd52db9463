/** The store's verbs for traffic: counts by stretch of time, kept for a day. */
import type { Traffic, TrafficAt, TrafficSpan } from "../../domain/traffic.ts";

/** Counting, in the transaction of what is counted. */
export interface TrafficWriter {
  /** Adds what happened at `at`. */
  countTraffic(at: number, traffic: Traffic): Promise<void>;
  /** Makes one row a minute of what was before `until`, and drops what was before `from`. */
  foldTraffic(span: { readonly from: number; readonly until: number }): Promise<void>;
}

/** Looking at what was counted. */
export interface TrafficReader {
  /** The sums of the stretches of a span in which something happened, the oldest first. */
  readTraffic(span: TrafficSpan): Promise<readonly TrafficAt[]>;
}
