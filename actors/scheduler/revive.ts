/** How ended tasks come to life again, and with them what their end had decided downstream. */
import { isEnded } from "../domain/task_state.ts";
import type { TaskRecord } from "../domain/task.ts";
import { recountAfterDeletion } from "../domain/trigger_rule.ts";
import type { Commit } from "./commit.ts";

/**
 * Runs failed or cancelled tasks again, from their first attempt, with `args` where given, and brings
 * back, wave after wave, what they had skipped. What has run to its end downstream is left as it is.
 */
export async function retry(
  commit: Commit,
  tasks: readonly TaskRecord[],
  args: string | null,
): Promise<void> {
  if (tasks.length === 0) return;
  const together = new Set(tasks.map(({ num }) => num));
  const states = await commit.tx.dependenciesOf([...together]);
  let wave = await commit.apply(tasks.map((before) => {
    // Dependencies that are retried with it have not ended any more.
    const deps = (states.get(before.num) ?? [])
      .map((dep) => together.has(dep.num) ? { ...dep, status: "pending" as const } : dep);
    return {
      before,
      event: { kind: "retried", counts: recountAfterDeletion(before.counts, deps) },
      args,
    };
  }));
  while (wave.length > 0) wave = await reconsider(commit, wave);
}

/** Dependents of revived tasks: skipped ones live again where their rule allows it, blocked ones recount. */
async function reconsider(
  commit: Commit,
  revived: readonly TaskRecord[],
): Promise<readonly TaskRecord[]> {
  const edges = await commit.tx.dependentsOf(revived.map(({ num }) => num), ["skipped", "blocked"]);
  const children = new Map(edges.map(({ child }) => [child.num, child]));
  if (children.size === 0) return [];
  const states = await commit.tx.dependenciesOf([...children.keys()]);
  const changed = await commit.apply([...children.values()].map((before) => {
    const counts = recountAfterDeletion(before.counts, states.get(before.num) ?? []);
    const kind = before.status === "skipped" ? "revived" : "dependencies_changed";
    return { before, event: { kind, counts } };
  }));
  return changed.filter((task) =>
    children.get(task.num)?.status === "skipped" && !isEnded(task.status)
  );
}
