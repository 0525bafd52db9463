/** What the overview says of each queue. */
import type { StatsView } from "../../../schema.ts";

/** A queue with work in it. */
export interface QueueLine {
  readonly name: string;
  readonly waiting: number;
  readonly running: number;
  readonly scheduled: number;
  readonly blocked: number;
  /** The task whose turn is next; null where none waits. */
  readonly first: { readonly id: string; readonly since: string } | null;
}

/** The queues with live tasks, those in which most wait first. */
export function queueLines(
  { queues, oldestWaiting }: StatsView,
): readonly QueueLine[] {
  const firsts = new Map(
    oldestWaiting.map(({ queue, id, since }) => [queue, { id, since }]),
  );
  return queues
    .map(({ name, counts }) => ({
      name,
      waiting: counts.pending ?? 0,
      running: counts.running ?? 0,
      scheduled: counts.scheduled ?? 0,
      blocked: counts.blocked ?? 0,
      first: firsts.get(name) ?? null,
    }))
    .filter(({ waiting, running, scheduled, blocked }) =>
      waiting + running + scheduled + blocked > 0
    )
    .sort((a, b) =>
      b.waiting - a.waiting || b.running - a.running ||
      (a.name < b.name ? -1 : 1)
    );
}

/** All queues together. */
export function totalOf(
  stats: StatsView,
  status: "pending" | "running",
): number {
  return stats.queues.reduce(
    (sum, { counts }) => sum + (counts[status] ?? 0),
    0,
  );
}

/**
 * Of the tasks that are first in the lines of their queues the one that became ready first; null where none
 * waits. Behind it one of a lower priority may have waited longer: lines are not kept in order of that.
 */
export function firstInLine(
  { oldestWaiting }: StatsView,
): StatsView["oldestWaiting"][number] | null {
  return oldestWaiting.reduce<StatsView["oldestWaiting"][number] | null>(
    (oldest, one) => oldest === null || one.since < oldest.since ? one : oldest,
    null,
  );
}
