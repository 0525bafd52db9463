import assert from "node:assert/strict";
import { FakeNode, json } from "./fake_node.ts";
import { FAKE_NOW, FakeWorld } from "./fake_world.ts";

const TRAFFIC = {
  submitted: 600,
  started: 590,
  finished: { completed: 570, failed: 6, cancelled: 0, skipped: 0 },
  submittedPerSecond: 2,
  startedPerSecond: 1.9,
  finishedPerSecond: 19.2,
  successRate: 0.98958,
  waitMs: { p50: 12.4, p95: 100, p99: 2_500 },
  runMs: null,
};

const STATS = {
  submitted: 1,
  finished: {},
  commits: 1,
  queues: [{ name: "default", counts: { pending: 3, running: 1 } }, { name: "mail", counts: {} }],
  rates: { submittedPerSecond: 0, finishedPerSecond: 0 },
  resultCache: { hits: 0, misses: 0, bytes: 0 },
  deadLetters: 2,
  oldestWaiting: [{
    queue: "default",
    id: "a",
    since: new Date(FAKE_NOW - 90_000).toISOString(),
  }],
  windows: { "5m": TRAFFIC, "1h": { ...TRAFFIC, successRate: null }, "24h": TRAFFIC },
};

Deno.test("stats shows the windows, the queues and the dead letters", async () => {
  await using node = new FakeNode({ "GET /api/stats": () => json(STATS) });
  const world = new FakeWorld({ env: { DTASK_URL: node.url, DTASK_TOKEN: "t0ken" } });
  const { code, out } = await world.run("stats");
  assert.equal(code, 0);
  const row = "2.00     19        570       6";
  const times = "      12ms      2.5s        -        -\n";
  assert.equal(
    out,
    "LAST  IN/S  OUT/S  COMPLETED  FAILED  SUCCESS  WAIT P50  WAIT P99  RUN P50  RUN P99\n" +
      `5m    ${row}   99.0 %${times}` +
      `1h    ${row}        -${times}` +
      `24h   ${row}   99.0 %${times}` +
      "\n" +
      "QUEUE    WAITING  RUNNING  SCHEDULED  BLOCKED  FIRST IN LINE\n" +
      "default        3        1          0        0  a, ready 1m ago\n" +
      "mail           0        0          0        0\n" +
      "\n" +
      "dead letters: 2\n",
  );
  assert.deepEqual(JSON.parse((await world.run("stats", "--json")).out), STATS);
});
