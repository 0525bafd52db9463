/**
 * One thing that the API can do, the same through every front-end: what a caller needs for it, and how
 * it is done. Front-ends carry the request in and write the answer.
 */
import { type ErrorData, refuse, type Result } from "../../actors/domain/error.ts";
import type { Scope } from "../auth.ts";
import type { DeadLetterService } from "../dead_letter_service.ts";
import type { ExplainService } from "../explain_service.ts";
import type { RecentCommits } from "../recent_commits.ts";
import type { ScheduleService } from "../schedule_service.ts";
import type { TaskChangeService } from "../task_change_service.ts";
import type { TaskRates } from "../task_rates.ts";
import type { TaskService } from "../task_service.ts";
import type { TrafficService } from "../traffic_service.ts";

/** What operations work with. */
export interface OperationNode {
  readonly service: TaskService;
  readonly schedules: ScheduleService;
  readonly deadLetters: DeadLetterService;
  readonly changes: TaskChangeService;
  readonly explain: ExplainService;
  readonly traffic: TrafficService;
  readonly rates: TaskRates;
  readonly commits: RecentCommits;
  /** Epoch ms. */
  readonly now: () => number;
}

/** An admitted request: authenticated, in scope, within the limits, decoded. */
export interface OperationCall {
  readonly node: OperationNode;
  /** The id or name of what it is about, in the form of an id; empty where it is about nothing. */
  readonly target: string;
  /** What it says, as JSON in no form yet: a body, or a query of texts; `undefined` where nothing. */
  readonly input: unknown;
  /** `sub` of the caller's token. */
  readonly subject: string;
  /** The `Idempotency-Key` as it was sent. */
  readonly idempotencyKey: string | null;
  /** The caller's trace context where it is well-formed. */
  readonly traceparent: string | null;
  /** How long the caller waits for the answer at most. */
  readonly timeLeftMs: number;
  /** Aborts when nobody waits for the answer any more. A call, because making a signal costs. */
  readonly signal: () => AbortSignal;
}

/** An operation that answers a `T`. */
export interface Operation<T> {
  readonly scope: Scope;
  /** Where its input stands in HTTP: all of a query is text. Absent: it has none. */
  readonly input?: "query" | "body";
  /** Refused while the node stops. */
  readonly submits?: true;
  readonly run: (call: OperationCall) => Promise<Result<T>> | Result<T>;
}

/** The refusal of what would be new while the node stops. */
export const STOPPING: ErrorData = refuse(
  "unavailable",
  "stopping",
  "Cannot take the submission: the node is stopping; send it to another or later",
  { retryAfterMs: 5_000 },
).error;

/** `result` with `change` made to its value. */
export function mapped<T, U>(result: Result<T>, change: (value: T) => U): Result<U> {
  return result.ok ? { ok: true, value: change(result.value) } : result;
}
