/** What a data folder tells of all runs, read past the node, which must not be running. */
import { DatabaseSync } from "node:sqlite";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";

/** A run with what its limits go by. */
export interface PastRun {
  readonly task: string;
  readonly queue: string;
  readonly key: string | null;
  /** Epoch ms. */
  readonly startedAt: number;
  /** For a run that nobody saw end, when it was found. */
  readonly finishedAt: number;
  readonly outcome: string;
}

/** All runs, in the order of their starts. Every one must have an end. */
export function readRuns(dataDir: string): readonly PastRun[] {
  const database = new DatabaseSync(databaseFile(dataDir));
  try {
    const rows = database.prepare(
      "SELECT t.id, t.queue, t.concurrency_key, r.started_at, r.finished_at, r.outcome " +
        "FROM runs r JOIN tasks t USING (num) ORDER BY r.started_at, t.num, r.run",
    ).all();
    return rows.map((row) => {
      if (row["finished_at"] === null) throw new Error(`a run of ${row["id"]} has no end`);
      return {
        task: String(row["id"]),
        queue: String(row["queue"]),
        key: row["concurrency_key"] === null ? null : String(row["concurrency_key"]),
        startedAt: Number(row["started_at"]),
        finishedAt: Number(row["finished_at"]),
        outcome: String(row["outcome"]),
      };
    });
  } finally {
    database.close();
  }
}

/** The most of `runs` that were running at any one moment. */
export function mostAtATime(
  runs: readonly Pick<PastRun, "startedAt" | "finishedAt">[],
): number {
  const steps = runs.flatMap(({ startedAt, finishedAt }) => [
    { at: startedAt, by: 1 },
    { at: Math.max(startedAt, finishedAt), by: -1 },
  ]);
  // What ends in a millisecond has made room for what starts in it.
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of steps) most = Math.max(most, now += by);
  return most;
}
