import { TASK_STATUSES, type TaskStatus } from "../domain/task.ts";
import type { SchedulerStats } from "../protocol.ts";
import type { Effects } from "./effects.ts";

/** Counts since the scheduler's start. */
export class StatsKeeper {
  #commits = 0;
  #submitted = 0;
  #hits = 0;
  #misses = 0;
  readonly #finished: Partial<Record<TaskStatus, number>> = {};

  committed(effects: Effects): void {
    this.#commits++;
    this.#hits += effects.cacheHits;
    this.#misses += effects.cacheMisses;
    for (const { submitted, finished } of effects.counts.values()) {
      this.#submitted += submitted;
      for (const status of TASK_STATUSES) {
        const count = finished[status];
        if (count !== undefined) this.#finished[status] = (this.#finished[status] ?? 0) + count;
      }
    }
  }

  snapshot(resultCacheBytes: number): SchedulerStats {
    return {
      commits: this.#commits,
      submitted: this.#submitted,
      finished: { ...this.#finished },
      resultCacheHits: this.#hits,
      resultCacheMisses: this.#misses,
      resultCacheBytes,
    };
  }
}
