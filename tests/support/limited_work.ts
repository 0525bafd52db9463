/** Work in queues with limits, and whether the limits held. */
import assert from "node:assert/strict";
import type { NodeProcess } from "./node_process.ts";
import { mostAtATime, type PastRun } from "./run_history.ts";

const TASKS = 200;
/** The first of the crowd run until as many as may have met, however slow the machine is. */
const MEETING = 12;
const LONG = { method: "sleep", args: [1_000] };
const KEYS = ["a", "b", "c", "d", null];
const RATE = { limit: 20, perMs: 4_000 };

type Random = () => number;
export type LimitSettings = ReturnType<typeof drawSettings>;

/** Queues with one limit each, and one with all of them. */
export function drawSettings(random: Random) {
  const most = (max: number) => 1 + Math.floor(random() * max);
  const none = { concurrency: null, keyConcurrency: null, rateLimit: null };
  return {
    crowd: { ...none, concurrency: most(6) },
    keys: { ...none, keyConcurrency: most(3) },
    rate: { ...none, rateLimit: RATE },
    all: { concurrency: 2 + most(4), keyConcurrency: most(2), rateLimit: RATE },
  };
}

/** Sets the queues up. */
export async function configure(node: NodeProcess, settings: LimitSettings): Promise<void> {
  for (const [name, limits] of Object.entries(settings)) {
    const { status, body } = await node.fetchApi("PUT", `/api/queues/${name}`, limits);
    assert.equal(status, 200, JSON.stringify(body));
  }
}

/** Async and blocking work, of which some fails and is tried again. */
export function drawTasks(
  settings: LimitSettings,
  random: Random,
): readonly Record<string, unknown>[] {
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)];
  return Object.keys(settings).flatMap((queue) =>
    Array.from({ length: TASKS }, (_, index) => ({
      queue,
      concurrencyKey: pick(KEYS) ?? undefined,
      retry: { maxAttempts: 2, initialMs: 20 },
      ...queue === "crowd" && index < MEETING ? LONG : pick<Record<string, unknown>>([
        { method: "sleep", args: [1 + Math.floor(random() * 40)] },
        { method: "noop" },
        { method: "spin", args: [1 + Math.floor(random() * 10)] },
        { method: "fail", args: ["again", true] },
      ]),
    }))
  );
}

/** Lets the rates go. */
export async function liftRates(node: NodeProcess, settings: LimitSettings): Promise<void> {
  for (const [name, limits] of Object.entries(settings)) {
    await node.fetchApi("PUT", `/api/queues/${name}`, { ...limits, rateLimit: null });
  }
}

export interface Limits {
  readonly queue: string;
  readonly concurrency: number | null;
  readonly keyConcurrency: number | null;
  readonly rateLimit: { readonly limit: number; readonly perMs: number } | null;
  /** Until when the rate held, epoch ms. */
  readonly limitedUntil: number;
  /** Longest time between the claim that a rate counts and the start of the code, which is recorded. */
  readonly handoverMs: number;
}

/** Fails where more of `runs`, those of one queue, were running or started than allowed. */
export function assertLimits(runs: readonly PastRun[], limits: Limits): void {
  const { queue, concurrency, keyConcurrency, rateLimit, limitedUntil, handoverMs } = limits;
  const most = mostAtATime(runs);
  console.log(`${queue}: ${runs.length} runs, at most ${most} at a time`);
  assert.ok(most <= (concurrency ?? Infinity), `${most} at a time of ${concurrency} in ${queue}`);
  if (queue === "crowd") assert.equal(most, concurrency, "the limit was never reached");
  if (keyConcurrency !== null) assertKeys(runs, keyConcurrency);
  if (rateLimit === null) return;
  assertRate(runs.filter(({ startedAt }) => startedAt < limitedUntil), rateLimit, handoverMs);
}

function assertKeys(runs: readonly PastRun[], limit: number): void {
  const byKey = Map.groupBy(runs.filter(({ key }) => key !== null), ({ key }) => key);
  assert.ok(byKey.size > 1);
  for (const [key, ofKey] of byKey) {
    const most = mostAtATime(ofKey);
    assert.ok(most <= limit, `${most} at a time of ${limit} with key ${key}`);
  }
}

/** In no span were there more starts than the bucket held and gained. */
function assertRate(runs: readonly PastRun[], rate: typeof RATE, handoverMs: number): void {
  const starts = runs.map(({ startedAt }) => startedAt);
  assert.ok(starts.length >= rate.limit, "the limit was never reached");
  for (const [first, from] of starts.entries()) {
    for (const [further, at] of starts.slice(first).entries()) {
      const allowed = rate.limit * (1 + (at - from + handoverMs) / rate.perMs);
      assert.ok(further + 1 <= allowed, `${further + 1} starts in ${at - from} ms`);
    }
  }
}
