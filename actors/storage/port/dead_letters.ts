/** The store's verbs for dead letters: failed tasks that nobody has discarded. */
import type { FailureReason, RunRecord, TaskRecord } from "../../domain/task.ts";
import type { TaskQuery } from "../port.ts";

/** Which dead letters; null leaves a field open. */
export interface DeadLetterQuery extends Omit<TaskQuery, "status"> {
  readonly reason: FailureReason | null;
}

/** The last num and the last stamp that were given at some time: what failed since is beyond one of them. */
export interface DeadLetterHorizon {
  readonly num: number;
  readonly seq: number;
}

export interface DeadLetterPage {
  /** In order of num, without args and results, locked for this transaction. */
  readonly tasks: readonly TaskRecord[];
  /** Where to go on; null: there are no more up to the horizon. */
  readonly nextAfterNum: number | null;
}

/** A dead letter with its newest runs. */
export interface DeadLetterRecord {
  readonly task: TaskRecord;
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  /** True when older runs were left out. */
  readonly runsOmitted: boolean;
}

/** How many dead letters a queue has for one reason. */
export interface DeadLetterCount {
  readonly queue: string;
  readonly reason: FailureReason;
  readonly count: number;
}

/** Dead letters in a write transaction. */
export interface DeadLetterWriter {
  /** The horizon as it is now. */
  deadLetterHorizon(): Promise<DeadLetterHorizon>;
  /** Picks dead letters after `afterNum` that were such before `horizon`; scans at most `scanRows`. */
  selectDeadLetters(
    query: DeadLetterQuery,
    page: {
      readonly afterNum: number;
      readonly horizon: DeadLetterHorizon;
      readonly limit: number;
      readonly scanRows: number;
    },
  ): Promise<DeadLetterPage>;
}

/** Dead letters on a connection that only looks. */
export interface DeadLetterReader {
  /**
   * Newest first below `beforeNum`; scans at most `scanRows`. Texts over `textBytes` are left out, of
   * each task all runs but the newest `runs`, and the page ends early once its runs have `runBytes`.
   */
  listDeadLetters(
    query: DeadLetterQuery,
    page: {
      readonly limit: number;
      readonly beforeNum: number | null;
      readonly scanRows: number;
      readonly textBytes: number;
      readonly runs: number;
      readonly runBytes: number;
    },
  ): Promise<
    { readonly items: readonly DeadLetterRecord[]; readonly nextBeforeNum: number | null }
  >;
  /** Maintained counts, zeros left out. */
  countDeadLetters(): Promise<readonly DeadLetterCount[]>;
}
