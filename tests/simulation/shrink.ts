import type { Planned } from "./scenario.ts";

/** Plays that a shrinking may take; a story that is still long by then is told as it is. */
const PLAYS_MAX = 400;

/**
 * Takes away as much of a failing scenario as it can while it goes on failing: halves, then ever
 * smaller parts, down to single actions and single tasks of a submission.
 */
export async function shrink(
  scenario: readonly Planned[],
  fails: (scenario: readonly Planned[]) => Promise<boolean>,
): Promise<readonly Planned[]> {
  let plays = 0;
  const stillFails = async (candidate: readonly Planned[]) =>
    plays++ < PLAYS_MAX && await fails(candidate);
  const fewer = await without(scenario, stillFails);
  const tasks: Planned[] = [...fewer];
  for (const [index, action] of fewer.entries()) {
    if (action.kind !== "submit" && action.kind !== "workflow") continue;
    const kept = await without(action.tasks, (some) => {
      const candidate = tasks.with(index, { ...action, tasks: some });
      return some.length === 0 ? Promise.resolve(false) : stillFails(candidate);
    });
    tasks[index] = { ...action, tasks: kept };
  }
  return tasks;
}

/** What is left of `items` when every part is gone without which it still fails. */
async function without<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length;) {
      const candidate = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await fails(candidate)) kept = candidate;
      else from += size;
    }
  }
  return kept;
}
