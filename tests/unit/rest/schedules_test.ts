import assert from "node:assert/strict";
import { FakeRestNode, makeToken, NOW } from "./fake_rest_node.ts";

const PATH = "/api/schedules/nightly";
const DAILY = { cron: "0 3 * * *", method: "add", args: [1, { $int64: "2" }] };
const GRAPH = {
  cron: "0 0 3 * * *",
  workflow: { name: "etl", tasks: [{ key: "a", method: "noop" }, { key: "b", method: "add" }] },
};

/** What PUT takes of an answer: all that is not the server's own. */
function settingsOf(answer: Record<string, unknown>): Record<string, unknown> {
  const { name: _name, paused: _paused, nextFireTimes: _next, bufferedAt: _buffered, ...rest } =
    answer;
  const { counts: _counts, lastFiredAt: _fired, lastStarted: _started, ...more } = rest;
  const { createdAt: _created, updatedAt: _updated, ...settings } = more;
  return settings;
}

Deno.test("schedule that is new is 201 with a Location, then 200, and absent settings are defaults", async () => {
  const node = new FakeRestNode();
  const first = await node.call("PUT", PATH, { body: DAILY });
  assert.equal(first.status, 201);
  assert.equal(first.headers.get("location"), PATH);
  assert.deepEqual(first.body, {
    name: "nightly",
    cron: "0 3 * * *",
    timezone: "UTC",
    overlap: "skip",
    catchUpWindowMs: 600_000,
    jitterMs: 0,
    paused: false,
    method: "add",
    args: [1, { $int64: "2" }],
    workflow: null,
    nextFireTimes: [16, 17, 18, 19, 20].map((minute) => `2026-11-21T20:${minute}:00.000Z`),
    bufferedAt: null,
    counts: { fired: 3, missed: 2, skipped: 1, refused: 0 },
    lastFiredAt: "2026-11-21T20:14:42.000Z",
    lastStarted: { kind: "task", id: "work-3" },
    createdAt: "2026-11-21T20:15:42.000Z",
    updatedAt: "2026-11-21T20:15:42.000Z",
  });
  const again = await node.call("PUT", PATH, { body: DAILY });
  assert.deepEqual([again.status, again.headers.get("location")], [200, null]);
  assert.deepEqual((await node.call("GET", PATH)).body, again.body);
});

Deno.test("schedule answers every setting as it was given, and takes its answer back", async () => {
  const node = new FakeRestNode();
  const task = {
    method: "add",
    args: [{ $bytes: "AA==" }],
    deps: ["t1"],
    triggerRule: "all_done",
    queue: "mail",
    priority: -3,
    delayMs: 5,
    timeoutMs: 1_000,
    heartbeatTimeoutMs: 500,
    concurrencyKey: "k",
    retry: { maxAttempts: 2, backoff: "fixed" },
    labels: { team: "web" },
  };
  const unique = { key: "k", by: "args", withinMs: 5, states: ["failed"] };
  const onFailure = { method: "alarm", args: [1], queue: "q", labels: { of: "s" } };
  const times = {
    cron: "*/5 * * * *",
    timezone: "Europe/Berlin",
    overlap: "buffer_one",
    catchUpWindowMs: 1_000,
    jitterMs: 30_000,
  };
  const specs = [
    { ...times, ...task, unique, onFailure: null },
    { ...times, workflow: { name: "etl", tasks: [{ key: "a b", ...task, onFailure }] } },
  ];
  for (const body of specs) {
    const { body: answer } = await node.call("PUT", PATH, { body });
    assert.deepEqual({ ...answer, ...body }, answer, "as it was given");
    const sent = node.schedules.table.get("nightly")?.spec;
    const again = await node.call("PUT", PATH, { body: settingsOf(answer) });
    assert.equal(again.status, 200, JSON.stringify(again.body));
    assert.deepEqual(node.schedules.table.get("nightly")?.spec, sent);
  }
});

Deno.test("schedule's payload is one argument", async () => {
  const node = new FakeRestNode();
  const { body } = await node.call("PUT", PATH, {
    body: { cron: "0 3 * * *", method: "noop", payload: null },
  });
  assert.deepEqual(body.args, [null]);
});

Deno.test("schedule faults are 422 with a pointer and a text, and nothing reaches the scheduler", async () => {
  const node = new FakeRestNode();
  const tasks = [{ key: "a", method: "noop" }];
  const faults: readonly (readonly [string, RegExp, Record<string, unknown>])[] = [
    ["/cron", /./, { cron: undefined }],
    ["/cron", /./, { cron: "" }],
    ["/timezone", /./, { timezone: 1 }],
    ["/overlap", /./, { overlap: "queue" }],
    ["/catchUpWindowMs", /./, { catchUpWindowMs: 999 }],
    ["/catchUpWindowMs", /./, { catchUpWindowMs: 367 * 86_400_000 }],
    ["/jitterMs", /./, { jitterMs: 86_400_001 }],
    ["/paused", /unknown field/, { paused: true }],
    ["/method", /method or workflow has to be given/, { method: undefined, args: undefined }],
    ["/method", /cannot stand together with workflow/, { workflow: { tasks } }],
    ["/payload", /together with args/, { payload: 1 }],
    ["/id", /a tick starts gets an id of its own/, { id: "x" }],
    ["/runAt", /cron says when/, { runAt: "2026-11-21T20:15:42Z" }],
    ["/expiresAt", /ticks recur/, { expiresAt: "2026-11-21T20:15:42Z" }],
    ["/args/0", /./, { args: [{ $int64: "x" }] }],
    ["/args", /bytes as JSON/, { args: ["x".repeat(1 << 20)] }],
    ["/retry/id", /unknown field/, { retry: { id: 1 } }],
    ["/priority", /./, { priority: 101 }],
  ];
  for (const [pointer, text, fields] of faults) {
    const { status, body } = await node.call("PUT", PATH, { body: { ...DAILY, ...fields } });
    const name = JSON.stringify(fields).slice(0, 100);
    assert.deepEqual([status, body.errors?.[0].pointer], [422, pointer], name);
    assert.match(body.errors[0].message, text, name);
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("scheduled workflow's faults are pointed at in their task", async () => {
  const node = new FakeRestNode();
  const faults: readonly (readonly [string, Record<string, unknown>])[] = [
    ["/workflow/tasks", { tasks: [] }],
    ["/workflow/tasks/0/key", { tasks: [{ method: "noop" }] }],
    ["/workflow/tasks/0/id", { tasks: [{ key: "a", method: "noop", id: "x" }] }],
    ["/workflow/tasks/0/args", {
      tasks: [{ key: "a", method: "noop", args: ["x".repeat(1 << 20)] }],
    }],
    ["/workflow/id", { id: "w", tasks: [{ key: "a", method: "noop" }] }],
  ];
  for (const [pointer, workflow] of faults) {
    const { status, body } = await node.call("PUT", PATH, {
      body: { cron: "* * * * *", workflow },
    });
    assert.deepEqual([status, body.errors?.[0].pointer], [422, pointer]);
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("schedules list in short what get answers in full", async () => {
  const node = new FakeRestNode();
  await node.call("PUT", PATH, { body: { ...DAILY, args: ["x".repeat(5_000)] } });
  await node.call("PUT", "/api/schedules/graph", { body: GRAPH });
  const { items: [long, graph] } = (await node.call("GET", "/api/schedules")).body;
  assert.deepEqual([long.name, long.args, long.argsOmitted], ["nightly", null, true]);
  assert.deepEqual(graph.workflow, { name: "etl", tasks: null, tasksOmitted: true });
  const full = (await node.call("GET", "/api/schedules/graph")).body;
  assert.deepEqual(full.workflow.tasks, [
    { key: "a", method: "noop", args: [] },
    { key: "b", method: "add", args: [] },
  ]);
  assert.deepEqual([full.method, full.args], [null, null]);
});

Deno.test("schedule's pause and resume say what becomes of the ticks", async () => {
  const node = new FakeRestNode();
  await node.call("PUT", PATH, { body: DAILY });
  const paused = (await node.call("POST", `${PATH}/pause`)).body;
  assert.equal(paused.paused, true);
  assert.equal(
    paused.note,
    "While paused no tick fires. At resume, ticks of the last 600 s (the catch-up window) run " +
      "as the overlap policy allows; older ones are counted as missed.",
  );
  const resumed = (await node.call("POST", `${PATH}/resume`, { body: {} })).body;
  assert.equal(resumed.paused, false);
  assert.match(resumed.note, /^Resumed: ticks of the last 600 s .* older ones are counted/);
});

Deno.test("schedule's trigger answers what it started, and a tick that starts nothing is 409", async () => {
  const node = new FakeRestNode();
  await node.call("PUT", PATH, { body: GRAPH });
  const { status, headers, body } = await node.call("POST", `${PATH}/trigger`);
  assert.deepEqual([status, headers.get("location")], [201, "/api/workflows/work-4"]);
  assert.deepEqual(body, {
    schedule: "nightly",
    nominalAt: "2026-11-21T20:15:42.000Z",
    outcome: "fired",
    decidedAt: "2026-11-21T20:15:42.005Z",
    started: { kind: "workflow", id: "work-4" },
    error: null,
  });
  const ticks = await node.call("GET", `${PATH}/ticks?limit=1`);
  assert.deepEqual(ticks.body, { items: [body] });
  assert.equal(node.asked.at(-1)?.["limit"], 1);
  node.replies.set("TriggerSchedule", () => ({
    ok: true,
    value: {
      ok: true,
      value: {
        schedule: "nightly",
        nominalAt: NOW,
        outcome: "refused",
        decidedAt: NOW,
        started: null,
        error: 'no method "etl"',
      },
    },
  }));
  const refused = await node.call("POST", `${PATH}/trigger`);
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /schedule "nightly": no method "etl"/);
});

Deno.test("schedule's backfill takes a range of times and answers matched and changed", async () => {
  const node = new FakeRestNode();
  await node.call("PUT", PATH, { body: DAILY });
  const body = { from: "2026-11-21T21:00:00+01:00", until: "2026-11-21T20:10:00Z" };
  const answer = await node.call("POST", `${PATH}/backfill`, { body });
  assert.deepEqual([answer.status, answer.body], [200, { matched: 10, changed: 9 }]);
  assert.equal(node.asked.at(-1)?.["from"], Date.parse("2026-11-21T20:00:00Z"));
  const trial = await node.call("POST", `${PATH}/backfill`, { body: { ...body, dryRun: true } });
  const [first, last] = ["2026-11-21T20:01:00.000Z", "2026-11-21T20:09:00.000Z"];
  const wouldRun = { matched: 10, changed: 0, unfired: { count: 9, first, last } };
  assert.deepEqual([trial.status, trial.body], [200, wouldRun]);
  assert.equal(node.asked.at(-1)?.["kind"], "PreviewBackfill");
  const faults: readonly (readonly [string, unknown])[] = [
    ["/until", { from: body.from }],
    ["/from", { ...body, from: "yesterday" }],
    ["/until", { from: body.until, until: body.until }],
    ["/limit", { ...body, limit: 1 }],
    ["/dryRun", { ...body, dryRun: 1 }],
  ];
  for (const [pointer, faulty] of faults) {
    const { status, body } = await node.call("POST", `${PATH}/backfill`, { body: faulty });
    assert.deepEqual([status, body.errors?.[0].pointer], [422, pointer]);
  }
});

Deno.test("schedule that does not exist is 404, and one without a possible name 422", async () => {
  const node = new FakeRestNode();
  const range = { from: "2026-11-21T20:00:00Z", until: "2026-11-21T20:10:00Z" };
  const calls: readonly (readonly [string, string, unknown?])[] = [
    ["GET", ""],
    ["DELETE", ""],
    ["POST", "/trigger"],
    ["POST", "/pause"],
    ["POST", "/resume"],
    ["POST", "/backfill", range],
    ["GET", "/ticks"],
  ];
  for (const [method, action, body] of calls) {
    const { status } = await node.call(method, `${PATH}${action}`, { body });
    assert.equal(status, 404, `${method} ${action}`);
  }
  for (const name of ["a%20b", "%C3%A9", "x".repeat(151), "x".repeat(201)]) {
    const { status, body } = await node.call("PUT", `/api/schedules/${name}`, { body: DAILY });
    assert.deepEqual([status, body.errors?.[0].pointer], [422, "/path"], name);
  }
});

Deno.test("schedule is deleted with 204", async () => {
  const node = new FakeRestNode();
  await node.call("PUT", PATH, { body: DAILY });
  assert.equal((await node.call("DELETE", PATH)).status, 204);
  assert.equal((await node.call("GET", PATH)).status, 404);
});

Deno.test("schedules change for admins, start work for writers, show for readers", async () => {
  const node = new FakeRestNode();
  await node.call("PUT", PATH, { body: DAILY });
  const range = { from: "2026-11-21T20:00:00Z", until: "2026-11-21T20:10:00Z" };
  const calls: readonly (readonly [string, string, string, unknown?])[] = [
    ["tasks:read", "GET", "/api/schedules"],
    ["tasks:read", "GET", PATH],
    ["tasks:read", "GET", `${PATH}/ticks`],
    ["tasks:write", "POST", `${PATH}/trigger`],
    ["tasks:write", "POST", `${PATH}/backfill`, range],
    ["admin", "POST", `${PATH}/pause`],
    ["admin", "POST", `${PATH}/resume`],
    ["admin", "PUT", PATH, DAILY],
    ["admin", "DELETE", PATH],
  ];
  for (const [scope, method, path, body] of calls) {
    for (const other of ["tasks:read", "tasks:write"].filter((other) => other !== scope)) {
      const { status } = await node.call(method, path, { body, token: await makeToken(other) });
      assert.equal(status, 403, `${method} ${path} with ${other}`);
    }
    const { status } = await node.call(method, path, { body, token: await makeToken(scope) });
    assert.ok(status < 300, `${method} ${path} with ${scope}: ${status}`);
  }
});
