/** The store's verbs for reading what task code said. */
import type { LogPlace, StoredLogLine, TaskStatus } from "../../domain/task.ts";

/** A part of a task's log, and where the task stood: both were true together. */
export interface LogPage {
  readonly num: number;
  readonly status: TaskStatus;
  readonly lines: readonly StoredLogLine[];
  /** True when further lines follow those of this page. */
  readonly more: boolean;
}

/** Logs on a connection that only looks. */
export interface LogReader {
  /** At most `limit` lines after a place, by run and line; null where the task does not exist. */
  listLogs(
    id: string,
    page: { readonly after: LogPlace | null; readonly limit: number },
  ): Promise<LogPage | null>;
}
