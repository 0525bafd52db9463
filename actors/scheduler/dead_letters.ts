/** Sends dead letters round again, or gives them up: named ones, or a walk over many, page by page. */
import { isDeadLetter } from "../domain/dead_letter.ts";
import { ok, type Result } from "../domain/error.ts";
import { LIMITS, type TaskRecord } from "../domain/task.ts";
import type {
  DeadLetterDecision,
  DeadLetterSelection,
  DeadLetterWalk,
  SchedulerMessage,
} from "../protocol.ts";
import type { Commit } from "./commit.ts";
import { retry } from "./revive.ts";

type MessageOf<K extends string> = Extract<SchedulerMessage, { readonly kind: K }>;

/** Runs dead letters again, each with its own input or with the one that is given. */
export async function redriveDeadLetters(
  commit: Commit,
  work: readonly MessageOf<"RedriveDeadLetters">[],
): Promise<readonly Result<DeadLetterDecision>[]> {
  const answers: Result<DeadLetterDecision>[] = [];
  for (const { selection, args } of work) {
    const { tasks, next } = await select(commit, selection);
    await retry(commit, tasks, args);
    answers.push(ok({ matched: tasks.length, changed: tasks.length, next }));
  }
  return answers;
}

/** Gives dead letters up. They stay failed, and their dependents as they are. */
export async function discardDeadLetters(
  commit: Commit,
  work: readonly MessageOf<"DiscardDeadLetters">[],
): Promise<readonly Result<DeadLetterDecision>[]> {
  const answers: Result<DeadLetterDecision>[] = [];
  for (const { selection } of work) {
    const { tasks, next } = await select(commit, selection);
    await commit.apply(tasks.map((before) => ({ before, event: { kind: "discarded" } })));
    answers.push(ok({ matched: tasks.length, changed: tasks.length, next }));
  }
  return answers;
}

/** How many tasks a selection can be at most. */
export function weightOf(selection: DeadLetterSelection): number {
  return selection.by === "ids" ? selection.ids.length : selection.limit;
}

interface Selected {
  /** In order of num, so that a task comes before those that depend on it. */
  readonly tasks: readonly TaskRecord[];
  readonly next: DeadLetterWalk | null;
}

async function select({ tx }: Commit, selection: DeadLetterSelection): Promise<Selected> {
  if (selection.by === "ids") {
    const found = await tx.findTasks([...new Set(selection.ids)]);
    const tasks = [...found.values()].filter(isDeadLetter).sort((a, b) => a.num - b.num);
    return { tasks, next: null };
  }
  const { filter: { q, ...query }, limit } = selection;
  const walk = selection.walk ?? { afterNum: 0, horizon: await tx.deadLetterHorizon() };
  const { tasks, nextAfterNum } = await tx.selectDeadLetters({ ...query, idPrefix: q }, {
    ...walk,
    limit,
    scanRows: LIMITS.pageScanRows,
  });
  return { tasks, next: nextAfterNum === null ? null : { ...walk, afterNum: nextAfterNum } };
}
