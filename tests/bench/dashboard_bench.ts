/**
 * The dashboard beside a large store: how soon each page is there, how long its requests take, and what
 * ten who watch cost a node under full load.
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type BrowserRig, findChromium, openDashboard, settled } from "../support/browser.ts";
import { fillNode, LIVELY_IDS, LIVELY_NODE, LIVELY_PAGES } from "../support/lively_node.ts";
import { finishedTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { processorSeconds } from "../support/processor_time.ts";
import { cloneTasks } from "./cloned_tasks.ts";
import { FullLoad } from "./full_load.ts";

/** What one page took. */
export interface PageTimes {
  readonly path: string;
  /** Worst of the visits, each with an empty cache: first contentful paint, and all that it reads shown. */
  readonly paintMs: number;
  readonly shownMs: number;
  /** Its slowest request in any visit, beside the work of the browser. */
  readonly slowestMs: number;
  readonly slowest: string;
  /** The slowest of its requests by its median, asked for one by one without a browser. */
  readonly answerMs: number;
  /** All that it reads. */
  readonly requests: readonly string[];
}

/** What the measurement says. */
export interface DashboardBench {
  readonly tasks: number;
  readonly pages: readonly PageTimes[];
  readonly viewers: number;
  /** Tasks that ended a second without and with those who watch. */
  readonly alonePerSecond: number;
  readonly watchedPerSecond: number;
  /** What they took of the throughput, and added to the processor time that the node takes for a task. */
  readonly lossPercent: number;
  readonly extraTimePercent: number | null;
}

export interface DashboardBenchPlan {
  readonly tasks: number;
  readonly visits: number;
  readonly viewers: number;
  /** Turns of full load, half of them watched. */
  readonly slices: number;
  readonly sliceMs: number;
}

/** What a tab reads anew at most once in so long. */
const REFRESH_MS = 2_000;
/** How often each request is asked for by itself. */
const ANSWERS = 9;
const WARM_UP_MS = 4_000;

/** Measures all of it on one node. */
export async function benchDashboard(plan: DashboardBenchPlan): Promise<DashboardBench> {
  const chromium = findChromium();
  if (chromium === null) throw new Error("Cannot measure the dashboard: there is no Chromium");
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-dashboard-" });
  try {
    await fillStore(dataDir, plan.tasks);
    await using rig = await openDashboard(chromium, { ...LIVELY_NODE, dataDir });
    const pages: PageTimes[] = [];
    for (const path of LIVELY_PAGES) pages.push(await measurePage(rig, path, plan.visits));
    const { node } = rig;
    return { tasks: plan.tasks, pages, viewers: plan.viewers, ...await watch(node, pages, plan) };
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** A store as after a long time of work: most of it ended, some failed, some waiting. */
async function fillStore(dataDir: string, tasks: number): Promise<void> {
  {
    await using node = await startNode({ ...LIVELY_NODE, dataDir });
    await fillNode(node);
    // Rows are cloned once nothing changes them any more.
    await node.fetchApi("POST", "/api/queues/images/pause");
  }
  const share = (part: number) => Math.floor(tasks * part);
  cloneTasks(dataDir, [
    { id: LIVELY_IDS.completed, count: share(0.7) },
    { id: LIVELY_IDS.failed, count: share(0.1) },
    { id: "newsletter-1", count: share(0.1) },
    { id: LIVELY_IDS.scheduled, count: share(0.05) },
    { id: LIVELY_IDS.cancelled, count: share(0.05) },
  ]);
}

async function measurePage(rig: BrowserRig, path: string, visits: number): Promise<PageTimes> {
  const seen: Omit<PageTimes, "path" | "answerMs">[] = [];
  for (let visit = 0; visit < visits; visit++) {
    // A tab of its own each time: nothing of an earlier one is in its cache.
    const page = await rig.visit(path);
    await settled(page);
    seen.push(await page.evaluate(READ_TIMES));
    await page.context().close();
  }
  const worst = (of: "paintMs" | "shownMs" | "slowestMs") =>
    seen.toSorted((a, b) => b[of] - a[of])[0] ?? assert.fail();
  const { slowest, slowestMs } = worst("slowestMs");
  const { paintMs } = worst("paintMs");
  const { shownMs, requests } = worst("shownMs");
  const answerMs = await slowestAnswer(rig.node, requests);
  return { path, paintMs, shownMs, slowestMs, slowest, answerMs, requests };
}

async function slowestAnswer(node: NodeProcess, requests: readonly string[]): Promise<number> {
  let slowest = 0;
  for (const path of requests) {
    const times: number[] = [];
    for (let round = 0; round < ANSWERS; round++) {
      const startedAt = performance.now();
      await node.fetchApi("GET", path);
      times.push(performance.now() - startedAt);
    }
    times.sort((a, b) => a - b);
    slowest = Math.max(slowest, times[times.length >> 1] ?? 0);
  }
  return slowest;
}

/** Runs in the page. Streams do not end, so they are not among its requests. */
const READ_TIMES = `(() => {
  const shownMs = performance.now();
  const requests = performance.getEntriesByType("resource")
    .filter(({ name }) => name.startsWith(location.origin + "/api/"));
  const slowest = requests.toSorted((a, b) => b.duration - a.duration)[0];
  const path = (url) => url.slice(location.origin.length);
  return {
    paintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? shownMs,
    shownMs,
    slowestMs: slowest?.duration ?? 0,
    slowest: slowest === undefined ? "" : path(slowest.name),
    requests: [...new Set(requests.map(({ name }) => path(name)))],
  };
})()`;

/** Full load in turns with and without those who watch, since a machine differs from minute to minute. */
async function watch(
  node: NodeProcess,
  pages: readonly PageTimes[],
  { viewers, slices, sliceMs }: DashboardBenchPlan,
) {
  const ending = new AbortController();
  const load = new FullLoad(node).run(ending.signal);
  const work = { alone: { ...NOTHING }, watched: { ...NOTHING } };
  try {
    await delay(WARM_UP_MS);
    for (let slice = 0; slice < slices; slice++) {
      // Each comes first as often as second.
      const watched = slice % 4 === 1 || slice % 4 === 2;
      const requests = watched ? viewed(pages, viewers) : [];
      const sum = work[watched ? "watched" : "alone"];
      add(sum, await measureSlice(node, { sliceMs, requests }));
    }
  } finally {
    ending.abort();
    await load;
  }
  const perSecond = ({ ended, seconds }: Slice) => ended / seconds;
  const perTask = ({ ended, processor }: Slice) => processor / ended;
  const { alone, watched } = work;
  return {
    alonePerSecond: perSecond(alone),
    watchedPerSecond: perSecond(watched),
    lossPercent: 100 * (1 - perSecond(watched) / perSecond(alone)),
    extraTimePercent: Deno.build.os === "linux"
      ? 100 * (perTask(watched) / perTask(alone) - 1)
      : null,
  };
}

interface Slice {
  ended: number;
  seconds: number;
  processor: number;
}

const NOTHING: Slice = { ended: 0, seconds: 0, processor: 0 };

function add(sum: Slice, slice: Slice): void {
  sum.ended += slice.ended;
  sum.seconds += slice.seconds;
  sum.processor += slice.processor;
}

/** What each who watches reads: one looks at one page, the next at the next. */
function viewed(pages: readonly PageTimes[], viewers: number): readonly (readonly string[])[] {
  return Array.from({ length: viewers }, (_, i) => pages[i % pages.length]?.requests ?? []);
}

interface SliceOptions {
  readonly sliceMs: number;
  readonly requests: readonly (readonly string[])[];
}

async function measureSlice(
  node: NodeProcess,
  { sliceMs, requests }: SliceOptions,
): Promise<Slice> {
  const read = async () => ({
    ended: await finishedTotal(node),
    seconds: performance.now() / 1_000,
    processor: Deno.build.os === "linux" ? processorSeconds(node.pid) : 0,
  });
  const leaving = new AbortController();
  const watching = requests.map((ofOne) => view(node, ofOne, leaving.signal));
  const before = await read();
  await delay(sliceMs);
  const after = await read();
  leaving.abort();
  await Promise.all(watching);
  return {
    ended: after.ended - before.ended,
    seconds: after.seconds - before.seconds,
    processor: after.processor - before.processor,
  };
}

/**
 * Does what a tab does while everything changes: follows the pulse, and reads all that its page reads
 * anew as often as a tab may. A browser itself would take this machine's processors from the node.
 */
async function view(
  node: NodeProcess,
  requests: readonly string[],
  leaving: AbortSignal,
): Promise<void> {
  const headers = { authorization: `Bearer ${await node.token()}` };
  const get = async (path: string) => {
    const response = await fetch(`${node.url}${path}`, { headers, signal: leaving });
    await response.body?.pipeTo(new WritableStream());
  };
  const refresh = async () => {
    while (!leaving.aborted) {
      await Promise.all(requests.map(get));
      await delay(REFRESH_MS, undefined, { signal: leaving });
    }
  };
  const ended = (error: unknown) => assert.ok(leaving.aborted, String(error));
  await Promise.all([get("/api/pulse").catch(ended), refresh().catch(ended)]);
}

/** The measurement as text. */
export function formatDashboardBench(bench: DashboardBench): string {
  const ms = (value: number) => `${value.toFixed(0)} ms`.padStart(9);
  const { alonePerSecond, watchedPerSecond, lossPercent, extraTimePercent } = bench;
  return [
    `the dashboard beside ${bench.tasks} stored tasks; the worst of the visits, each with an empty cache`,
    "",
    "page                              paint    shown   answer  slowest request beside the browser",
    ...bench.pages.map(({ path, paintMs, shownMs, answerMs, slowestMs, slowest }) =>
      path.padEnd(30) + [paintMs, shownMs, answerMs, slowestMs].map(ms).join("") + `  ${slowest}`
    ),
    "",
    `full load: ${alonePerSecond.toFixed(0)} tasks/s alone, ${watchedPerSecond.toFixed(0)} with ` +
    `${bench.viewers} who watch: loss ${lossPercent.toFixed(1)} %` +
    (extraTimePercent === null
      ? ""
      : `, processor time of the node a task ${extraTimePercent.toFixed(1)} % more`),
  ].join("\n");
}
