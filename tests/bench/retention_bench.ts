import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { finishedTotal, metricTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { processorSeconds } from "../support/processor_time.ts";

/** Full load with retention at work beside full load without, in one run. */
export interface RetentionBench {
  readonly pairs: number;
  /** Tasks that ended a second; medians over the slices. */
  readonly keepingPerSecond: number;
  readonly removingPerSecond: number;
  /** Tasks removed a second, in the slices with retention. */
  readonly removedPerSecond: number;
  /** Median over the pairs of what retention took of the throughput. */
  readonly lossPercent: number;
  /**
   * The same of the processor time that the node took for a task, which says more where others use
   * the machine as well; null where the system does not tell.
   */
  readonly extraTimePercent: number | null;
}

export interface RetentionPlan {
  readonly pairs: number;
  /** Load before each slice: longer than the retention, so that removal is in full swing. */
  readonly warmUpMs: number;
  readonly sliceMs: number;
}

interface Slice {
  readonly perSecond: number;
  readonly removedPerSecond: number;
  /** The node's processor time for each task that ended. */
  readonly secondsPerTask: number | null;
}

const KEPT = "1s";
const BATCH = 500;
/** Enough that executors never wait, little enough that neither kind of node works on a larger one. */
const BACKLOG = 4_000;
const POLL_MS = 50;

/** Measures pairs of slices, each on a fresh node, in turns with and without retention first. */
export async function benchRetention(plan: RetentionPlan): Promise<RetentionBench> {
  const pairs: { readonly keeping: Slice; readonly removing: Slice }[] = [];
  for (let index = 0; index < plan.pairs; index++) {
    if (index % 2 === 0) {
      const keeping = await measureSlice("never", plan);
      pairs.push({ keeping, removing: await measureSlice(KEPT, plan) });
    } else {
      const removing = await measureSlice(KEPT, plan);
      pairs.push({ keeping: await measureSlice("never", plan), removing });
    }
  }
  const extraTimes = pairs.flatMap(({ keeping, removing }) =>
    keeping.secondsPerTask === null || removing.secondsPerTask === null
      ? []
      : [100 * (removing.secondsPerTask / keeping.secondsPerTask - 1)]
  );
  return {
    pairs: pairs.length,
    keepingPerSecond: median(pairs.map(({ keeping }) => keeping.perSecond)),
    removingPerSecond: median(pairs.map(({ removing }) => removing.perSecond)),
    removedPerSecond: median(pairs.map(({ removing }) => removing.removedPerSecond)),
    lossPercent: median(
      pairs.map(({ keeping, removing }) => 100 * (1 - removing.perSecond / keeping.perSecond)),
    ),
    extraTimePercent: extraTimes.length === 0 ? null : median(extraTimes),
  };
}

async function measureSlice(kept: string, { warmUpMs, sliceMs }: RetentionPlan): Promise<Slice> {
  await using node = await startNode({ args: ["--no-grpc", "--retention-completed", kept] });
  const load = new FullLoad(node);
  await delay(warmUpMs);
  const before = await countsOf(node);
  await delay(sliceMs);
  const after = await countsOf(node);
  await load.stop();
  const seconds = (after.at - before.at) / 1_000;
  const ended = after.finished - before.finished;
  return {
    perSecond: ended / seconds,
    removedPerSecond: (after.removed - before.removed) / seconds,
    secondsPerTask: before.processor === null || after.processor === null
      ? null
      : (after.processor - before.processor) / ended,
  };
}

async function countsOf(node: NodeProcess) {
  const at = performance.now();
  const finished = await finishedTotal(node);
  const removed = await metricTotal(node, "dtask_retention_deleted_total", { what: "task" });
  const processor = Deno.build.os === "linux" ? processorSeconds(node.pid) : null;
  return { at, finished, removed, processor };
}

/** Submits tasks that do nothing as fast as the node works them off. */
class FullLoad {
  readonly #node: NodeProcess;
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(node: NodeProcess) {
    this.#node = node;
    this.#running = this.#run();
    // A failure is the bench's at `stop`, not an unhandled rejection before.
    this.#running.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const tasks = Array.from({ length: BATCH }, () => ({ method: "noop" }));
    for (let submitted = 0; !this.#stopped;) {
      const finished = await finishedTotal(this.#node);
      for (; submitted - finished < BACKLOG; submitted += BATCH) {
        const { status } = await this.#node.fetchApi("POST", "/api/tasks/batch", { tasks });
        assert.equal(status, 200);
      }
      await delay(POLL_MS);
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
