import assert from "node:assert/strict";
import { committed, FakeRestNode, NOW } from "./fake_rest_node.ts";
import { writtenWorkflow } from "./written_answers.ts";

Deno.test("workflow is submitted whole, with one content hash and keys as they are", async () => {
  const node = new FakeRestNode();
  const body = {
    id: "w",
    name: "etl",
    tasks: [{ key: "a b", method: "noop" }, { key: "c", method: "add", payload: 1, deps: ["a b"] }],
  };
  const first = await node.call("POST", "/api/workflows", { body });
  assert.equal(first.status, 201);
  assert.equal(first.headers.get("location"), "/api/workflows/w");
  assert.deepEqual(first.body, {
    id: "w",
    name: "etl",
    status: "running",
    counts: { pending: 2 },
    createdAt: "2026-11-21T20:15:42.000Z",
    finishedAt: null,
  });
  const message = node.asked.at(-1);
  assert.deepEqual(
    message?.["tasks"].map((task: { key: string; args: string }) => [task.key, task.args]),
    [
      ["a b", "[]"],
      ["c", "[1]"],
    ],
  );
  assert.equal(message?.["tasks"][0].contentHash, message?.["contentHash"]);
  assert.equal((await node.call("POST", "/api/workflows", { body })).status, 200);
  const other = { ...body, name: "other" };
  assert.equal((await node.call("POST", "/api/workflows", { body: other })).status, 409);
});

Deno.test("workflow by id comes with tasks without their texts", async () => {
  const node = new FakeRestNode();
  await node.call("POST", "/api/workflows", {
    body: { id: "w", tasks: [{ key: "a", method: "noop" }] },
  });
  node.commit("t", { status: "completed", result: "1" });
  const [task, workflow] = [node.tasks.get("t"), node.workflows.get("w")];
  assert.ok(task !== undefined && workflow !== undefined);
  const written = writtenWorkflow(workflow, [task], "c");
  node.replies.set("GetWorkflow", () => ({ ok: true, value: { ok: true, value: written } }));
  const { body } = await node.call("GET", "/api/workflows/w");
  await node.call("GET", "/api/workflows/w?limit=0&cursor=abc");
  const asked = node.asked.filter(({ kind }) => kind === "GetWorkflow");
  assert.deepEqual(asked.map(({ limit, cursor }) => [limit, cursor]), [[10_000, null], [0, "abc"]]);
  assert.equal(body.nextCursor, "c");
  const [shown] = body.tasks;
  assert.deepEqual(
    [shown.args, shown.argsOmitted, shown.result, shown.resultOmitted],
    [null, true, null, true],
  );
  assert.equal((await node.call("GET", "/api/workflows")).body.items[0].id, "w");
  for (const action of ["cancel", "retry"]) {
    assert.equal((await node.call("POST", `/api/workflows/w/${action}`)).status, 200);
    assert.equal((await node.call("POST", `/api/workflows/x/${action}`)).status, 404);
  }
});

Deno.test("workflow lists take filters, and a workflow's runs are given with their times", async () => {
  const node = new FakeRestNode();
  await node.call("GET", "/api/workflows?status=failed&name=n&q=w");
  assert.deepEqual(node.asked.at(-1)?.["filter"], { status: "failed", name: "n", q: "w" });
  const started = { taskId: "t", run: 2, attempt: 1, node: "n-1", startedAt: 1_000 };
  const runs = [
    { ...started, finishedAt: 2_500, outcome: "threw" },
    { ...started, run: 3, finishedAt: null, outcome: null },
  ];
  const page = { items: runs, nextCursor: "r" };
  node.replies.set("ListWorkflowRuns", () => ({ ok: true, value: { ok: true, value: page } }));
  const { status, body } = await node.call("GET", "/api/workflows/w/runs?limit=2");
  const startedAt = "1970-01-01T00:00:01.000Z";
  assert.deepEqual([status, body], [200, {
    items: [
      { ...started, startedAt, finishedAt: "1970-01-01T00:00:02.500Z", outcome: "threw" },
      { ...started, run: 3, startedAt, finishedAt: null, outcome: null },
    ],
    nextCursor: "r",
  }]);
  node.replies.clear();
  assert.equal((await node.call("GET", "/api/workflows/x/runs")).status, 404);
});

Deno.test("queues list those that were set up and those that hold tasks", async () => {
  const node = new FakeRestNode();
  await node.call("POST", "/api/queues/zeta/pause");
  const { body } = await node.call("GET", "/api/queues");
  assert.deepEqual(
    body.items.map((queue: Record<string, unknown>) => [
      queue["name"],
      queue["paused"],
      queue["counts"],
    ]),
    [["default", false, { pending: 3 }], ["zeta", true, {}]],
  );
  const resumed = await node.call("POST", "/api/queues/zeta/resume");
  assert.equal(resumed.body.paused, false);
});

Deno.test("stats and system show what the actors say", async () => {
  const node = new FakeRestNode();
  const counts = {
    queue: "default",
    method: "add",
    submitted: 120,
    attempts: 0,
    retries: 0,
    finished: { completed: 60 },
    waitSeconds: [],
    runSeconds: [],
  };
  node.publish([committed({ counts: [counts] })]);
  const stats = await node.call("GET", "/api/stats");
  const { windows, ...now } = stats.body;
  assert.deepEqual(Object.keys(windows), ["5m", "1h", "24h"]);
  assert.deepEqual(now, {
    submitted: 2,
    finished: { completed: 1 },
    commits: 1,
    queues: [{ name: "default", counts: { pending: 3 } }],
    rates: { submittedPerSecond: 120, finishedPerSecond: 60 },
    resultCache: { hits: 3, misses: 4, bytes: 5 },
    deadLetters: 2,
    oldestWaiting: [{ queue: "default", id: "first", since: new Date(NOW).toISOString() }],
  });
  const system = await node.call("GET", "/api/system");
  assert.equal(system.body.startedAt, new Date(NOW).toISOString());
  assert.equal(system.body.actors[0].restarts, 2);
  assert.equal(system.body.term, 5);
  const own = {
    id: "n-fake",
    version: "0",
    address: { http: "http://127.0.0.1:8080", grpc: null },
    state: "active",
    leader: true,
    startedAt: new Date(NOW).toISOString(),
    renewedAt: new Date(NOW).toISOString(),
    methods: 3,
    // As its dispatcher has it now, not as it was at the latest renewal.
    load: { slots: 4, held: 6 },
    notReady: [],
    actors: [],
    runs: null,
  };
  const renewedAt = new Date(NOW - 60_000).toISOString();
  const load = { slots: 9, held: 1 };
  const other = { ...own, id: "n-other", state: "lost", leader: false, renewedAt, load };
  const at = new Date(NOW).toISOString();
  const run = { executor: "executor-3", taskId: "t-2", method: "noop", run: 1, startedAt: at };
  const near = { ...own, id: "n-near", leader: false, load, runs: [run] };
  assert.deepEqual(system.body.nodes, [own, near, other]);
  assert.deepEqual((await node.call("GET", "/api/methods")).body, { items: [] });
});

Deno.test("system shows actors, executors with what they run, and commits", async () => {
  const node = new FakeRestNode();
  node.publish([committed()]);
  const system = await node.call("GET", "/api/system");
  const at = new Date(NOW).toISOString();
  assert.deepEqual(
    [system.body.actors[0].lastError, system.body.actors[0].lastErrorAt],
    ["a bug", at],
  );
  assert.deepEqual(system.body.executors, [{
    name: "executor-1",
    pool: "async",
    slots: 4,
    state: "ready",
    held: 6,
    running: 1,
    runs: [{ taskId: "t-1", method: "noop", run: 2, startedAt: at }],
  }, {
    name: "executor-2",
    pool: "blocking",
    slots: 1,
    state: "starting",
    held: 0,
    running: 0,
    runs: [],
  }]);
  const once = (value: number) => ({ p50: value, p90: value, p99: value, max: value });
  assert.deepEqual(system.body.commits, {
    count: 1,
    from: at,
    to: at,
    ms: once(2),
    items: once(1),
  });
});

Deno.test("stats of the past come in points, of windows that there are", async () => {
  const node = new FakeRestNode();
  for (const [query, points] of [["", 60], ["?window=5m", 60], ["?window=24h", 288]] as const) {
    const { status, body } = await node.call("GET", `/api/stats/history${query}`);
    assert.deepEqual([status, body.points.length, body.total.successRate], [200, points, null]);
  }
  const { status, body } = await node.call("GET", "/api/stats/history?window=2h");
  assert.deepEqual([status, body.errors[0].pointer], [422, "/window"]);
});

Deno.test("metrics count what was committed, with bounded labels", async () => {
  const node = new FakeRestNode();
  const counts = (queue: string, method: string) => ({
    queue,
    method,
    submitted: 2,
    attempts: 3,
    retries: 1,
    finished: { completed: 1, failed: 1 },
    waitSeconds: [0.02],
    runSeconds: [0.2, 0.3],
  });
  node.publish([
    committed({ counts: [counts("default", "add"), counts("default", "evil")], cacheHits: 4 }),
    committed({ ticks: { fired: 2, missed: 30 } }),
    committed({ ticks: { fired: 1 } }),
    committed({ retired: { tasks: 5, workflows: 0 } }),
    committed({ retired: { tasks: 3, workflows: 1 } }),
    { kind: "EventsLost" },
  ]);
  for (let i = 0; i < 210; i++) node.publish([committed({ counts: [counts(`q${i}`, "add")] })]);
  node.metrics.observeGrpc([{ method: "SubmitTask", code: "OK", seconds: 0.01 }]);
  await node.call("GET", "/api/tasks/secret-id");
  await node.call("GET", "/api/nothing");
  const { status, body, headers } = await node.call("GET", "/metrics");
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^text\/plain/);
  const expected = [
    'dtask_tasks_submitted_total{queue="default",method="add"} 2',
    'dtask_tasks_submitted_total{queue="default",method="unknown"} 2',
    'dtask_tasks_submitted_total{queue="other",method="add"} 22',
    'dtask_tasks_finished_total{queue="default",method="add",status="failed"} 1',
    "dtask_task_attempts_total 636",
    "dtask_task_retries_total 212",
    'dtask_queue_depth{queue="default",status="pending"} 3',
    'dtask_dead_letters{queue="default",reason="timeout"} 2',
    "dtask_task_wait_seconds_count 212",
    "dtask_task_run_seconds_count 424",
    'dtask_http_request_seconds_count{route="/api/tasks/{id}",method="GET",code="404"} 1',
    'dtask_http_request_seconds_count{route="unknown",method="GET",code="404"} 1',
    'dtask_grpc_request_seconds_count{method="SubmitTask",code="OK"} 1',
    'dtask_schedule_ticks_total{outcome="fired"} 3',
    'dtask_schedule_ticks_total{outcome="missed"} 30',
    "dtask_store_commit_seconds_count 215",
    "dtask_store_commit_batch_size_sum 215",
    "dtask_result_cache_hits_total 4",
    'dtask_retention_deleted_total{what="task"} 8',
    'dtask_retention_deleted_total{what="workflow"} 1',
    "dtask_result_cache_misses_total 0",
    'dtask_actor_restarts_total{actor="scheduler"} 2',
    'dtask_actor_lane_depth{actor="scheduler",lane="submissions"} 7',
    'dtask_executor_slots{state="busy"} 4',
    'dtask_executor_slots{state="free"} 0',
    "dtask_leader 1",
    "dtask_leader_term 5",
    'dtask_nodes{state="active"} 2',
    'dtask_nodes{state="lost"} 1',
    'dtask_nodes{state="left"} 0',
  ];
  const lines = new Set(body.split("\n"));
  for (const line of expected) assert.ok(lines.has(line), line);
  assert.doesNotMatch(body, /evil|secret-id|^nodejs_/m);
});
