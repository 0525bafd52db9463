/** The JSON of the REST API as a client sends and gets it. */

/** What JSON can hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * What a client may give as an argument: JSON, and `bigint` (64 bits) and bytes, which are sent in
 * the notation `{"$int64": …}` and `{"$bytes": …}`.
 */
export type ArgumentValue =
  | JsonValue
  | bigint
  | Uint8Array
  | readonly ArgumentValue[]
  | { readonly [key: string]: ArgumentValue };

export type TaskStatusJson =
  | "scheduled"
  | "blocked"
  | "pending"
  | "running"
  | "completed"
  | "failed"
  | "cancelled"
  | "skipped";

/** Statuses that a task does not leave by itself. */
const ENDED: ReadonlySet<TaskStatusJson> = new Set(
  ["completed", "failed", "cancelled", "skipped"] as const,
);

/** True for a task that has ended. */
export function isEnded(status: TaskStatusJson): boolean {
  return ENDED.has(status);
}

/** An error of task code. */
export interface TaskErrorJson {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
}

export interface TaskProgressJson {
  /** 0 to 1. */
  readonly fraction: number;
  readonly note: string | null;
}

/** A task as every answer and event gives it. Times are ISO 8601. */
export interface TaskJson {
  readonly id: string;
  readonly workflowId: string | null;
  readonly key: string | null;
  readonly method: string;
  /** Null where they are left out. */
  readonly args: readonly JsonValue[] | null;
  /** Ids. */
  readonly deps: readonly string[];
  readonly triggerRule: string;
  readonly queue: string;
  readonly priority: number;
  readonly status: TaskStatusJson;
  readonly reason: string | null;
  readonly wave: number;
  readonly run: number;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly crashes: number;
  readonly runAt: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly cancelRequestedAt: string | null;
  readonly timeoutMs: number;
  readonly result: JsonValue;
  readonly error: TaskErrorJson | null;
  readonly progress: TaskProgressJson | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly concurrencyKey: string | null;
  readonly node: string | null;
  readonly executor: string | null;
  readonly definition: string | null;
  /** Stamp of the latest change: a growing whole number. */
  readonly seq: string;
  /** Set in lists, where texts over 4 KiB are left out. */
  readonly argsOmitted?: boolean;
  readonly resultOmitted?: boolean;
}

export interface RetryJson {
  /** 1 to 1,000; the first attempt counts. */
  readonly maxAttempts?: number;
  readonly backoff?: "fixed" | "linear" | "exponential";
  readonly initialMs?: number;
  readonly factor?: number;
  readonly maxMs?: number;
  readonly jitter?: "full" | "none";
}

/** Beside which other task a submission makes none: the answer is then that task, as a duplicate. */
export interface UniqueJson {
  /** A string of the client's own that has to be equal, beside the method. */
  readonly key?: string;
  /** What else has to be equal: method and arguments, or the method alone. Default: args; with a key: method. */
  readonly by?: "args" | "method";
  /** A task created longer ago does not count. */
  readonly withinMs?: number;
  /** The statuses in which a task counts. Default: those of a task that has not ended. */
  readonly states?: readonly TaskStatusJson[];
}

/** A task to run when another one has failed for good; the failure is its last argument. */
export interface OnFailureJson extends
  Pick<
    SubmissionJson,
    | "method"
    | "args"
    | "payload"
    | "queue"
    | "priority"
    | "timeoutMs"
    | "heartbeatTimeoutMs"
    | "concurrencyKey"
    | "retry"
    | "labels"
  > {
  /** From the failure on. */
  readonly delayMs?: number;
}

/** A task as its submission is answered. */
export interface SubmittedTaskJson extends TaskJson {
  /** Set when this is another task that was there, beside which `unique` lets no other be made. */
  readonly duplicate?: true;
}

/** A task to submit. */
export interface SubmissionJson {
  readonly method: string;
  readonly args?: readonly ArgumentValue[];
  /** Short for one argument; excludes `args`. */
  readonly payload?: ArgumentValue;
  /** Made by the client when absent, so that it can send the same task again. */
  readonly id?: string;
  readonly deps?: readonly string[];
  readonly triggerRule?: string;
  readonly queue?: string;
  /** −100 to 100, higher first. */
  readonly priority?: number;
  /** ISO 8601; excludes `delayMs`. */
  readonly runAt?: string;
  readonly delayMs?: number;
  readonly expiresAt?: string;
  /** Of one attempt. */
  readonly timeoutMs?: number;
  readonly heartbeatTimeoutMs?: number;
  readonly concurrencyKey?: string;
  readonly retry?: RetryJson;
  readonly labels?: Readonly<Record<string, string>>;
  /** Not in workflows. */
  readonly unique?: UniqueJson;
  /** Null: nothing, whatever the method says. Absent: what the method says. */
  readonly onFailure?: OnFailureJson | null;
}

/** A graph to submit: `deps` name keys of it, or existing tasks by id. */
export interface WorkflowSubmissionJson {
  readonly id?: string;
  readonly name?: string;
  readonly tasks: readonly (Omit<SubmissionJson, "unique"> & { readonly key: string })[];
}

export type WorkflowStatusJson = "running" | "completed" | "failed" | "cancelled";

export interface WorkflowJson {
  readonly id: string;
  readonly name: string | null;
  readonly status: WorkflowStatusJson;
  readonly counts: Readonly<Partial<Record<TaskStatusJson, number>>>;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** A workflow with its tasks, without their arguments and results. */
export interface WorkflowDetailsJson extends WorkflowJson {
  readonly tasks: readonly TaskJson[];
  /** Where the tasks after these begin; null after the last, as always without a `limit`. */
  readonly nextCursor: string | null;
}

/** A run of one of a workflow's tasks. */
export interface WorkflowRunJson extends Omit<AttemptJson, "executor" | "error"> {
  readonly taskId: string;
}

/** The outcome of a task as long as nothing went wrong with it; `result` is null before the end. */
export interface TaskResultJson {
  readonly id: string;
  readonly status: TaskStatusJson;
  readonly result: JsonValue;
}

export interface AttemptJson {
  readonly run: number;
  readonly attempt: number;
  readonly node: string;
  readonly executor: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string | null;
  readonly error: TaskErrorJson | null;
}

export interface LogLineJson {
  readonly run: number;
  /** Counts from 1 in its run. */
  readonly line: number;
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, JsonValue>>;
}

/** A part of a task's log. */
export interface LogPageJson {
  /** By run, oldest first. */
  readonly items: readonly LogLineJson[];
  /** What `after` is for the lines that follow; null: these were the last so far. */
  readonly nextAfter: string | null;
}

export interface QueueJson {
  readonly name: string;
  readonly paused: boolean;
  readonly concurrency: number | null;
  readonly rateLimit: { readonly limit: number; readonly perMs: number } | null;
  readonly weight: number;
  readonly keyConcurrency: number | null;
  /** Tasks by status, as far as the answer has them. */
  readonly counts?: Readonly<Partial<Record<TaskStatusJson, number>>>;
}

/** A queue's settings as a whole: what is absent is set to its default, no limit. */
export interface QueueSettingsJson {
  readonly concurrency?: number | null;
  readonly rateLimit?: { readonly limit: number; readonly perMs: number } | null;
  readonly weight?: number;
  readonly keyConcurrency?: number | null;
}

/** A registered task; its further fields are settings and the JSON Schema of its input. */
export interface MethodJson {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly mode: "async" | "blocking";
  readonly queue: string | null;
  readonly description: string | null;
  readonly [field: string]: unknown;
}

/** A node of those that share a database. */
export interface NodeJson {
  readonly id: string;
  readonly version: string;
  readonly address: { readonly http: string | null; readonly grpc: string | null };
  readonly state: "active" | "suspect" | "lost" | "left";
  readonly leader: boolean;
  readonly startedAt: string;
  readonly renewedAt: string;
  readonly methods: number;
  readonly load: { readonly slots: number; readonly held: number };
  /** Why it takes no work, as it last said; absent where the server is of an older version. */
  readonly notReady?: readonly string[];
  /** Its actors, as it last said. */
  readonly actors?: readonly ActorJson[];
  /** Runs that another node has, 200 at most; null of the node that answers. */
  readonly runs?: readonly NodeRunJson[] | null;
  readonly [field: string]: unknown;
}

/** A run that a node has. */
export interface NodeRunJson {
  readonly executor: string;
  readonly taskId: string;
  readonly method: string;
  readonly run: number;
  readonly startedAt: string;
  readonly [field: string]: unknown;
}

/** An actor of a node. */
export interface ActorJson {
  readonly name: string;
  readonly parent: string | null;
  readonly state: "starting" | "ready" | "restarting" | "stopping" | "stopped" | "failed";
  readonly restarts: number;
  readonly startedAt: string | null;
  readonly lastError: string | null;
  readonly lastErrorAt: string | null;
  /** Messages that wait, by lane. */
  readonly lanes: Readonly<Record<string, number>>;
  readonly [field: string]: unknown;
}

/** Filters of lists and events. */
export interface TaskFilterJson {
  /** One status, or any of several. */
  readonly status?: TaskStatusJson | readonly TaskStatusJson[];
  readonly queue?: string;
  readonly method?: string;
  readonly workflowId?: string;
  /** `key:value`. */
  readonly label?: string;
  /** ISO 8601, of the creation. */
  readonly since?: string;
  readonly until?: string;
  /** Prefix of the id. */
  readonly q?: string;
}

/** Filters of lists of workflows. */
export interface WorkflowFilterJson {
  readonly status?: WorkflowStatusJson;
  readonly name?: string;
  /** Prefix of the id or of the name. */
  readonly q?: string;
}

export interface PageJson<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** An RFC 9457 problem. */
export interface ProblemJson {
  readonly type?: string;
  readonly title?: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
  readonly [field: string]: unknown;
}

/** One answer of a batch. */
export interface BatchResultJson {
  readonly status: number;
  /** The accepted task. */
  readonly task?: SubmittedTaskJson;
  /** Why it was refused. */
  readonly problem?: ProblemJson;
}
