/** The store's verbs for looking at workflows. */
import type { TaskRecord, WorkflowRecord, WorkflowRun, WorkflowStatus } from "../../domain/task.ts";

/** Which workflows; null leaves nothing out. */
export interface WorkflowQuery {
  readonly status: WorkflowStatus | null;
  readonly name: string | null;
  /** Of the id or of the name. */
  readonly prefix: string | null;
}

/** Where a run stands in the order of its workflow. */
export interface RunPlace {
  readonly taskNum: number;
  readonly run: number;
}

/** A run with the num of its task, which pages go on from. */
export type PlacedRun = WorkflowRun & { readonly taskNum: number };

/** Workflows on a connection that only looks. */
export interface WorkflowReader {
  getWorkflow(id: string): Promise<WorkflowRecord | null>;
  /** Newest first below `beforeNum`; scans at most `scanRows`. */
  listWorkflows(
    query: WorkflowQuery,
    page: {
      readonly limit: number;
      readonly beforeNum: number | null;
      readonly scanRows: number;
    },
  ): Promise<
    { readonly workflows: readonly WorkflowRecord[]; readonly nextBeforeNum: number | null }
  >;
  /** Its tasks in order of num after `afterNum`, at most `limit`, without args and results. */
  listWorkflowTasks(
    num: number,
    page: { readonly afterNum: number; readonly limit: number },
  ): Promise<readonly TaskRecord[]>;
  /** The runs of its tasks in order of task and run after `after`, at most `limit`. */
  listWorkflowRuns(
    num: number,
    page: { readonly after: RunPlace; readonly limit: number },
  ): Promise<readonly PlacedRun[]>;
}
