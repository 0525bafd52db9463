import { methodOfUnregistered } from "../domain/pool.ts";
import type { DispatchState } from "../protocol.ts";
import type { Commit } from "./commit.ts";

/** What a dispatcher needs at its start: the settings of the queues, and where there is work. */
export async function readDispatchState(
  { tx, context }: Commit,
  work: readonly null[],
): Promise<readonly DispatchState[]> {
  const ready = (await tx.readyWork()).filter(({ pool }) => methodOfUnregistered(pool) === null);
  return work.map(() => ({ queues: context.queues.all(), ready }));
}
