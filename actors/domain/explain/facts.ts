/** What an explanation is made from, as the actors that know it hand it over. */
import type { QueueConfig, TaskReason, TaskRecord, TaskStatus } from "../task.ts";

/** How much is looked at for one explanation, so that its cost does not grow with the backlog. */
export const EXPLAIN_LIMITS = {
  /** Dependencies that are named. */
  dependencies: 20,
  /** Running tasks that are named. */
  running: 10,
  /** Ready tasks ahead that are counted, and other keys with ready work. */
  ahead: 1_000,
  keys: 100,
  /** Tasks whose dependencies are looked at on the way to the root, and how many of each. */
  walk: 100,
  walkDependencies: 100,
  /** Tasks at the root that are explained. */
  roots: 5,
} as const;

/** A dependency as it stands. */
export interface DependencyFact {
  readonly id: string;
  readonly key: string | null;
  readonly status: TaskStatus;
  readonly reason: TaskReason | null;
}

/** A task that takes up room. */
export interface RunningTask {
  readonly id: string;
  readonly method: string;
  readonly executor: string;
  readonly startedAt: number;
}

/** Who takes up what a task waits for. */
export interface Occupants {
  /** Counted up to the limit that matters. */
  readonly count: number;
  /** Some of them, those that have run longest first. */
  readonly tasks: readonly RunningTask[];
}

/** Where a ready task stands among others. */
export interface ReadyPlace {
  readonly inQueue: Occupants;
  /** With its concurrency key. */
  readonly withKey: Occupants;
  /** Of its pool. */
  readonly inPool: Occupants;
  /** Ready tasks of its queue, pool and key that go first; at most `EXPLAIN_LIMITS.ahead`. */
  readonly ahead: number;
  /** Other keys of its queue and pool with ready work, at most `EXPLAIN_LIMITS.keys`. */
  readonly otherKeys: number;
}

/** What the store knows of one task. */
export interface TaskFacts {
  readonly task: TaskRecord;
  readonly queue: QueueConfig;
  /** Null unless it is pending. */
  readonly place: ReadyPlace | null;
}

/** A task at the end of a chain of dependencies, and the ids on the way to it, itself the last. */
export interface RootFacts {
  readonly path: readonly string[];
  readonly facts: TaskFacts;
}

/** What the store knows, in one snapshot. */
export interface StoreFacts {
  readonly subject: TaskFacts;
  /** The dependencies that keep it waiting, or that caused its skip; the first of them. */
  readonly dependencies: readonly DependencyFact[];
  /** True when there are more of them than are given. */
  readonly moreDependencies: boolean;
  readonly roots: readonly RootFacts[];
  /** True when not every way to a root was followed. */
  readonly truncated: boolean;
}

/** What is asked about a task besides what the store knows. */
export interface TaskPlace {
  readonly num: number;
  readonly method: string;
  readonly queue: string;
  /** Its own pool, and the one that it waits for or runs in. */
  readonly pool: string;
  readonly readyPool: string;
}

/** What the scheduler knows of a task's start. */
export interface StartConditions {
  /** The pool of its method on this node; null when no such method is registered. */
  readonly methodPool: string | null;
  /** True when other live nodes know the method, of those that share the store. */
  readonly knownElsewhere: boolean;
  /** True when its method asks for rights that the node does not give. */
  readonly rightsRefused: boolean;
  /** The queue's rate limit now; null where it has none. */
  readonly rate: {
    readonly limit: number;
    readonly perMs: number;
    /** Starts that are left. */
    readonly left: number;
    /** When there is one again. */
    readonly nextAt: number;
  } | null;
}

/** What the dispatcher knows of the pool that a task waits for or runs in. */
export interface Placement {
  /** Executors of the pool that take work. */
  readonly executors: number;
  readonly slots: number;
  /** Slots that are free now. */
  readonly free: number;
  /** Suspects that run on the node, in whatever pool. */
  readonly aloneRuns: number;
  /** Whether executors of the pool were asked for, and why there are none. */
  readonly request: { readonly state: "starting" | "failed"; readonly error: string | null } | null;
  /** The task's run, where an executor holds it. */
  readonly run: {
    readonly executor: string;
    readonly assignedAt: number;
    /** Null while it waits there for a slot. */
    readonly startedAt: number | null;
  } | null;
}

/** All that is known of one task. Null where the actor that knows does not answer. */
export interface Situation extends TaskFacts {
  readonly conditions: StartConditions | null;
  readonly placement: Placement | null;
}

/** What is known of the node. */
export interface NodeFacts {
  readonly now: number;
  readonly node: string;
  readonly draining: boolean;
  /** Why the store takes no writes; null when it does. */
  readonly storeError: string | null;
  /** Why the node is not ready, in words. */
  readonly notReady: readonly string[];
}

/** Everything that an explanation is made from. */
export interface ExplainFacts {
  readonly subject: Situation;
  readonly dependencies: readonly DependencyFact[];
  readonly moreDependencies: boolean;
  readonly roots: readonly { readonly path: readonly string[]; readonly situation: Situation }[];
  readonly truncated: boolean;
  readonly node: NodeFacts;
}
