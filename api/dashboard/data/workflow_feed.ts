/**
 * A workflow with all its tasks and runs, read page by page and then followed change by change. Changes
 * that come while it is read are kept and made afterwards: each bears a stamp, so that none is made
 * twice, and none of what was read before it.
 */
import type { TaskView, WorkflowRunView, WorkflowView } from "../../schema.ts";
import {
  withChanges,
  withRuns,
  type WorkflowState,
  workflowState,
} from "../pages/workflow/live_workflow.ts";
import { type TaskGraph, taskGraph } from "../pages/workflow/task_graph.ts";

/** What is known of a workflow. */
export interface WorkflowSnapshot {
  /** As it was read last; null before. */
  readonly head: WorkflowView | null;
  /** Null until all of it is read. */
  readonly graph: TaskGraph | null;
  readonly state: WorkflowState;
  /** Tasks that were read so far. */
  readonly tasksRead: number;
  /** Why it could not be read; null where nothing went wrong. */
  readonly problem: unknown;
}

/** What the stream of changes tells; `reset`: all has to be read again. */
export type FeedChange =
  | { readonly kind: "task"; readonly task: TaskView }
  | { readonly kind: "deleted"; readonly id: string }
  | { readonly kind: "reset" };

/** Which part of a list. */
export interface FeedQuery {
  readonly limit: number;
  /** Empty for the first. */
  readonly cursor: string;
  readonly [name: string]: string | number;
}

/** How a feed reads, and how often it tells. */
export interface WorkflowFeedOptions {
  readonly id: string;
  readonly get: <T>(
    path: string,
    query: FeedQuery,
    signal: AbortSignal,
  ) => Promise<T>;
  /** Calls back later, once. */
  readonly later?: (call: () => void, ms: number) => unknown;
}

type Details = WorkflowView & {
  readonly tasks: readonly TaskView[];
  readonly nextCursor: string | null;
};

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** So that no answer takes long. */
const [TASKS_A_PAGE, RUNS_A_PAGE] = [500, 1_000];
/** Changes are gathered for so long before they are shown. */
const GATHER_MS = 150;
/** Runs are read again no sooner than this after something ended unseen. */
const REREAD_MS = 2_000;

const NOTHING: WorkflowSnapshot = {
  ...{ head: null, graph: null, tasksRead: 0, problem: null },
  state: workflowState([], []),
};

/** See above. */
export class WorkflowFeed {
  readonly #options: WorkflowFeedOptions;
  readonly #path: string;
  readonly #later: (call: () => void, ms: number) => unknown;
  readonly #listeners = new Set<() => void>();
  #snapshot = NOTHING;
  /** What came and is not shown yet. */
  #changes: TaskView[] = [];
  #gathering = false;
  #rereading = false;
  /** Of the reading that goes on; aborted where another takes its place. */
  #reading: AbortController | null = null;

  constructor(options: WorkflowFeedOptions) {
    this.#options = options;
    this.#path = `/api/workflows/${encodeURIComponent(options.id)}`;
    this.#later = options.later ?? ((call, ms) => setTimeout(call, ms));
  }

  snapshot = (): WorkflowSnapshot => this.#snapshot;

  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Reads all of it, whether or not it was read before. */
  async load(): Promise<void> {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    try {
      const [tasks, runs] = await Promise.all([
        this.#readTasks(reading.signal),
        this.#readRuns(reading.signal),
      ]);
      if (reading.signal.aborted) return;
      this.#reading = null;
      const state = withChanges(
        withRuns(workflowState(tasks, []), runs),
        this.#taken(),
      );
      this.#show({ graph: taskGraph(tasks), state, problem: null });
    } catch (problem) {
      if (reading.signal.aborted) return;
      this.#reading = null;
      this.#show({ problem });
    }
  }

  /** Takes what the stream tells. */
  take(change: FeedChange): void {
    if (change.kind === "task") {
      this.#changes.push(change.task);
      this.#gather();
    } else if (change.kind === "reset" || this.#snapshot.state.tasks.has(change.id)) {
      this.load();
    }
  }

  /** Ends what is being read; nothing is told any more. */
  close(): void {
    this.#reading?.abort();
    this.#listeners.clear();
  }

  #gather(): void {
    if (this.#gathering || this.#reading !== null) return;
    this.#gathering = true;
    this.#later(() => {
      this.#gathering = false;
      // A reading that began since then takes them along.
      if (this.#reading !== null) return;
      const state = withChanges(this.#snapshot.state, this.#taken());
      if (state !== this.#snapshot.state) this.#show({ state });
      if (state.runsStale) this.#reread();
    }, GATHER_MS);
  }

  #reread(): void {
    if (this.#rereading) return;
    this.#rereading = true;
    this.#later(async () => {
      this.#rereading = false;
      try {
        const runs = await this.#readRuns(new AbortController().signal);
        this.#show({ state: withRuns(this.#snapshot.state, runs) });
      } catch {
        // What is shown stays as it is: the next change asks for the runs again.
      }
    }, REREAD_MS);
  }

  #taken(): readonly TaskView[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  async #readTasks(signal: AbortSignal): Promise<readonly TaskView[]> {
    const tasks: TaskView[] = [];
    const path = this.#path;
    for (let cursor: string | null = ""; cursor !== null;) {
      const { tasks: page, nextCursor, ...head }: Details = await this.#options
        .get<Details>(
          path,
          { limit: TASKS_A_PAGE, cursor },
          signal,
        );
      tasks.push(...page);
      cursor = nextCursor;
      if (!signal.aborted) this.#show({ head, tasksRead: tasks.length });
    }
    return tasks;
  }

  async #readRuns(signal: AbortSignal): Promise<readonly WorkflowRunView[]> {
    const runs: WorkflowRunView[] = [];
    const path = `${this.#path}/runs`;
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: Page<WorkflowRunView> = await this.#options.get<
        Page<WorkflowRunView>
      >(
        path,
        { limit: RUNS_A_PAGE, cursor },
        signal,
      );
      runs.push(...page.items);
      cursor = page.nextCursor;
    }
    return runs;
  }

  #show(news: Partial<WorkflowSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...news };
    for (const listener of this.#listeners) listener();
  }
}
