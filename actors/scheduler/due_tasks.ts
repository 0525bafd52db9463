import type { Commit } from "./commit.ts";

/**
 * Most tasks that one tick makes due, and as many expired; the next tick follows at once. However many
 * are due at the same instant, everybody else's work is part of the commits in between.
 */
const MAX_PER_TICK = 256;

/** Makes due what is due, fails what has expired, and answers when to look again; null: nothing is set. */
export async function tick(
  commit: Commit,
  work: readonly null[],
): Promise<readonly (number | null)[]> {
  const { tx, now } = commit;
  const expired = await tx.selectExpired(now, MAX_PER_TICK);
  await commit.apply(expired.map((before) => ({ before, event: { kind: "expired" } })));
  const due = await tx.selectDue(now, MAX_PER_TICK);
  await commit.apply(due.map((before) => ({ before, event: { kind: "due" } })));
  const next = await tx.nextWakeAt();
  return work.map(() => next);
}
