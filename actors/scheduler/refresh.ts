/** Brings memory up to date with what other nodes have written. */
import type { QueueConfig } from "../domain/task.ts";
import type { Commit } from "./commit.ts";
import { relayAllCancels } from "./relay_cancels.ts";
import { startable } from "./strays.ts";

/**
 * Reads settings of queues, where there is ready work, when something is due, what of this node's is to be
 * cancelled, and, where it leads, the schedules: what others tell of their changes may get lost, and what is read here does not.
 */
export async function refreshMemory(
  commit: Commit,
  work: readonly null[],
): Promise<readonly null[]> {
  const { tx, effects, context } = commit;
  for (const queue of await tx.loadQueues()) noticeQueue(commit, queue);
  for (const ready of startable(commit, await tx.readyWork())) effects.hint(ready);
  const next = await tx.nextWakeAt();
  if (next !== null) effects.wake(next);
  await relayAllCancels(commit);
  if (context.role.leads) await readSchedules(commit);
  return work.map(() => null);
}

/** Takes settings over that memory does not know. */
export function noticeQueue({ context: { queues }, effects }: Commit, queue: QueueConfig): void {
  if (!sameSettings(queues.get(queue.name), queue)) effects.queues.push(queue);
}

async function readSchedules({ tx, effects, context }: Commit): Promise<void> {
  const gone = new Set(context.schedules.names);
  for (const schedule of await tx.loadSchedules()) {
    gone.delete(schedule.name);
    effects.schedules.set(schedule.name, schedule);
  }
  for (const name of gone) effects.schedules.set(name, null);
}

function sameSettings(a: QueueConfig, b: QueueConfig): boolean {
  return a.concurrency === b.concurrency && a.keyConcurrency === b.keyConcurrency &&
    a.weight === b.weight && a.paused === b.paused &&
    a.rateLimit?.limit === b.rateLimit?.limit && a.rateLimit?.perMs === b.rateLimit?.perMs;
}
