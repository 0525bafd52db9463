/** Gathers what the store knows for explaining a task, on one snapshot and within bounds. */
import {
  type DependencyFact,
  EXPLAIN_LIMITS,
  type Occupants,
  type ReadyPlace,
  type RootFacts,
  type StoreFacts,
  type TaskFacts,
} from "../domain/explain.ts";
import { guiltyStatuses, isGuilty, leadsOn } from "../domain/explain/upstream.ts";
import { defaultQueue, type TaskRecord } from "../domain/task.ts";
import type { DependencyState } from "../storage/port.ts";
import type { RunningScope, SnapshotView } from "../storage/port/explain.ts";

const NOBODY: Occupants = { count: 0, tasks: [] };

/** The facts of the task `id`; null where there is none. */
export async function gatherStoreFacts(
  view: SnapshotView,
  id: string,
): Promise<StoreFacts | null> {
  const task = await view.findTask(id);
  if (task === null) return null;
  const guilty = await guiltyOf(view, task, EXPLAIN_LIMITS.walkDependencies);
  const shown = guilty.slice(0, EXPLAIN_LIMITS.dependencies);
  const { roots, truncated } = await new RootSearch(view).run(task);
  return {
    subject: await taskFacts(view, task),
    dependencies: shown.map(dependencyFact),
    moreDependencies: guilty.length > shown.length,
    roots,
    truncated,
  };
}

async function taskFacts(view: SnapshotView, task: TaskRecord): Promise<TaskFacts> {
  const queue = await view.findQueue(task.queue) ?? defaultQueue(task.queue);
  if (task.status !== "pending") return { task, queue, place: null };
  const { concurrency, keyConcurrency } = queue;
  const { concurrencyKey } = task;
  const place: ReadyPlace = {
    inQueue: concurrency === null
      ? NOBODY
      : await occupants(view, { queue: task.queue }, concurrency),
    withKey: keyConcurrency === null || concurrencyKey === null
      ? NOBODY
      : await occupants(view, { queue: task.queue, concurrencyKey }, keyConcurrency),
    inPool: await occupants(view, { pool: task.pool }, EXPLAIN_LIMITS.ahead),
    ahead: await view.countAhead(task, EXPLAIN_LIMITS.ahead),
    otherKeys: await view.countOtherKeys(task, EXPLAIN_LIMITS.keys),
  };
  return { task, queue, place };
}

async function occupants(
  view: SnapshotView,
  scope: RunningScope,
  atMost: number,
): Promise<Occupants> {
  return {
    count: await view.countRunning(scope, atMost),
    tasks: await view.listRunning(scope, EXPLAIN_LIMITS.running),
  };
}

async function guiltyOf(
  view: SnapshotView,
  task: TaskRecord,
  limit: number,
): Promise<readonly DependencyState[]> {
  const statuses = guiltyStatuses(task);
  if (statuses.length === 0) return [];
  const dependencies = await view.dependenciesIn(task.num, { statuses, limit });
  return dependencies.filter((dependency) => isGuilty(task, dependency));
}

interface Step {
  readonly num: number;
  /** Ids from the first dependency on to the task itself. */
  readonly path: readonly string[];
}

/** Follows guilty dependencies to those that wait or ended for reasons of their own, depth first. */
class RootSearch {
  readonly #view: SnapshotView;
  readonly #seen = new Set<number>();
  readonly #roots: RootFacts[] = [];
  #steps = 0;
  #truncated = false;

  constructor(view: SnapshotView) {
    this.#view = view;
  }

  async run(
    { num }: TaskRecord,
  ): Promise<{ readonly roots: readonly RootFacts[]; readonly truncated: boolean }> {
    // A stack of its own: chains may be longer than the call stack should be.
    const stack: Step[] = [{ num, path: [] }];
    let deepest: Step | null = null;
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (this.#isEnough()) break;
      if (next.path.length > (deepest?.path.length ?? 0)) deepest = next;
      const further: Step[] = [];
      for (const dependency of await this.#expand(next.num)) {
        const step = { num: dependency.num, path: [...next.path, dependency.id] };
        if (leadsOn(dependency)) further.push(step);
        else await this.#keepRoot(step);
      }
      // The first dependency is followed first.
      stack.push(...further.reverse());
    }
    // A chain longer than the bound: where it was left is at least on the way.
    if (this.#roots.length === 0 && deepest !== null) await this.#keepRoot(deepest);
    return { roots: this.#roots, truncated: this.#truncated };
  }

  async #expand(num: number): Promise<readonly DependencyState[]> {
    this.#steps++;
    const [task] = await this.#view.loadTasks([num]);
    if (task === undefined) return [];
    const limit = EXPLAIN_LIMITS.walkDependencies;
    const guilty = await guiltyOf(this.#view, task, limit);
    if (guilty.length >= limit) this.#truncated = true;
    const fresh = guilty.filter((dependency) => !this.#seen.has(dependency.num));
    for (const dependency of fresh) this.#seen.add(dependency.num);
    return fresh;
  }

  async #keepRoot({ num, path }: Step): Promise<void> {
    if (this.#roots.length >= EXPLAIN_LIMITS.roots) {
      this.#truncated = true;
      return;
    }
    const [task] = await this.#view.loadTasks([num]);
    if (task !== undefined) this.#roots.push({ path, facts: await taskFacts(this.#view, task) });
  }

  #isEnough(): boolean {
    const enough = this.#roots.length >= EXPLAIN_LIMITS.roots ||
      this.#steps >= EXPLAIN_LIMITS.walk;
    if (enough) this.#truncated = true;
    return enough;
  }
}

function dependencyFact({ id, key, status, reason }: DependencyState): DependencyFact {
  return { id, key, status, reason };
}
