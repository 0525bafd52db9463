import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { announceSeed, seededRandom } from "../support/random.ts";
import { mostAtATime, type PastRun, readRuns } from "../support/run_history.ts";
import { allEnded, submitTasks } from "../support/task_client.ts";

/** More for a longer run. */
const KILLS = Number(Deno.env.get("DTASK_TEST_KILLS") ?? 4);
const ARGS = ["--no-grpc", "--log-level", "warning"];
const TASKS = 200;
const KEYS = ["a", "b", "c", "d", null];
/** Between the claim that a limit counts and the start of the code, which is what is recorded. */
const HANDOVER_MS = 1_000;
const RATE = { limit: 20, perMs: 4_000 };

type Random = () => number;
type Settings = ReturnType<typeof drawSettings>;

Deno.test("limits hold at every moment, under load and kill -9", async () => {
  const random = seededRandom(announceSeed(`limits under ${KILLS} kills`));
  const settings = drawSettings(random);
  console.log(JSON.stringify(settings));
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  for (let round = 0; round < KILLS; round++) {
    const node = await startNode({ dataDir, args: ARGS });
    await configure(node, settings);
    await submitTasks(node, drawTasks(settings, random));
    await delay(500 + random() * 1_500);
    node.kill("SIGKILL");
    await node.status;
  }
  const limitedUntil = await runToTheEnd(dataDir, settings);
  const runs = readRuns(dataDir);
  console.log(`${runs.length} runs, ${runs.filter(isCrash).length} of them crashed`);
  assert.ok(runs.some(isCrash), "no run was cut off: nothing of interest was tested");
  for (const [queue, limits] of Object.entries(settings)) {
    assertLimits(runs.filter((run) => run.queue === queue), { queue, ...limits, limitedUntil });
  }
  await Deno.remove(dataDir, { recursive: true });
});

const isCrash = ({ outcome }: PastRun) => outcome === "crashed";

/** Queues with one limit each, and one with all of them. */
function drawSettings(random: Random) {
  const most = (max: number) => 1 + Math.floor(random() * max);
  const none = { concurrency: null, keyConcurrency: null, rateLimit: null };
  return {
    crowd: { ...none, concurrency: most(6) },
    keys: { ...none, keyConcurrency: most(3) },
    rate: { ...none, rateLimit: RATE },
    all: { concurrency: 2 + most(4), keyConcurrency: most(2), rateLimit: RATE },
  };
}

async function configure(node: NodeProcess, settings: Settings): Promise<void> {
  for (const [name, limits] of Object.entries(settings)) {
    const { status, body } = await node.fetchApi("PUT", `/api/queues/${name}`, limits);
    assert.equal(status, 200, JSON.stringify(body));
  }
}

/** Async and blocking work, of which some fails and is tried again. */
function drawTasks(settings: Settings, random: Random): readonly Record<string, unknown>[] {
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)];
  return Object.keys(settings).flatMap((queue) =>
    Array.from({ length: TASKS }, () => ({
      queue,
      concurrencyKey: pick(KEYS) ?? undefined,
      retry: { maxAttempts: 2, initialMs: 20 },
      ...pick<Record<string, unknown>>([
        { method: "sleep", args: [1 + Math.floor(random() * 40)] },
        { method: "noop" },
        { method: "spin", args: [1 + Math.floor(random() * 10)] },
        { method: "fail", args: ["again", true] },
      ]),
    }))
  );
}

/** Lets all tasks end, without limits of the rate; answers until when those held. */
async function runToTheEnd(dataDir: string, settings: Settings): Promise<number> {
  await using node = await startNode({ dataDir, args: ARGS });
  await configure(node, settings);
  await delay(500);
  const limitedUntil = Date.now();
  for (const [name, limits] of Object.entries(settings)) {
    await node.fetchApi("PUT", `/api/queues/${name}`, { ...limits, rateLimit: null });
  }
  await eventually(() => allEnded(node), {
    what: "every task has ended",
    deadlineMs: 120_000,
    everyMs: 200,
  });
  assert.equal(await node.stop(), 0);
  return limitedUntil;
}

interface Limits {
  readonly queue: string;
  readonly concurrency: number | null;
  readonly keyConcurrency: number | null;
  readonly rateLimit: { readonly limit: number; readonly perMs: number } | null;
  readonly limitedUntil: number;
}

function assertLimits(runs: readonly PastRun[], limits: Limits): void {
  const { queue, concurrency, keyConcurrency, rateLimit, limitedUntil } = limits;
  const most = mostAtATime(runs);
  console.log(`${queue}: ${runs.length} runs, at most ${most} at a time`);
  assert.ok(most <= (concurrency ?? Infinity), `${most} at a time of ${concurrency} in ${queue}`);
  if (queue === "crowd") assert.equal(most, concurrency, "the limit was never reached");
  if (keyConcurrency !== null) assertKeys(runs, keyConcurrency);
  if (rateLimit === null) return;
  assertRate(runs.filter(({ startedAt }) => startedAt < limitedUntil), rateLimit);
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
function assertRate(runs: readonly PastRun[], rate: typeof RATE): void {
  const starts = runs.map(({ startedAt }) => startedAt);
  assert.ok(starts.length >= rate.limit, "the limit was never reached");
  for (const [first, from] of starts.entries()) {
    for (const [further, at] of starts.slice(first).entries()) {
      const allowed = rate.limit * (1 + (at - from + HANDOVER_MS) / rate.perMs);
      assert.ok(further + 1 <= allowed, `${further + 1} starts in ${at - from} ms`);
    }
  }
}
