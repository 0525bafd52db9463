import type { TaskValue } from "./value.ts";

/** `async`: many at a time in one isolate. `blocking`: one at a time in an isolate. */
export type TaskMode = "async" | "blocking";

/** When and how often a failed attempt is repeated; what is absent comes from the server. */
export interface TaskRetry {
  /** 1 to 1,000; the first attempt counts. */
  readonly maxAttempts?: number;
  readonly backoff?: "fixed" | "linear" | "exponential";
  readonly initialMs?: number;
  /** At least 1. */
  readonly factor?: number;
  readonly maxMs?: number;
  readonly jitter?: "full" | "none";
}

/** Rights beyond none, in Deno's notation; they need the operator's `--allow-task-permissions`. */
export interface TaskRights {
  readonly net?: readonly string[] | true;
  readonly read?: readonly string[] | true;
  readonly write?: readonly string[] | true;
  readonly env?: readonly string[] | true;
  readonly run?: readonly string[] | true;
}

/** What is to run when a task has failed for good. */
export interface TaskFailureHandler {
  /** Name of a registered task. Its last argument is the failure. */
  readonly method: string;
  /** Arguments before that. */
  readonly args?: readonly TaskValue[];
  readonly queue?: string;
  /** −100 to 100, higher first. */
  readonly priority?: number;
  /** From the failure on. */
  readonly delayMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What every definition of a task has, with or without a schema. */
export interface TaskSettings {
  /** How clients call it: 1 to 200 characters without white space. */
  readonly name: string;
  /** Further names. */
  readonly aliases?: readonly string[];
  readonly description?: string;
  readonly retry?: TaskRetry;
  /** Longest time of one attempt, 1 to 86,400,000 ms. */
  readonly timeoutMs?: number;
  /** Longest silence between two calls of `ctx.heartbeat()` or `ctx.progress()`, in ms. */
  readonly heartbeatTimeoutMs?: number;
  readonly queue?: string;
  readonly permissions?: TaskRights;
  /** Submitted when a task of this method is dead-lettered, unless its submission says otherwise. */
  readonly onFailure?: TaskFailureHandler;
  /**
   * What becomes of a run whose node can't reach the shared database for 18 s: `abort` (default) stops
   * it before it starts anew on another node. With `continue` its code goes on, perhaps beside the
   * other run; its outcome counts only where nobody has taken over.
   */
  readonly onLeaseLost?: "abort" | "continue";
  /** Without it an async function is `async`, a plain one `blocking`. */
  readonly mode?: TaskMode;
}
