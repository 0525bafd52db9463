/** The JSON of how much came, began and ended. */
import type { TaskStatusJson } from "./task_json.ts";

/** Statuses in which a task has ended. */
export type EndedStatusJson = Extract<
  TaskStatusJson,
  "completed" | "failed" | "cancelled" | "skipped"
>;

/** A span up to now. */
export type TrafficWindowJson = "5m" | "1h" | "24h";

/** Milliseconds below which that share of the times lies, to a factor of two at worst. */
export interface PercentilesJson {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** All that happened in a span, over all nodes that share the database. */
export interface TrafficJson {
  readonly submitted: number;
  /** Runs that began. */
  readonly started: number;
  readonly finished: Readonly<Record<EndedStatusJson, number>>;
  readonly submittedPerSecond: number;
  readonly startedPerSecond: number;
  readonly finishedPerSecond: number;
  /** Completed ones of the completed and failed; null where there were none. */
  readonly successRate: number | null;
  /** How long runs were ready before they began; null where none began. */
  readonly waitMs: PercentilesJson | null;
  /** How long code took; null where none ended. */
  readonly runMs: PercentilesJson | null;
}

/** A span in steps. */
export interface HistoryJson {
  readonly window: TrafficWindowJson;
  /** How long a point stands for. */
  readonly stepMs: number;
  readonly total: TrafficJson;
  /** The oldest first; the last one goes on. */
  readonly points: readonly HistoryPointJson[];
}

/** One step of a span. */
export interface HistoryPointJson {
  /** Where it begins. */
  readonly at: string;
  readonly submittedPerSecond: number;
  readonly startedPerSecond: number;
  readonly finishedPerSecond: Readonly<Record<EndedStatusJson, number>>;
  readonly waitMs: PercentilesJson | null;
  readonly runMs: PercentilesJson | null;
}
