/** How many tasks a filter leaves of each status, as far as maintained counters tell. Pure. */
import type { StatsView } from "../../../schema.ts";
import { FILTER_FIELDS, TASK_STATUSES, type TaskFilter, type TaskStatus } from "./task_filter.ts";

/** By status, of the filter's queue or of all; null where the filter asks for more than is counted. */
export function statusCounts(
  stats: Pick<StatsView, "queues"> | null,
  filter: TaskFilter,
): Readonly<Record<TaskStatus, number>> | null {
  const uncounted = FILTER_FIELDS.some((field) => field !== "queue" && filter[field] !== "");
  if (stats === null || uncounted) return null;
  const counts = Object.fromEntries(TASK_STATUSES.map((status) => [status, 0]));
  for (const { name, counts: ofQueue } of stats.queues) {
    if (filter.queue !== "" && name !== filter.queue) continue;
    for (const status of TASK_STATUSES) {
      counts[status] = (counts[status] ?? 0) + (ofQueue[status] ?? 0);
    }
  }
  return counts as Record<TaskStatus, number>;
}
