import { ENDED_STATUSES } from "../domain/task.ts";
import { bucketOf, foldedSpan, noTraffic, type Traffic } from "../domain/traffic.ts";
import type { CommitCounts } from "../protocol.ts";
import type { Commit } from "./commit.ts";

/**
 * Counts what a commit has brought about, in its own transaction: traffic agrees with the tasks, whatever
 * crashes.
 */
export async function countTraffic({ tx, now, effects, context }: Commit): Promise<void> {
  const traffic = trafficOf(effects.counts.values());
  if (traffic === null) return;
  await tx.countTraffic(now, traffic);
  // In passing, once a minute: an idle node has nothing to fold.
  const span = foldedSpan(now);
  if (span.until <= context.traffic.foldedUntil) return;
  await tx.foldTraffic(span);
  effects.trafficFoldedUntil = span.until;
}

/** What a commit adds to the traffic; null where that is nothing. */
function trafficOf(all: Iterable<CommitCounts>): Traffic | null {
  const none = noTraffic();
  const [finished, waits, runs] = [{ ...none.finished }, [...none.waits], [...none.runs]];
  let [submitted, started, ended] = [0, 0, 0];
  for (const counts of all) {
    submitted += counts.submitted;
    started += counts.attempts;
    ended += counts.runSeconds.length;
    for (const status of ENDED_STATUSES) {
      const count = counts.finished[status] ?? 0;
      finished[status] += count;
      ended += count;
    }
    countTimes(waits, counts.waitSeconds);
    countTimes(runs, counts.runSeconds);
  }
  if (submitted + started + ended === 0) return null;
  return { submitted, started, finished, waits, runs };
}

function countTimes(buckets: number[], times: readonly number[]): void {
  for (const seconds of times) {
    const bucket = bucketOf(Math.round(seconds * 1_000));
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
}
