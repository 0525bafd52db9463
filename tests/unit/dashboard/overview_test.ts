import assert from "node:assert/strict";
import { rateLines, timeLines } from "../../../api/dashboard/pages/overview/chart_lines.ts";
import {
  firstInLine,
  queueLines,
  totalOf,
} from "../../../api/dashboard/pages/overview/queue_lines.ts";
import { windowOf, windowPath, WINDOWS } from "../../../api/dashboard/pages/overview/windows.ts";
import type { HistoryView, StatsView } from "../../../api/schema.ts";

const NONE = { p50: 1, p95: 2, p99: 3 };

function stats(more: Pick<StatsView, "queues" | "oldestWaiting">): StatsView {
  const none = {
    submitted: 0,
    started: 0,
    finished: { completed: 0, failed: 0, cancelled: 0, skipped: 0 },
    submittedPerSecond: 0,
    startedPerSecond: 0,
    finishedPerSecond: 0,
    successRate: null,
    waitMs: null,
    runMs: null,
  };
  return {
    submitted: 0,
    finished: {},
    commits: 0,
    rates: { submittedPerSecond: 0, finishedPerSecond: 0 },
    resultCache: { hits: 0, misses: 0, bytes: 0 },
    deadLetters: 0,
    windows: { "5m": none, "1h": none, "24h": none },
    ...more,
  };
}

Deno.test("overview lists queues with work, those in which most wait first", () => {
  const view = stats({
    queues: [
      { name: "done", counts: { completed: 9 } },
      { name: "b", counts: { running: 1 } },
      { name: "a", counts: { running: 1, completed: 3 } },
      { name: "long", counts: { pending: 7, running: 2 } },
    ],
    oldestWaiting: [{ queue: "long", id: "x", since: "2026-11-21T20:15:42.000Z" }],
  });
  const lines = queueLines(view);
  assert.deepEqual(lines.map(({ name, first }) => [name, first?.id]), [
    ["long", "x"],
    ["a", undefined],
    ["b", undefined],
  ]);
  assert.deepEqual([totalOf(view, "pending"), totalOf(view, "running")], [7, 4]);
});

Deno.test("overview finds what became ready first of what is first in a queue", () => {
  const since = (second: number) => new Date(second * 1_000).toISOString();
  const oldestWaiting = [3, 1, 2].map((second) => ({
    queue: `q${second}`,
    id: `t${second}`,
    since: since(second),
  }));
  assert.equal(firstInLine(stats({ queues: [], oldestWaiting }))?.id, "t1");
  assert.equal(firstInLine(stats({ queues: [], oldestWaiting: [] })), null);
});

Deno.test("overview keeps the span in the address", () => {
  for (const { window } of WINDOWS) {
    assert.equal(windowOf(windowPath(window).slice(1)).window, window);
  }
  assert.equal(windowPath("5m"), "/");
  assert.equal(windowOf("window=7y").window, "5m");
});

Deno.test("overview draws ends that there were, and gaps where nothing ran", () => {
  const point = (failed: number, ran: boolean): HistoryView["points"][number] => ({
    at: "2026-11-21T20:15:42.000Z",
    submittedPerSecond: 1,
    startedPerSecond: 1,
    finishedPerSecond: { completed: 0, failed, cancelled: 0, skipped: 0 },
    waitMs: ran ? NONE : null,
    runMs: null,
  });
  const points = [point(0, true), point(2, false)];
  assert.deepEqual(rateLines(points).map(({ label, values }) => [label, ...values]), [
    ["submitted", 1, 1],
    ["completed", 0, 0],
    ["failed", 0, 2],
  ]);
  assert.deepEqual(timeLines(points, "waitMs").map(({ values }) => values), [
    [1, null],
    [2, null],
    [3, null],
  ]);
  assert.deepEqual(timeLines(points, "runMs")[0]?.values, [null, null]);
});
