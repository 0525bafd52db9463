/** How a task ended, and what can still be done about it. */
import type { FailureReason, TaskRecord } from "../task.ts";
import type { Finding } from "./explanation.ts";
import type { NodeFacts, Situation } from "./facts.ts";
import { command, countOf, errorText, lasting, moment, quoted } from "./wording.ts";

/** How a completed task came to its end. */
export function completedFinding({ task }: Situation, { now }: NodeFacts): Finding {
  const { startedAt, finishedAt, attempt, node, executor, retry } = task;
  const took = startedAt === null || finishedAt === null
    ? ""
    : ` after running for ${lasting(finishedAt - startedAt)}`;
  return {
    code: "completed",
    clause: `completed at ${moment(finishedAt ?? now, now)}${took}, in attempt ${attempt} of ` +
      `${retry.maxAttempts}`,
    change: `nothing changes it any more; its result is shown by ${command(`get ${task.id}`)}`,
    details: { node, executor, attempt, maxAttempts: retry.maxAttempts, startedAt, finishedAt },
  };
}

/** Who ended a cancelled task, and when. */
export function cancelledFinding({ task }: Situation, { now }: NodeFacts): Finding {
  const { cancelRequestedAt, finishedAt, attempt } = task;
  const stage = attempt === 0 ? "before it had started" : `in attempt ${attempt}`;
  return {
    code: "cancelled",
    clause: `was cancelled on request at ${moment(finishedAt ?? now, now)}, ${stage}`,
    change: `to run it after all: ${command(`retry ${task.id}`)}`,
    details: { cancelRequestedAt, finishedAt, attempt },
  };
}

/** Why a failed task is not tried any more. */
export function failedFinding(situation: Situation, node: NodeFacts): Finding {
  const finding = failureFinding(situation, node);
  const { discardedAt } = situation.task;
  if (discardedAt === null) return finding;
  const discarded = `it was discarded from the dead letters at ${moment(discardedAt, node.now)}`;
  return { ...finding, clause: `${finding.clause}; ${discarded}` };
}

function failureFinding({ task }: Situation, node: NodeFacts): Finding {
  switch (task.reason) {
    case "timeout":
      return {
        code: "timeout",
        clause: `failed in attempt ${attemptOf(task)}, which was cut off: ${errorText(task.error)}`,
        change: "give it more time by submitting it again with a larger timeoutMs, or make its " +
          `code faster and run it again: ${command(`retry ${task.id}`)}`,
        details: { ...failureOf(task), timeoutMs: task.timeoutMs },
      };
    case "expired":
      return {
        code: "expired",
        clause: `failed because it had not started by ${
          task.expiresAt === null ? "its expiresAt" : moment(task.expiresAt, node.now)
        }`,
        change: `to run it after all, without that limit: ${command(`retry ${task.id}`)}`,
        details: { ...failureOf(task), expiresAt: task.expiresAt },
      };
    case "poison":
      return {
        code: "poison",
        clause: `failed because the process that ran it was lost ${
          countOf(task.crashes, "time")
        }, the last time while it ran alone`,
        change: "look at its memory use and native calls, mend them, and run it again: " +
          `${command(`retry ${task.id}`)}`,
        details: { ...failureOf(task), crashes: task.crashes },
      };
    default:
      return thrownFinding(task, isThrown(task.reason) ? task.reason : "attempts_exhausted");
  }
}

type ThrownReason = Extract<
  FailureReason,
  "attempts_exhausted" | "non_retryable" | "invalid_input"
>;

function isThrown(reason: TaskRecord["reason"]): reason is ThrownReason {
  return reason === "attempts_exhausted" || reason === "non_retryable" ||
    reason === "invalid_input";
}

function thrownFinding(task: TaskRecord, code: ThrownReason): Finding {
  const error = quoted(errorText(task.error));
  const { maxAttempts } = task.retry;
  const clauses: Readonly<Record<ThrownReason, string>> = {
    attempts_exhausted: `failed in all of its ${countOf(maxAttempts, "attempt")}, ` +
      `the last time with ${error}`,
    non_retryable: `failed in attempt ${attemptOf(task)} with ${error}, ` +
      "which its code declared not worth a retry",
    invalid_input: `failed because its input does not fit the schema of method ${
      quoted(task.method)
    }: ${error}`,
  };
  const changes: Readonly<Record<ThrownReason, string>> = {
    attempts_exhausted: `mend the cause and send it round again: ${command(`retry ${task.id}`)}`,
    non_retryable: `mend the cause, or its input, and send it round again: ` +
      `${command(`retry ${task.id} --args '[…]'`)}`,
    invalid_input: `send it round again with input that fits: ` +
      `${command(`retry ${task.id} --args '[…]'`)}`,
  };
  return { code, clause: clauses[code], change: changes[code], details: failureOf(task) };
}

function failureOf({ attempt, retry, finishedAt, error }: TaskRecord) {
  return { attempt, maxAttempts: retry.maxAttempts, finishedAt, error };
}

function attemptOf({ attempt, retry }: TaskRecord): string {
  return `${attempt} of ${retry.maxAttempts}`;
}
