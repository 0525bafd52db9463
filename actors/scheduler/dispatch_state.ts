import type { DispatchState } from "../protocol.ts";
import type { Commit } from "./commit.ts";
import { startable } from "./strays.ts";

/** What a dispatcher needs at its start: the settings of the queues, and where there is work. */
export async function readDispatchState(
  commit: Commit,
  work: readonly null[],
): Promise<readonly DispatchState[]> {
  const { tx, context } = commit;
  const ready = startable(commit, await tx.readyWork());
  const queues = context.shared ? await tx.loadQueues() : context.queues.all();
  return work.map(() => ({ queues, ready }));
}
