import { DEFAULTS, type DependencyCounts, type TaskState } from "../../../actors/domain/task.ts";
import {
  initialState,
  type TaskEvent,
  transition,
  type TransitionSpec,
} from "../../../actors/domain/task_state.ts";

/** The counts of a task without dependencies. */
export const NO_DEPENDENCIES: DependencyCounts = { total: 0, succeeded: 0, failed: 0, skipped: 0 };

/** A task of the simplest kind; each test overrides what it is about. */
export const SPEC: TransitionSpec = {
  id: "a",
  triggerRule: "all_success",
  pool: "async",
  priority: 0,
  runAt: null,
  retry: { ...DEFAULTS.retry, maxAttempts: 3, jitter: "none", initialMs: 1_000 },
};

/** Two dependencies, both live. */
export const TWO_LIVE: DependencyCounts = { total: 2, succeeded: 0, failed: 0, skipped: 0 };

/** An error of task code. */
export const BOOM = { name: "Error", message: "boom", stack: null };

/** An event of each kind, as it mostly comes. */
export const EVENTS: { readonly [K in TaskEvent["kind"]]: Extract<TaskEvent, { kind: K }> } = {
  dependencies_changed: { kind: "dependencies_changed", counts: { ...TWO_LIVE, succeeded: 2 } },
  due: { kind: "due" },
  claimed: { kind: "claimed", node: "n", executor: "executor-1", incarnation: "i1" },
  completed: { kind: "completed", result: "3", startedAt: 11, finishedAt: 12 },
  threw: {
    kind: "threw",
    error: BOOM,
    retryable: true,
    retryAfterMs: null,
    invalidInput: false,
    startedAt: 11,
    finishedAt: 12,
  },
  timed_out: { kind: "timed_out", error: BOOM, startedAt: 11, finishedAt: 12 },
  given_back: { kind: "given_back", reason: "drain", alone: false },
  crashed: { kind: "crashed" },
  cancel_requested: { kind: "cancel_requested" },
  cancelled: { kind: "cancelled", startedAt: 11, finishedAt: 12 },
  expired: { kind: "expired" },
  retried: { kind: "retried", counts: NO_DEPENDENCIES },
  discarded: { kind: "discarded" },
  revived: { kind: "revived", counts: { ...TWO_LIVE, succeeded: 1 } },
};

/** A task that lives through events, one ms each, with the randomness of one half. */
export class TaskSample {
  readonly spec: TransitionSpec;
  state: TaskState;
  now: number;

  constructor(
    spec: Partial<TransitionSpec> = {},
    counts: DependencyCounts = NO_DEPENDENCIES,
    now = 1_000,
  ) {
    this.spec = { ...SPEC, ...spec };
    this.now = now;
    this.state = initialState(this.spec, counts, now);
  }

  /** Applies the event, or the usual one of a kind, and gives the state after it. */
  apply(event: TaskEvent | TaskEvent["kind"]): TaskState {
    this.now++;
    const whole = typeof event === "string" ? EVENTS[event] : event;
    const by = { now: this.now, random: () => 0.5 };
    this.state = transition({ ...this.spec, ...this.state }, whole, by);
    return this.state;
  }

  /** Applies one after the other. */
  live(...events: readonly (TaskEvent | TaskEvent["kind"])[]): this {
    for (const event of events) this.apply(event);
    return this;
  }
}
