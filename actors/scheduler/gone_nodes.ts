/** Runs whose node is gone, or about to go. */
import type { TaskRecord } from "../domain/task.ts";
import { unreportedOutcome } from "../protocol/unreported_outcome.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { Commit } from "./commit.ts";
import { crashRuns, recordReports } from "./record_outcomes.ts";

/** Runs that one commit gives back. */
const PAGE = 1_000;

const log = getLogger("scheduler");

/**
 * Gives a page of runs back that a lost node left behind, as crashed: nobody knows what became of them,
 * and what it still reports is fenced by their number. The leader's work; true when there may be more.
 */
export async function reclaimRuns(
  commit: Commit,
  work: readonly null[],
): Promise<readonly boolean[]> {
  await commit.assertLeading();
  const { tx } = commit;
  const [node] = await tx.nodesToReclaim(1);
  if (node === undefined) return work.map(() => false);
  const tasks = await tx.selectRunning({ afterNum: 0, limit: PAGE, node });
  await crashRuns(commit, tasks);
  if (tasks.length < PAGE) await tx.markReclaimed(node);
  log.info("{count} runs of node {node}, which is gone, start anew", { count: tasks.length, node });
  return work.map(() => true);
}

/** Gives back, uncharged, what this node still has when it leaves others to go on; true: there may be more. */
export async function handOver(
  commit: Commit,
  work: readonly null[],
): Promise<readonly boolean[]> {
  const { tx, now, context: { node } } = commit;
  const tasks = await tx.selectRunning({ afterNum: 0, limit: PAGE, node });
  await recordReports(commit, tasks.map((task) => givenBack(task, now)));
  return work.map(() => tasks.length === PAGE);
}

function givenBack(task: TaskRecord, now: number) {
  const outcome = { ...unreportedOutcome(task, "given_back", now), giveBack: "drain" as const };
  return { executor: task.executor ?? "", outcome };
}
