/** Changes many tasks, those that are named; which ones they are to be was found out before. */
import { ok, type Result } from "../domain/error.ts";
import { canApply } from "../domain/task_state.ts";
import type { TaskRecord } from "../domain/task.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type {
  BatchDecision,
  DeadLetterCommand,
  SchedulerMessage,
  TaskChangeCommand,
} from "../protocol.ts";
import { cancelLive } from "./commands.ts";
import type { Commit } from "./commit.ts";
import type { Stage } from "./commit_batch.ts";
import { weightOf } from "./dead_letters.ts";
import { retry } from "./revive.ts";

type MessageOf<K extends string> = Extract<SchedulerMessage, { readonly kind: K }>;

/** Cancels what waits, and asks running code to stop; that was asked already is no change. */
export async function cancelMany(
  commit: Commit,
  work: readonly MessageOf<"CancelTasks">[],
): Promise<readonly Result<BatchDecision>[]> {
  const answers: Result<BatchDecision>[] = [];
  for (const { ids } of work) {
    const live = (await find(commit, ids)).filter((task) =>
      canApply(task, { kind: "cancel_requested" })
    );
    const meant = live.filter(({ cancelRequestedAt }) => cancelRequestedAt === null);
    await cancelLive(commit, meant);
    answers.push(ok({ matched: live.length, changed: meant.length }));
  }
  return answers;
}

/** Runs failed and cancelled tasks again, each with its own input or with the one that is given. */
export async function retryMany(
  commit: Commit,
  work: readonly MessageOf<"RetryTasks">[],
): Promise<readonly Result<BatchDecision>[]> {
  const answers: Result<BatchDecision>[] = [];
  for (const { ids, args, upToSeq } of work) {
    const ended = (await find(commit, ids)).filter((task) =>
      canApply(task, { kind: "retried" }) && (upToSeq === null || task.seq <= upToSeq)
    );
    await retry(commit, ended, args);
    answers.push(ok({ matched: ended.length, changed: ended.length }));
  }
  return answers;
}

/** When a commit does a change of many, and how many tasks it can be at most. What makes work waits its turn. */
export function shareOf(
  message: TaskChangeCommand | DeadLetterCommand,
): { readonly stage: Stage; readonly weight: number } {
  switch (message.kind) {
    case "CancelTasks":
      return { stage: "control", weight: message.ids.length };
    case "RetryTasks":
      return { stage: "submissions", weight: message.ids.length };
    case "RedriveDeadLetters":
    case "DiscardDeadLetters":
      return { stage: "submissions", weight: weightOf(message.selection) };
    default:
      return unreachable(message);
  }
}

/** In order of num, so that a task comes before those that depend on it. */
async function find({ tx }: Commit, ids: readonly string[]): Promise<readonly TaskRecord[]> {
  const found = await tx.findTasks([...new Set(ids)]);
  return [...found.values()].sort((a, b) => a.num - b.num);
}
