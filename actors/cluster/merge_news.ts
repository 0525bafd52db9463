import type { NodeNews } from "../protocol.ts";

/** Ended tasks that are kept until they are told; beyond them all who wait have to look. */
const ENDED_MAX = 2_000;
/** The same of tasks with new log lines. */
const LOGGED_MAX = 500;
/** The same of workflows, places with ready work, freed queues, and runs to stop. */
const PLACES_MAX = 500;

/** Two pieces of news as one, each thing once. What grows too long becomes a call to look at everything. */
export function mergeNews(a: NodeNews, b: NodeNews): NodeNews {
  const ready = uniqueBy([...a.ready, ...b.ready], ({ queue, pool }) => `${queue}\n${pool}`);
  const freed = [...new Set([...a.freed, ...b.freed])];
  const cancels = [...a.cancels, ...b.cancels];
  const endedWorkflows = [...a.endedWorkflows, ...b.endedWorkflows];
  const runs = cancels.reduce((sum, { runs }) => sum + runs.length, 0);
  const counts = [ready.length, freed.length, endedWorkflows.length, runs];
  const fits = counts.every((count) => count <= PLACES_MAX);
  const rest = fits ? { ready, freed, cancels, endedWorkflows } : NO_NEWS;
  return {
    ...rest,
    lastSeq: Math.max(a.lastSeq, b.lastSeq),
    ended: mergeEnded(a.ended, b.ended),
    logged: mergeLogged(a.logged, b.logged),
    refresh: a.refresh || b.refresh || !fits,
  };
}

function mergeEnded(
  a: readonly string[] | null,
  b: readonly string[] | null,
): readonly string[] | null {
  if (a === null || b === null || a.length + b.length > ENDED_MAX) return null;
  return [...a, ...b];
}

function mergeLogged(
  a: readonly number[] | null,
  b: readonly number[] | null,
): readonly number[] | null {
  if (a === null || b === null) return null;
  const logged = new Set([...a, ...b]);
  return logged.size > LOGGED_MAX ? null : [...logged];
}

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

/** Nothing to tell. */
export const NO_NEWS: NodeNews = {
  lastSeq: 0,
  ended: [],
  endedWorkflows: [],
  logged: [],
  ready: [],
  freed: [],
  cancels: [],
  refresh: false,
};

/** Anything may have happened. */
export const LOOK_AT_EVERYTHING: NodeNews = {
  ...NO_NEWS,
  ended: null,
  logged: null,
  refresh: true,
};
