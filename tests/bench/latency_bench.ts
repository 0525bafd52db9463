import { setTimeout as delay } from "node:timers/promises";
import assert from "node:assert/strict";
import { percentile } from "../support/load.ts";
import { startNode } from "../support/node_process.ts";

/** From the moment of submitting to the arrival of the result, at a steady rate. */
export interface LatencyBench {
  readonly perSecond: number;
  readonly tasks: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const RATE = 100;

/** Submits 100 tasks a second for `durationMs`, each on time whatever became of the others. */
export async function benchLatency(durationMs: number): Promise<LatencyBench> {
  await using node = await startNode({ args: ["--no-grpc"] });
  const latencies: number[] = [];
  const runOne = async (measured: boolean) => {
    const submittedAt = performance.now();
    const submitted = await node.fetchApi("POST", "/api/tasks", { method: "noop" });
    assert.equal(submitted.status, 201);
    const path = `/api/tasks/${submitted.body.id}/result?waitMs=10000`;
    assert.equal((await node.fetchApi("GET", path)).status, 200);
    if (measured) latencies.push(performance.now() - submittedAt);
  };
  for (let index = 0; index < RATE; index++) await runOne(false);
  const tasks = Math.ceil(durationMs / 1_000 * RATE);
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (let index = 0; index < tasks; index++) {
    await delay(Math.max(0, startedAt + index * 1_000 / RATE - performance.now()));
    running.push(runOne(true));
  }
  await Promise.all(running);
  latencies.sort((a, b) => a - b);
  const [p50Ms, p99Ms] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return { perSecond: RATE, tasks, p50Ms, p99Ms };
}
