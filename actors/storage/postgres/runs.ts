/** The history of a task: one row a claim. */
import type { NewRun, RunEnd } from "../port.ts";
import { encodeError } from "../row/task_record.ts";
import type { Transaction } from "./transaction.ts";

const INSERT = "INSERT INTO runs (num, run, attempt, node, executor, started_at) " +
  "SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::text[], $5::text[], " +
  "$6::bigint[])";

const FINISH = "UPDATE runs r SET started_at = u.started_at, finished_at = u.finished_at, " +
  "outcome = u.outcome, error = u.error FROM unnest($1::bigint[], $2::integer[], $3::bigint[], " +
  "$4::bigint[], $5::text[], $6::text[]) u (num, run, started_at, finished_at, outcome, error) " +
  "WHERE r.num = u.num AND r.run = u.run AND r.finished_at IS NULL";

/** See `StoreWriter.insertRuns`. */
export async function insertRuns(
  { connection }: Transaction,
  runs: readonly NewRun[],
): Promise<void> {
  if (runs.length === 0) return;
  await connection.run(
    INSERT,
    runs.map(({ num }) => num),
    runs.map(({ run }) => run),
    runs.map(({ attempt }) => attempt),
    runs.map(({ node }) => node),
    runs.map(({ executor }) => executor),
    runs.map(({ startedAt }) => startedAt),
  );
}

/** See `StoreWriter.finishRuns`. */
export async function finishRuns(
  { connection }: Transaction,
  ends: readonly RunEnd[],
): Promise<void> {
  if (ends.length === 0) return;
  await connection.run(
    FINISH,
    ends.map(({ num }) => num),
    ends.map(({ run }) => run),
    ends.map(({ startedAt }) => startedAt),
    ends.map(({ finishedAt }) => finishedAt),
    ends.map(({ outcome }) => outcome),
    ends.map(({ error }) => encodeError(error)),
  );
}
