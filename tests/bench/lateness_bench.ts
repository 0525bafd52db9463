import { setTimeout as delay } from "node:timers/promises";
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { percentile } from "../support/load.ts";
import { metricTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { listTasks, submitTasks } from "../support/task_client.ts";

/** How late scheduled tasks start beside others that wait, and what a herd due at once does to others. */
export interface LatenessBench {
  /** Tasks that waited all the while for a time hours away. */
  readonly waiting: number;
  /** Tasks that became due one after another. */
  readonly due: number;
  /** Start of the code less `runAt`. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly herd: HerdBench;
}

/** Submissions while `tasks` become due at the same instant. */
export interface HerdBench {
  readonly tasks: number;
  /** From the instant until every one was ready. */
  readonly seconds: number;
  readonly submitP50Ms: number;
  readonly submitP99Ms: number;
}

const HOUR_MS = 3_600_000;
/** Time between two due tasks; not a whole number, so that they fall on all parts of a ms. */
const EVERY_MS = 12.7;
const LEAD_MS = 1_500;
const PROBE_EVERY_MS = 25;

/** Measures on one node: `due` tasks beside `waiting` ones, then a herd of `herd` in a paused queue. */
export async function benchLateness(
  sizes: { readonly waiting: number; readonly due: number; readonly herd: number },
): Promise<LatenessBench> {
  await using node = await startNode({ args: ["--no-grpc"] });
  await submitTasks(
    node,
    repeat(sizes.waiting, (index) => ({
      method: "noop",
      delayMs: HOUR_MS + index,
    })),
  );
  const lateness = await measureLateness(node, sizes.due);
  const [p50Ms, p99Ms] = [percentile(lateness, 0.5), percentile(lateness, 0.99)];
  const { waiting, due } = sizes;
  return { waiting, due, p50Ms, p99Ms, herd: await measureHerd(node, sizes.herd) };
}

async function measureLateness(node: NodeProcess, count: number): Promise<readonly number[]> {
  const from = Date.now() + LEAD_MS;
  await submitTasks(
    node,
    repeat(count, (index) => ({
      method: "noop",
      labels: { bench: "due" },
      runAt: new Date(from + Math.floor(index * EVERY_MS)).toISOString(),
    })),
  );
  await delay(from + count * EVERY_MS - Date.now());
  const query = "&status=completed&label=bench:due";
  const tasks = await eventually(async () => {
    const ended = await listTasks(node, query);
    return ended.length === count ? ended : null;
  }, { what: "every due task has run" });
  return tasks.map(({ startedAt, runAt }) => msOf(startedAt) - msOf(runAt)).sort((a, b) => a - b);
}

async function measureHerd(node: NodeProcess, tasks: number): Promise<HerdBench> {
  await node.fetchApi("POST", "/api/queues/herd/pause");
  // Submitting them takes as long as the bench before did; they have to wait until all are in.
  const dueAt = Date.now() + LEAD_MS + tasks / 5;
  const runAt = new Date(dueAt).toISOString();
  await submitTasks(node, repeat(tasks, () => ({ method: "noop", queue: "herd", runAt })));
  assert.ok(Date.now() < dueAt, "the herd was due before all of it was submitted");
  await delay(dueAt - Date.now());
  const ready = new AbortController();
  const latencies = probe(node, ready.signal);
  await eventually(async () => await herdReady(node) === tasks, {
    what: "the whole herd is ready",
    deadlineMs: 120_000,
    everyMs: 50,
  });
  const seconds = (Date.now() - dueAt) / 1_000;
  ready.abort();
  const sorted = (await latencies).sort((a, b) => a - b);
  const [submitP50Ms, submitP99Ms] = [percentile(sorted, 0.5), percentile(sorted, 0.99)];
  return { tasks, seconds, submitP50Ms, submitP99Ms };
}

function herdReady(node: NodeProcess): Promise<number> {
  return metricTotal(node, "dtask_queue_depth", { queue: "herd", status: "pending" });
}

/** Submits at a steady rate until `signal` aborts, and tells how long each took. */
async function probe(node: NodeProcess, signal: AbortSignal): Promise<number[]> {
  const latencies: number[] = [];
  const sent: Promise<void>[] = [];
  const startedAt = performance.now();
  do {
    sent.push(probeOnce(node).then((ms) => void latencies.push(ms)));
    await delay(Math.max(0, startedAt + sent.length * PROBE_EVERY_MS - performance.now()));
  } while (!signal.aborted);
  await Promise.all(sent);
  return latencies;
}

async function probeOnce(node: NodeProcess): Promise<number> {
  const sentAt = performance.now();
  const { status } = await node.fetchApi("POST", "/api/tasks", { method: "noop" });
  assert.equal(status, 201);
  return performance.now() - sentAt;
}

function repeat<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function msOf(time: string | null): number {
  assert.ok(time !== null);
  return Date.parse(time);
}
