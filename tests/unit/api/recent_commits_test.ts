import assert from "node:assert/strict";
import type { TasksCommitted } from "../../../actors/protocol.ts";
import { RecentCommits } from "../../../api/recent_commits.ts";

function committed(ms: number, batchSize = 1): TasksCommitted {
  return {
    kind: "TasksCommitted",
    lastSeq: 1,
    ended: [],
    counts: [],
    commitSeconds: ms / 1_000,
    batchSize,
    cacheHits: 0,
    cacheMisses: 0,
  };
}

Deno.test("recent commits have nothing to say before the first", () => {
  const none = { count: 0, from: null, to: null, ms: null, items: null };
  const commits = new RecentCommits();
  commits.onEvents([{ kind: "EventsLost" }]);
  assert.deepEqual(commits.summary(), none);
});

Deno.test("recent commits give percentiles that were there, by nearest rank", () => {
  const commits = new RecentCommits(() => 7);
  commits.onEvents(Array.from({ length: 100 }, (_, index) => committed(100 - index, index + 1)));
  const { count, from, to, ms, items } = commits.summary();
  assert.deepEqual([count, from, to], [100, 7, 7]);
  const rounded = Object.entries(ms ?? {}).map(([key, value]) => [key, Math.round(value)]);
  assert.deepEqual(rounded, [["p50", 50], ["p90", 90], ["p99", 99], ["max", 100]]);
  assert.deepEqual(items, { p50: 50, p90: 90, p99: 99, max: 100 });
});

Deno.test("recent commits forget all but the latest 1,000", () => {
  let now = 0;
  const commits = new RecentCommits(() => now);
  for (let i = 1; i <= 2_500; i++) {
    now = i;
    commits.onEvents([committed(i > 1_500 ? 1 : 9_000)]);
  }
  const { count, from, to, ms } = commits.summary();
  assert.deepEqual([count, from, to, ms?.max], [1_000, 1_501, 2_500, 1]);
});
