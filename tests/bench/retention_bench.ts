import { setTimeout as delay } from "node:timers/promises";
import { finishedTotal, metricTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { processorSeconds } from "../support/processor_time.ts";
import { FullLoad } from "./full_load.ts";

/** Full load with retention at work beside full load without, in turns. */
export interface RetentionBench {
  readonly pairs: number;
  /** Tasks that ended a second; medians over the pairs, as is all that follows. */
  readonly keepingPerSecond: number;
  readonly removingPerSecond: number;
  /** Tasks that the node with retention removed a second. */
  readonly removedPerSecond: number;
  /** What retention took of the throughput. */
  readonly lossPercent: number;
  /**
   * What it added to the processor time that the node takes for a task, which says more where others
   * use the machine as well; null where the system does not tell.
   */
  readonly extraTimePercent: number | null;
}

export interface RetentionPlan {
  /** Pairs of fresh nodes, one of which keeps everything and one removes it soon. */
  readonly pairs: number;
  /** Load before the first slice: longer than the retention, so that removal is in full swing. */
  readonly warmUpMs: number;
  /** How long each node of a pair works before it is the other's turn, and how often. */
  readonly sliceMs: number;
  readonly slices: number;
  /** What the two are told of retention, to compare what is alike as well. */
  readonly kept?: readonly [keeping: string, removing: string];
}

/** What a node did in its slices. */
interface Work {
  readonly ended: number;
  readonly removed: number;
  readonly seconds: number;
  /** Processor time; null where the system does not tell. */
  readonly processor: number | null;
}

const KEPT = ["never", "1s"] as const;
const NO_WORK: Work = { ended: 0, removed: 0, seconds: 0, processor: 0 };
/** Between the beginning of load and that of a slice, so that the node is at full speed again. */
const LEAD_MS = 200;

/**
 * Measures pairs of nodes in short turns, since fresh processes differ by more than retention costs,
 * and so does one machine from one minute to the next.
 */
export async function benchRetention(plan: RetentionPlan): Promise<RetentionBench> {
  const pairs: Awaited<ReturnType<typeof measurePair>>[] = [];
  for (let index = 0; index < plan.pairs; index++) pairs.push(await measurePair(plan));
  const extraTimes = pairs.flatMap(({ keeping, removing }) => {
    const [before, after] = [secondsPerTask(keeping), secondsPerTask(removing)];
    return before === null || after === null ? [] : [100 * (after / before - 1)];
  });
  return {
    pairs: pairs.length,
    keepingPerSecond: median(pairs.map(({ keeping }) => perSecond(keeping))),
    removingPerSecond: median(pairs.map(({ removing }) => perSecond(removing))),
    removedPerSecond: median(pairs.map(({ removing }) => removing.removed / removing.seconds)),
    lossPercent: median(
      pairs.map(({ keeping, removing }) => 100 * (1 - perSecond(removing) / perSecond(keeping))),
    ),
    extraTimePercent: extraTimes.length === 0 ? null : median(extraTimes),
  };
}

async function measurePair({ kept, warmUpMs, sliceMs, slices }: RetentionPlan) {
  const [keepingFor, removingAfter] = kept ?? KEPT;
  await using keeping = await Contender.start(keepingFor);
  await using removing = await Contender.start(removingAfter);
  await keeping.work(warmUpMs);
  await removing.work(warmUpMs);
  const work = { keeping: NO_WORK, removing: NO_WORK };
  for (let index = 0; index < slices; index++) {
    // Each goes first as often as second.
    const first = index % 2 === 0;
    if (first) work.keeping = sum(work.keeping, await keeping.work(sliceMs));
    work.removing = sum(work.removing, await removing.work(sliceMs));
    if (!first) work.keeping = sum(work.keeping, await keeping.work(sliceMs));
  }
  return work;
}

/** A node that works in turns and stands still in between: what it has to do, it does in its own time. */
class Contender implements AsyncDisposable {
  readonly #node: NodeProcess;
  readonly #load: FullLoad;

  private constructor(node: NodeProcess) {
    this.#node = node;
    this.#load = new FullLoad(node);
    this.#signal("SIGSTOP");
  }

  static async start(kept: string): Promise<Contender> {
    return new Contender(
      await startNode({ args: ["--no-grpc", "--retention-completed", kept] }),
    );
  }

  /** Works under full load for `durationMs`. */
  async work(durationMs: number): Promise<Work> {
    this.#signal("SIGCONT");
    const ending = new AbortController();
    const [work] = await Promise.all([
      this.#measure(durationMs).finally(() => ending.abort()),
      this.#load.run(ending.signal),
    ]);
    this.#signal("SIGSTOP");
    return work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal("SIGCONT");
    await this.#node[Symbol.asyncDispose]();
  }

  async #measure(durationMs: number): Promise<Work> {
    await delay(LEAD_MS);
    const before = await countsOf(this.#node);
    await delay(durationMs);
    const after = await countsOf(this.#node);
    return {
      ended: after.ended - before.ended,
      removed: after.removed - before.removed,
      seconds: (after.at - before.at) / 1_000,
      processor: before.processor === null || after.processor === null
        ? null
        : after.processor - before.processor,
    };
  }

  /** Where processes cannot be stopped and continued, both go on, the one whose turn it is not without load. */
  #signal(signal: "SIGSTOP" | "SIGCONT"): void {
    if (Deno.build.os !== "windows") this.#node.kill(signal);
  }
}

async function countsOf(node: NodeProcess) {
  const at = performance.now();
  const processor = Deno.build.os === "linux" ? processorSeconds(node.pid) : null;
  const ended = await finishedTotal(node);
  const removed = await metricTotal(node, "dtask_retention_deleted_total", { what: "task" });
  return { at, ended, removed, processor };
}

function sum(one: Work, other: Work): Work {
  return {
    ended: one.ended + other.ended,
    removed: one.removed + other.removed,
    seconds: one.seconds + other.seconds,
    processor: one.processor === null || other.processor === null
      ? null
      : one.processor + other.processor,
  };
}

function perSecond({ ended, seconds }: Work): number {
  return ended / seconds;
}

function secondsPerTask({ ended, processor }: Work): number | null {
  return processor === null ? null : processor / ended;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
