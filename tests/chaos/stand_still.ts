/** How long work stood still, from what task code wrote down and the runs that the store has. */
import { type CodeMoment, isGivenUp, runKey, type StoredRun, type StoredTask } from "./history.ts";
import type { Strike } from "./faults.ts";

/** What a fault cost. `null` where nothing of the kind was there. */
export interface StandStill {
  /** Runs that the node which was struck had at that moment. */
  readonly victims: number;
  /** The longest time until one of them went on: as the next run, or by an outcome that was taken. */
  readonly victimsMs: number | null;
  /** The longest time in which no other node started anything; who is back counts like the others. */
  readonly othersMs: number | null;
  /** From the fault to the beginning of that time. */
  readonly othersAfterMs: number | null;
  /** From the database's return to the first start, on the node that took longest. */
  readonly databaseMs: number | null;
}

export interface StandStillOptions {
  readonly starts: readonly CodeMoment[];
  readonly tasks: readonly StoredTask[];
}

/** Measures what `strike` cost. */
export function measureStandStill(strike: Strike, seen: StandStillOptions): StandStill {
  const waits = resumptions(strike, seen).map((at) => at - strike.struckAt);
  const gap = strike.ofDatabase ? null : longestGap(strike, seen);
  return {
    victims: waits.length,
    victimsMs: waits.length === 0 ? null : Math.max(...waits),
    othersMs: gap?.ms ?? null,
    othersAfterMs: gap?.afterMs ?? null,
    databaseMs: strike.ofDatabase ? slowestReturn(strike, seen) : null,
  };
}

/** When each run that the struck process had at that moment went on. */
function resumptions({ pid, struckAt }: Strike, { starts, tasks }: StandStillOptions): number[] {
  const nodes = nodesOf(starts.filter((start) => start.pid === pid), tasks);
  return tasks.flatMap((task) =>
    task.runs.flatMap((run, index) => {
      const wasThere = run.startedAt <= struckAt && (run.finishedAt ?? Infinity) > struckAt;
      if (run.node === null || !nodes.has(run.node) || !wasThere) return [];
      return [resumedAt(run, task.runs[index + 1])];
    })
  );
}

/** The ids that a process had as a node. */
function nodesOf(starts: readonly CodeMoment[], tasks: readonly StoredTask[]): Set<string> {
  const keys = new Set(starts.map(runKey));
  const runs = tasks.flatMap(({ id, runs }) =>
    runs.filter(({ run }) => keys.has(runKey({ task: id, run })))
  );
  return new Set(runs.flatMap(({ node }) => node === null ? [] : [node]));
}

/** What was given up goes on with the task's next run. */
function resumedAt(run: StoredRun, next: StoredRun | undefined): number {
  return (isGivenUp(run) ? next?.startedAt : null) ?? run.finishedAt ?? Infinity;
}

interface Gap {
  readonly ms: number;
  readonly afterMs: number;
}

function longestGap(
  { pid, struckAt, healedAt, until }: Strike,
  { starts }: StandStillOptions,
): Gap {
  const times = starts.filter((start) => start.pid !== pid || start.at > healedAt)
    .map(({ at }) => at).filter((at) => at > struckAt && at < until).sort((a, b) => a - b);
  let [longest, before] = [{ ms: 0, afterMs: 0 }, struckAt];
  for (const at of [...times, until]) {
    if (at - before > longest.ms) longest = { ms: at - before, afterMs: before - struckAt };
    before = at;
  }
  return longest;
}

function slowestReturn({ healedAt, until }: Strike, { starts }: StandStillOptions): number | null {
  const seen = starts.filter(({ at }) => at > healedAt && at < until);
  const first = new Map<number, number>();
  for (const { pid, at } of seen) first.set(pid, Math.min(first.get(pid) ?? Infinity, at));
  return first.size === 0 ? null : Math.max(...first.values()) - healedAt;
}
