import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { type PastRun, readRuns } from "../support/run_history.ts";
import { allEnded, submitTasks } from "../support/task_client.ts";

interface Contender {
  readonly weight: number;
  readonly tasks: number;
  readonly concurrency?: number;
  readonly task: Readonly<Record<string, unknown>>;
}

/** The runs of queues that were all full when they were let go at once, by queue. */
async function compete(
  contenders: Readonly<Record<string, Contender>>,
): Promise<ReadonlyMap<string, readonly PastRun[]>> {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  try {
    {
      await using node = await startNode({ dataDir, args: ["--no-grpc"] });
      for (
        const [queue, { weight, tasks, concurrency = null, task }] of Object.entries(contenders)
      ) {
        await call(node, "PUT", `/api/queues/${queue}`, { weight, concurrency });
        await call(node, "POST", `/api/queues/${queue}/pause`);
        await submitTasks(node, Array.from({ length: tasks }, () => ({ ...task, queue })));
      }
      const names = Object.keys(contenders);
      await Promise.all(names.map((queue) => call(node, "POST", `/api/queues/${queue}/resume`)));
      await eventually(() => allEnded(node), {
        what: "every task has ended",
        deadlineMs: 120_000,
        everyMs: 200,
      });
    }
    return Map.groupBy(readRuns(dataDir), ({ queue }) => queue);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function call(node: NodeProcess, method: string, path: string, body?: unknown) {
  const answer = await node.fetchApi(method, path, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

/**
 * Starts of each queue while all of them had more: from when the last of them began until one came
 * near its end. Its last ones are left out, since beside those the others get more than their share.
 */
function startsWhileFull(
  runs: ReadonlyMap<string, readonly PastRun[]>,
): Readonly<Record<string, number>> {
  const spans = [...runs.values()].map((of) => ({
    from: of[0]?.startedAt ?? 0,
    until: of[Math.floor(of.length * 0.9)]?.startedAt ?? 0,
  }));
  const from = Math.max(...spans.map((span) => span.from));
  const until = Math.min(...spans.map((span) => span.until));
  const during = ({ startedAt }: PastRun) => startedAt >= from && startedAt <= until;
  return Object.fromEntries([...runs].map(([queue, of]) => [queue, of.filter(during).length]));
}

function assertShare(counts: Readonly<Record<string, number>>, heavy: string, more: {
  readonly light: string;
  readonly times: number;
}): void {
  console.log(JSON.stringify(counts));
  const ratio = (counts[heavy] ?? 0) / (counts[more.light] ?? 0);
  const error = Math.abs(ratio / more.times - 1);
  assert.ok(error <= 0.05, `${heavy} to ${more.light}: ${ratio.toFixed(3)}, not ${more.times}`);
}

const NOOP = { method: "noop" };

Deno.test("queues of weight 3 and 1, both full, start 3 to 1", async () => {
  const runs = await compete({
    heavy: { weight: 3, tasks: 6_000, task: NOOP },
    light: { weight: 1, tasks: 4_000, task: NOOP },
  });
  assertShare(startsWhileFull(runs), "heavy", { light: "light", times: 3 });
});

Deno.test("queues of weight 3 and 1 start 3 to 1 where runs take turns in few slots", async () => {
  const runs = await compete({
    heavy: { weight: 3, tasks: 900, task: { method: "spin", args: [1] } },
    light: { weight: 1, tasks: 600, task: { method: "spin", args: [1] } },
  });
  assertShare(startsWhileFull(runs), "heavy", { light: "light", times: 3 });
});

Deno.test("queues of weight 10, 5 and 1 share so, beside one at its own limit", async () => {
  const runs = await compete({
    most: { weight: 10, tasks: 6_000, task: NOOP },
    half: { weight: 5, tasks: 4_000, task: NOOP },
    least: { weight: 1, tasks: 2_000, task: NOOP },
    limited: {
      weight: 100,
      tasks: 60,
      concurrency: 1,
      task: { method: "sleep", args: [2] },
    },
  });
  const counts = startsWhileFull(new Map([...runs].filter(([queue]) => queue !== "limited")));
  assertShare(counts, "most", { light: "half", times: 2 });
  assertShare(counts, "most", { light: "least", times: 10 });
});
