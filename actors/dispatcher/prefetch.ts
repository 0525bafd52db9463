/** Most runs that wait in one executor beyond its slots. */
export const PREFETCH_MAX = 256;

/** How much work should wait in an executor: enough to bridge a claim's way there and back. */
const AHEAD_MS = 20;

/**
 * How many runs to hand an executor beyond its free slots: as many as `slots` work off in the time
 * that a claim takes. Long tasks are never fetched early, since they would wait behind each other.
 */
export function prefetchOf(slots: number, meanRunMs: number | null): number {
  if (meanRunMs === null) return 0;
  return Math.min(PREFETCH_MAX, Math.floor((slots * AHEAD_MS) / Math.max(meanRunMs, 0.05)));
}
