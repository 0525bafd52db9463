import { contentHash } from "../domain/content_hash.ts";
import {
  FAILED_TASK_LABEL,
  type FailureHandler,
  handlerArgs,
  handlerId,
} from "../domain/failure_handler.ts";
import type { TaskRecord } from "../domain/task.ts";
import type { Submission } from "../protocol.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { Commit } from "./commit.ts";
import { isItemError } from "./item_error.ts";
import type { Effects } from "./effects.ts";
import { submitTasks } from "./submit_tasks.ts";

const log = getLogger("scheduler");

/** Handlers submitted together; each may come with arguments of 1 MiB, which are read for it. */
const AT_ONCE = 16;

/**
 * Submits the `onFailure` tasks of dead letters, in the transaction that makes them so: once for each
 * time that a task fails for good. What can't be submitted is told in the log, and the failure stands.
 */
export async function handleFailures(commit: Commit, failed: readonly TaskRecord[]): Promise<void> {
  for (let from = 0; from < failed.length; from += AT_ONCE) {
    await handleSome(commit, failed.slice(from, from + AT_ONCE));
  }
}

async function handleSome(commit: Commit, failed: readonly TaskRecord[]): Promise<void> {
  const { tx } = commit;
  const texts = await tx.loadTasks(failed.map(({ num }) => num), { texts: true });
  // A task may fail twice in one run, when it expires after a redrive; and ids are the users' to choose.
  const taken = await tx.findTasks(failed.map((task) => handlerId(task)));
  const starts = failed.flatMap((task) => {
    if (task.onFailure === undefined) return [];
    const { args } = texts.get(task.num) ?? task;
    const id = handlerId(task);
    const free = taken.has(id) ? handlerId(task, task.seq) : id;
    return [{ task, submission: submissionOf(task.onFailure, { ...task, args }, free) }];
  });
  await submitTogether(commit, starts);
}

/** Tells of what stands in a commit and could not be submitted. */
export function logRefusedHandlers({ refusedHandlers }: Effects): void {
  for (const { id, error } of refusedHandlers) {
    log.error("the onFailure task of {id} was not submitted: {error}", { id, error });
  }
}

interface Start {
  readonly task: TaskRecord;
  readonly submission: Submission;
}

/** One that breaks a rule of the store must not take the others with it, nor the commit. */
async function submitTogether(commit: Commit, starts: readonly Start[]): Promise<void> {
  try {
    const work = starts.map(({ submission }) => submission);
    const [answers = []] = await commit.isolated(() => submitTasks(commit, [work]));
    for (const [index, answer] of answers.entries()) {
      const start = starts[index];
      if (start !== undefined && !answer.ok) await refused(commit, start, answer.error.message);
    }
  } catch (error) {
    if (!isItemError(error)) throw error;
    const [only] = starts;
    if (starts.length > 1) {
      for (const start of starts) await submitTogether(commit, [start]);
    } else if (only !== undefined) {
      await refused(commit, only, error instanceof Error ? error.message : String(error));
    }
  }
}

/** Says it where people look for why a task failed, and in the node's log once it stands. */
async function refused(
  commit: Commit,
  { task: { num, id, run } }: Start,
  error: string,
): Promise<void> {
  const { now, effects } = commit;
  const message = `The onFailure task was not submitted: ${error}`;
  await commit.appendLogs([
    { num, lines: [{ run, at: now, level: "error", message, fields: {} }] },
  ]);
  effects.refusedHandlers.push({ id, error });
}

function submissionOf(handler: FailureHandler, task: TaskRecord, id: string): Submission {
  return {
    ...handler,
    args: handlerArgs(handler, task),
    labels: { ...handler.labels, [FAILED_TASK_LABEL]: task.id },
    id,
    key: null,
    mode: null,
    deps: [],
    triggerRule: null,
    runAt: null,
    expiresAt: null,
    defaultMaxAttempts: null,
    contentHash: contentHash({ onFailureOf: task.id, seq: task.seq }),
    idempotencyKey: null,
    traceparent: task.traceparent,
    // What its own method does about failures is not done about this one: it must come to an end.
    onFailure: null,
  };
}
