import { DEFAULTS, type TaskRecord } from "../../actors/domain/task.ts";
import type { Submission } from "../../actors/protocol.ts";

let lastNum = 0;

/** The record of a submission that runs, made without a scheduler. */
export function fakeTask(submission: Submission): TaskRecord {
  const num = ++lastNum;
  return {
    id: submission.id,
    num,
    workflowId: null,
    workflowNum: null,
    key: null,
    method: submission.method,
    args: submission.args,
    deps: submission.deps,
    triggerRule: "all_success",
    queue: DEFAULTS.queue,
    pool: "async",
    priority: 0,
    runAt: null,
    expiresAt: null,
    timeoutMs: DEFAULTS.timeoutMs,
    heartbeatTimeoutMs: null,
    concurrencyKey: null,
    retry: DEFAULTS.retry,
    labels: {},
    wave: 0,
    contentHash: submission.contentHash,
    definition: null,
    traceparent: submission.traceparent,
    createdAt: 0,
    ...RUNNING,
    seq: num,
  };
}

const RUNNING = {
  status: "running",
  reason: null,
  run: 1,
  attempt: 1,
  crashes: 1,
  alone: false,
  counts: { total: 0, succeeded: 0, failed: 0, skipped: 0 },
  readyOrder: null,
  readyPool: null,
  readyAt: null,
  dueAt: null,
  startedAt: 0,
  finishedAt: null,
  cancelRequestedAt: null,
  discardedAt: null,
  node: "n-fake",
  executor: "executor-1",
  incarnation: "1",
  result: null,
  error: null,
  progress: null,
} as const;
