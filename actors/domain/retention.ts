/** How long ended work is kept, and how much of a node's time its removal may take. */
import type { EndedStatus } from "./task.ts";

/** By status, ms from the end on; null keeps for ever. */
export interface RetentionPolicy {
  readonly completedMs: number | null;
  readonly cancelledMs: number | null;
  readonly skippedMs: number | null;
  readonly failedMs: number | null;
}

const DAY_MS = 86_400_000;

/** What a node keeps to unless told otherwise. */
export const DEFAULT_RETENTION: RetentionPolicy = {
  completedMs: 7 * DAY_MS,
  cancelledMs: 7 * DAY_MS,
  skippedMs: 7 * DAY_MS,
  failedMs: 30 * DAY_MS,
};

/** The policy by which nothing is ever removed. */
export const KEEP_ALL: RetentionPolicy = {
  completedMs: null,
  cancelledMs: null,
  skippedMs: null,
  failedMs: null,
};

/** What goes at a time: a task that belongs to no workflow, or a workflow with all its tasks. */
export type EndedKind = "task" | "workflow";

/** One kind of ended work with the time that it is kept. */
export interface RetentionRule {
  readonly kind: EndedKind;
  readonly status: EndedStatus;
  readonly keepMs: number;
}

/** The policy as rules, without those that keep for ever. A workflow goes by its own status. */
export function retentionRules(policy: RetentionPolicy): readonly RetentionRule[] {
  const { completedMs, cancelledMs, skippedMs, failedMs } = policy;
  const rules: readonly (RetentionRule | null)[] = [
    rule("task", "completed", completedMs),
    rule("task", "cancelled", cancelledMs),
    rule("task", "skipped", skippedMs),
    rule("task", "failed", failedMs),
    rule("workflow", "completed", completedMs),
    rule("workflow", "cancelled", cancelledMs),
    rule("workflow", "failed", failedMs),
  ];
  return rules.filter((entry) => entry !== null);
}

function rule(kind: EndedKind, status: EndedStatus, keepMs: number | null): RetentionRule | null {
  return keepMs === null ? null : { kind, status, keepMs };
}

/**
 * Share of the time that removal may take while there is other work, and while there is none. What is
 * timed are the statements; writing the pages that they change takes about half as much again.
 */
const BUSY_SHARE = 0.025;
const IDLE_SHARE = 0.25;
/**
 * Work that ended so long before it was removed tells that more comes than goes: then that the disk does
 * not fill up matters more than the last few per cent of the throughput.
 */
const LATE_MS = 3_600_000;
const LATE_SHARE = 0.1;
const PAUSE_MAX_MS = 10_000;

/** What removal has to share the time with. */
export interface RemovalPressure {
  /** There is other work. */
  readonly busy: boolean;
  /** How long ago what was removed last became due, in ms. */
  readonly lateMs: number;
}

/** How long to pause after removing for `tookMs`, so that it stays within its share of the time. */
export function pauseAfterMs(tookMs: number, { busy, lateMs }: RemovalPressure): number {
  const busyShare = lateMs > LATE_MS ? LATE_SHARE : BUSY_SHARE;
  const share = busy ? busyShare : IDLE_SHARE;
  return Math.min(PAUSE_MAX_MS, Math.ceil(tookMs * (1 / share - 1)));
}
