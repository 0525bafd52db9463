/**
 * Ready tasks in pools without executors, where no claim comes by: those whose method was not registered
 * and is again, and those whose method asks for other rights by now. Looked for at the start, and when
 * more come there. Only where this node has the store alone: else another one may claim them from where
 * they are.
 */
import { methodOfUnregistered } from "../domain/pool.ts";
import type { Commit } from "./commit.ts";
import { moveToPools } from "./moved_tasks.ts";
import { withoutUnregistered } from "./unregistered_tasks.ts";

/** Tasks that one commit lets go. */
const PAGE = 1_000;

/** Lets a page of them wait where their method runs now; true when there may be more. */
export async function releaseWaiting(
  commit: Commit,
  work: readonly null[],
): Promise<readonly boolean[]> {
  const { tx } = commit;
  const place = (await tx.readyWork()).find(({ pool }) => isToLeave(commit, pool));
  if (place === undefined) return work.map(() => false);
  const query = { ...place, max: PAGE, keyConcurrency: null, afterKey: null };
  const { tasks } = await tx.selectReady(query);
  await moveToPools(commit, await withoutUnregistered(commit, tasks));
  return work.map(() => true);
}

function isToLeave({ context: { methods } }: Commit, pool: string): boolean {
  const method = methodOfUnregistered(pool);
  return method === null ? methods.isLeft(pool) : methods.find(method, null) !== null;
}
