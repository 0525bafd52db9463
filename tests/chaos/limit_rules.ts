/** Rules on limits of queues and keys, by the recorded runs. */
import { mostAtATime } from "../support/run_history.ts";
import {
  type HistoryRule,
  type IndexedHistory,
  isGivenUp,
  type QueueLimits,
  type Violation,
} from "./history.ts";

interface LimitedRun {
  readonly key: string | null;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** At no moment run more than a limit allows, and in no span start more than a rate allows. */
export const limitsHold: HistoryRule = function* (history) {
  for (const limits of history.limits) {
    const runs = runsIn(history, limits.queue);
    yield* checkConcurrency(runs, limits);
    yield* checkRate(runs, limits, history.handoverMs);
  }
};

/** The runs of a queue; those that were given up are shortened by what their times may be off. */
function runsIn({ tasks, toleranceMs }: IndexedHistory, queue: string): readonly LimitedRun[] {
  return tasks.filter((task) => task.queue === queue).flatMap((task) =>
    task.runs.map((run) => {
      const { startedAt, finishedAt } = run;
      const endedAt = (finishedAt ?? Infinity) - (isGivenUp(run) ? toleranceMs : 0);
      const key = task.concurrencyKey;
      return { key, startedAt, finishedAt: Math.max(startedAt, endedAt) };
    })
  );
}

function* checkConcurrency(
  runs: readonly LimitedRun[],
  { queue, concurrency, keyConcurrency }: QueueLimits,
): Generator<Violation> {
  const most = mostAtATime(runs);
  if (concurrency !== null && most > concurrency) {
    yield { rule: "limit_exceeded", text: `${most} at a time of ${concurrency} in ${queue}` };
  }
  if (keyConcurrency === null) return;
  for (const [key, ofKey] of Map.groupBy(runs, ({ key }) => key)) {
    const mostOfKey = mostAtATime(ofKey);
    if (key === null || mostOfKey <= keyConcurrency) continue;
    const text = `${mostOfKey} at a time of ${keyConcurrency} with key ${key} in ${queue}`;
    yield { rule: "key_limit_exceeded", text };
  }
}

/** A bucket of its own, larger by what is gained while code that was claimed has not started. */
function* checkRate(
  runs: readonly LimitedRun[],
  { queue, rateLimit }: QueueLimits,
  handoverMs: number,
): Generator<Violation> {
  if (rateLimit === null) return;
  const perMs = rateLimit.limit / rateLimit.perMs;
  const most = rateLimit.limit + handoverMs * perMs;
  let [tokens, last] = [most, -Infinity];
  for (const at of runs.map(({ startedAt }) => startedAt).sort((a, b) => a - b)) {
    tokens = Math.min(most, tokens + (at - last) * perMs) - 1;
    last = at;
    if (tokens >= -1e-6) continue;
    const { limit, perMs: ms } = rateLimit;
    return yield { rule: "rate_exceeded", text: `more than ${limit} in ${ms} ms in ${queue}` };
  }
}
