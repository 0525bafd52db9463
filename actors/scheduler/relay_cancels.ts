/** Cancels of this node's runs that other nodes have committed. */
import type { TaskRecord } from "../domain/task.ts";
import type { RunRef } from "../protocol.ts";
import type { Commit } from "./commit.ts";

/** Runs of this node that one look goes through. */
const PAGE = 1_000;

/** Has the code of those of `runs` stopped that this node still has, and that are to stop. */
export async function relayCancels(
  commit: Commit,
  work: readonly (readonly RunRef[])[],
): Promise<readonly null[]> {
  const runOf = new Map(work.flat().map(({ num, run }) => [num, run]));
  const tasks = await commit.tx.loadTasks([...runOf.keys()]);
  for (const task of tasks.values()) if (task.run === runOf.get(task.num)) stopCode(commit, task);
  return work.map(() => null);
}

/** The same of all runs of this node: a word of another one may have got lost. */
export async function relayAllCancels(commit: Commit): Promise<void> {
  const { tx, context: { node } } = commit;
  for (let afterNum = 0;;) {
    const tasks = await tx.selectRunning({ afterNum, limit: PAGE, node });
    for (const task of tasks) stopCode(commit, task);
    const last = tasks.at(-1);
    if (tasks.length < PAGE || last === undefined) return;
    afterNum = last.num;
  }
}

function stopCode({ effects, context: { node } }: Commit, task: TaskRecord): void {
  if (task.status !== "running" || task.cancelRequestedAt === null) return;
  if (task.node === node && task.executor !== null) effects.cancelRequested(task.executor, task);
}
