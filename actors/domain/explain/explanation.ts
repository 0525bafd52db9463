/** What an explanation says. */
import type {
  DependencyCounts,
  TaskError,
  TaskProgress,
  TaskReason,
  TaskStatus,
  TriggerRule,
} from "../task.ts";
import type { DependencyFact, RunningTask } from "./facts.ts";

/** Why a task that waits may have to end. */
interface Waiting {
  /** When it fails, should it not have started; null: never. */
  readonly expiresAt: number | null;
}

interface Run {
  readonly node: string | null;
  readonly executor: string | null;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly startedAt: number | null;
}

interface RunningRun extends Run {
  /** When the attempt is cut off. */
  readonly timeoutAt: number | null;
  /** Longest silence that its code may keep. */
  readonly heartbeatTimeoutMs: number | null;
  readonly progress: TaskProgress | null;
}

interface Failure {
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly finishedAt: number | null;
  readonly error: TaskError | null;
}

/** A task at the end of a chain of dependencies, and what holds for it. */
export interface RootCause {
  readonly id: string;
  /** Ids from the dependency on to the root itself. */
  readonly path: readonly string[];
  readonly status: TaskStatus;
  readonly code: CauseCode;
  readonly sentence: string;
  readonly change: string;
}

interface Upstream {
  readonly triggerRule: TriggerRule;
  readonly counts: DependencyCounts;
  /** Those that it waits for, or that caused its skip. */
  readonly dependencies: readonly DependencyFact[];
  readonly moreDependencies: boolean;
  /** The one that matters most first. */
  readonly roots: readonly RootCause[];
  /** True when not every way to a root was followed. */
  readonly truncated: boolean;
}

/** What each cause gives as data. */
export interface CauseDetails {
  readonly awaiting_dependencies: Waiting & Upstream;
  readonly not_due: Waiting & { readonly dueAt: number };
  readonly backoff: Waiting & {
    readonly dueAt: number;
    readonly attempt: number;
    readonly maxAttempts: number;
    readonly error: TaskError | null;
  };
  readonly draining: { readonly node: string };
  readonly store_unhealthy: { readonly error: string };
  readonly node_not_ready: { readonly reasons: readonly string[] };
  readonly unknown_method: { readonly method: string };
  readonly known_elsewhere: { readonly method: string };
  readonly queue_paused: { readonly queue: string };
  readonly no_executor: {
    readonly pool: string;
    readonly state: "rights_refused" | "starting" | "failed" | "none";
    readonly error: string | null;
  };
  readonly queue_concurrency: {
    readonly queue: string;
    readonly limit: number;
    readonly running: number;
    readonly tasks: readonly RunningTask[];
  };
  readonly key_concurrency: {
    readonly queue: string;
    readonly concurrencyKey: string;
    readonly limit: number;
    readonly running: number;
    readonly tasks: readonly RunningTask[];
  };
  readonly rate_limited: {
    readonly queue: string;
    readonly limit: number;
    readonly perMs: number;
    readonly nextAt: number;
  };
  readonly alone: {
    readonly pool: string;
    readonly crashes: number;
    readonly suspectsRunning: number;
  };
  readonly behind_others: {
    readonly queue: string;
    /** Tasks that go first; `atLeast` when counting was stopped there. */
    readonly ahead: number;
    readonly atLeast: boolean;
    /** Other concurrency keys of the queue, which take turns with its own. */
    readonly otherKeys: number;
  };
  readonly no_free_slot: {
    readonly pool: string;
    readonly executors: number;
    readonly slots: number;
    readonly tasks: readonly RunningTask[];
  };
  readonly about_to_start: { readonly pool: string; readonly readyAt: number | null };
  readonly prefetched: RunningRun & { readonly assignedAt: number };
  readonly running: RunningRun;
  readonly cancelling: RunningRun & { readonly cancelRequestedAt: number };
  readonly completed: Run & { readonly finishedAt: number | null };
  readonly attempts_exhausted: Failure;
  readonly non_retryable: Failure;
  readonly timeout: Failure & { readonly timeoutMs: number };
  readonly expired: Failure & { readonly expiresAt: number | null };
  readonly poison: Failure & { readonly crashes: number };
  readonly invalid_input: Failure;
  readonly cancelled: {
    readonly cancelRequestedAt: number | null;
    readonly finishedAt: number | null;
    readonly attempt: number;
  };
  readonly upstream_failed: Upstream;
  readonly upstream_skipped: Upstream;
  readonly rule: Upstream;
}

/** Why a task is not running, what it is doing, or how it ended. Stable for programs. */
export type CauseCode = keyof CauseDetails;

/** One reason, with what is left to say once its task has been named. */
export type Finding = {
  readonly [C in CauseCode]: {
    readonly code: C;
    /** The rest of the sentence that begins with the task, without the full stop. */
    readonly clause: string;
    /** What would change it, without a capital letter and the full stop. */
    readonly change: string;
    readonly details: CauseDetails[C];
  };
}[CauseCode];

/** One reason as it is shown. */
export type Cause = {
  readonly [C in CauseCode]: {
    readonly code: C;
    /** One English sentence. */
    readonly sentence: string;
    /** One sentence on what would change it. */
    readonly change: string;
    readonly details: CauseDetails[C];
  };
}[CauseCode];

/** Why a task is where it is: the deciding cause, and with it all that hold. */
export type Explanation = Cause & {
  readonly id: string;
  readonly status: TaskStatus;
  readonly reason: TaskReason | null;
  /** Every cause that holds, the deciding one first. */
  readonly causes: readonly Cause[];
};
