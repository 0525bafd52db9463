/** A task's runs on one scale of time, with what it waited in between. */
import type { AttemptView } from "../../../schema.ts";

/** A run with its place on the scale. */
export interface TimelineRun {
  readonly attempt: AttemptView;
  /** What the task waited for it: since it was submitted or the run before ended; null where unknown. */
  readonly waitedMs: number | null;
  /** Null while it goes on. */
  readonly tookMs: number | null;
  /** Where it begins, and how long it is, as shares of the scale from 0 to 1. */
  readonly start: number;
  readonly length: number;
}

/** The runs, the oldest first. */
export interface Timeline {
  readonly runs: readonly TimelineRun[];
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
}

/** Shorter runs are drawn so long, so that they can be seen. */
const LENGTH_MIN = 0.006;

/** Places `attempts`, of a task that was ready at `readyAt`; what still runs goes up to `now`. */
export function timelineOf(
  attempts: readonly AttemptView[],
  { readyAt, now }: { readonly readyAt: string; readonly now: number },
): Timeline {
  const spans = attempts.map(({ startedAt, finishedAt }) => ({
    from: Date.parse(startedAt),
    to: finishedAt === null ? null : Date.parse(finishedAt),
  }));
  // Clocks of several nodes may disagree a little: nothing is before the beginning.
  const from = Math.min(Date.parse(readyAt), ...spans.map((span) => span.from));
  const to = Math.max(
    from + 1,
    ...spans.map((span) => span.to ?? Math.max(now, span.from)),
  );
  const scale = to - from;
  const runs = attempts.map((attempt, index): TimelineRun => {
    const span = spans[index] ?? { from, to };
    const before = index === 0 ? from : spans[index - 1]?.to ?? null;
    const end = span.to ?? Math.max(now, span.from);
    const length = Math.min(1, Math.max(LENGTH_MIN, (end - span.from) / scale));
    return {
      attempt,
      waitedMs: before === null ? null : Math.max(0, span.from - before),
      tookMs: span.to === null ? null : Math.max(0, span.to - span.from),
      start: Math.min((span.from - from) / scale, 1 - length),
      length,
    };
  });
  return { runs, from, to };
}
