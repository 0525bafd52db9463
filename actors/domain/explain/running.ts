/** What a claimed task is doing. */
import type { Finding } from "./explanation.ts";
import type { NodeFacts, Situation } from "./facts.ts";
import { command, countOf, errorText, lasting, moment, plainly, quoted } from "./wording.ts";

/** What holds for a running task: exactly one thing. */
export function runningFindings(situation: Situation, { now }: NodeFacts): readonly Finding[] {
  const { task, placement } = situation;
  const held = placement?.run ?? null;
  if (task.cancelRequestedAt !== null) {
    return [cancelling(situation, task.cancelRequestedAt, now)];
  }
  if (held !== null && held.startedAt === null) {
    return [prefetched(situation, held.assignedAt, now)];
  }
  const run = runOf(situation);
  const since = run.startedAt === null ? "" : ` for ${lasting(now - run.startedAt)}`;
  return [{
    code: "running",
    clause: `has been running on ${whereOf(situation)}${since}, in attempt ${task.attempt} of ` +
      `${task.retry.maxAttempts}${progressOf(situation)}`,
    change: `it ends when its code returns${cutOff(run.timeoutAt, situation, now)}; ` +
      `to stop it: ${command(`cancel ${task.id}`)}`,
    details: run,
  }];
}

function cancelling(situation: Situation, cancelRequestedAt: number, now: number): Finding {
  return {
    code: "cancelling",
    clause: `was asked to stop ${lasting(now - cancelRequestedAt)} ago, ` +
      `but its code still runs on ${whereOf(situation)}`,
    change: "it is cancelled when its code stops; code that does not heed its signal is ended " +
      "with its isolate after a grace period",
    details: { ...runOf(situation), cancelRequestedAt },
  };
}

function prefetched(situation: Situation, assignedAt: number, now: number): Finding {
  return {
    code: "prefetched",
    clause: `was handed to ${whereOf(situation)} ${lasting(now - assignedAt)} ago ` +
      "and waits there for a slot",
    change: "its code starts when a run before it ends; after half a second it is fetched back " +
      "for another executor",
    details: { ...runOf(situation), startedAt: null, timeoutAt: null, assignedAt },
  };
}

function whereOf({ task }: Situation): string {
  return `${plainly(task.executor ?? "an executor")} of node ${quoted(task.node ?? "unknown")}`;
}

function runOf({ task, placement }: Situation) {
  const startedAt = placement?.run?.startedAt ?? task.startedAt;
  return {
    node: task.node,
    executor: task.executor,
    attempt: task.attempt,
    maxAttempts: task.retry.maxAttempts,
    startedAt,
    timeoutAt: startedAt === null ? null : startedAt + task.timeoutMs,
    heartbeatTimeoutMs: task.heartbeatTimeoutMs,
    progress: task.progress,
  };
}

function progressOf({ task: { progress } }: Situation): string {
  if (progress === null) return "";
  const percent = `${Math.round(progress.fraction * 100)} %`;
  return progress.note === null
    ? `, ${percent} done`
    : `, ${percent} done (${quoted(progress.note)})`;
}

function cutOff(timeoutAt: number | null, { task }: Situation, now: number): string {
  if (timeoutAt === null) return "";
  const silence = task.heartbeatTimeoutMs === null
    ? ""
    : `, or after ${lasting(task.heartbeatTimeoutMs)} without a heartbeat`;
  return ` and is cut off at ${moment(timeoutAt, now)}${silence}`;
}

/** Why a scheduled task is not ready yet. */
export function scheduledFindings({ task }: Situation, { now }: NodeFacts): readonly Finding[] {
  const dueAt = task.dueAt ?? now;
  const { attempt, expiresAt, error } = task;
  const { maxAttempts } = task.retry;
  const next = dueAt > now
    ? `starts at ${moment(dueAt, now)} at the earliest`
    : `was due at ${moment(dueAt, now)} and is being made ready`;
  if (attempt === 0) {
    return [{
      code: "not_due",
      clause: `waits for its time: it ${next}`,
      change: "nothing but time; to have it sooner, cancel it and submit it again " +
        "without runAt or delayMs",
      details: { dueAt, expiresAt },
    }];
  }
  const left = maxAttempts - attempt;
  return [{
    code: "backoff",
    clause: `failed in attempt ${attempt} of ${maxAttempts} with ${
      quoted(errorText(error))
    } and is backing off: the next attempt ${next}`,
    change: `it tries again by itself, ${countOf(Math.max(0, left), "more time")} at most; ` +
      "mend what made it fail before then",
    details: { dueAt, attempt, maxAttempts, error, expiresAt },
  }];
}
