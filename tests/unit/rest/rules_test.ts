import assert from "node:assert/strict";
import { FakeRestNode } from "./fake_rest_node.ts";

/** A faulty submission, and the pointer to its fault. */
type Fault = readonly [pointer: string, fields: Readonly<Record<string, unknown>>];

const LONG = "x".repeat(201);

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

const FAULTS: readonly Fault[] = [
  ["/method", { method: undefined }],
  ["/method", { method: "" }],
  ["/method", { method: LONG }],
  ["/method", { method: "a\0b" }],
  ["/method", { method: "\ud800" }],
  ["/method", { method: 1 }],
  ["/id", { id: "" }],
  ["/id", { id: "a b" }],
  ["/id", { id: LONG }],
  ["/id", { id: "é" }],
  ["/id", { id: "a\n" }],
  ["/id", { id: null }],
  ["/args", { args: {} }],
  [`/args${"/0".repeat(65)}`, { args: [nested(65)] }],
  ["/args/1", { args: [0, { $int64: "1e3" }] }],
  ["/args/0/a~1b", { args: [{ "a/b": "\udc00" }] }],
  ["/args/0", { args: [{ $result: 1 }] }],
  ["/args", { args: ["x".repeat(1 << 20)] }],
  ["/args", { args: ["é".repeat(600_000)] }],
  ["/payload", { args: [], payload: 1 }],
  ["/payload", { payload: { $bytes: "a" } }],
  ["/payload/x", { payload: { x: { $double: "1" } } }],
  ["/deps", { deps: "a" }],
  ["/deps/0", { deps: [""] }],
  ["/deps", { deps: Array.from({ length: 1_001 }, (_, i) => `d${i}`) }],
  ["/triggerRule", { triggerRule: "all" }],
  ["/queue", { queue: "a/b" }],
  ["/priority", { priority: 101 }],
  ["/priority", { priority: -101 }],
  ["/priority", { priority: 0.5 }],
  ["/runAt", { runAt: "2026-11-21" }],
  ["/runAt", { runAt: "2026-13-41T00:00:00Z" }],
  ["/runAt", { runAt: "2026-11-21T00:00:00" }],
  ["/runAt", { runAt: "2037-01-01T00:00:00Z" }],
  ["/delayMs", { delayMs: -1 }],
  ["/delayMs", { delayMs: 315_576_000_001 }],
  ["/delayMs", { delayMs: 1, runAt: "2026-11-21T20:15:42Z" }],
  ["/expiresAt", { expiresAt: 1 }],
  ["/timeoutMs", { timeoutMs: 0 }],
  ["/timeoutMs", { timeoutMs: 86_400_001 }],
  ["/heartbeatTimeoutMs", { heartbeatTimeoutMs: 0 }],
  ["/concurrencyKey", { concurrencyKey: "" }],
  ["/retry/maxAttempts", { retry: { maxAttempts: 0 } }],
  ["/retry/maxAttempts", { retry: { maxAttempts: 1_001 } }],
  ["/retry/backoff", { retry: { backoff: "none" } }],
  ["/retry/factor", { retry: { factor: 0.5 } }],
  ["/retry/jitter", { retry: { jitter: true } }],
  ["/retry/tries", { retry: { tries: 1 } }],
  ["/labels", { labels: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [i, ""])) }],
  ["/labels/a", { labels: { a: 1 } }],
  ["/labels", { labels: JSON.parse('{"__proto__":"x"}') }],
  ["/labels/a", { labels: { a: "\0" } }],
  ["/wait", { wait: true }],
  ["/key", { key: "a" }],
  ["/constructor", { constructor: {} }],
];

Deno.test("submission faults are 422 with a pointer, and nothing reaches the scheduler", async () => {
  const node = new FakeRestNode();
  for (const [pointer, fields] of FAULTS) {
    const { status, body } = await node.call("POST", "/api/tasks", {
      body: { method: "noop", ...fields },
    });
    const name = JSON.stringify(fields).slice(0, 100);
    assert.equal(status, 422, name);
    assert.equal(body.code, "invalid_argument", name);
    assert.equal(body.errors[0].pointer, pointer, name);
    assert.ok(body.errors[0].message.length > 0, name);
    assert.ok(body.detail.length < 2_000, name);
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("submission takes the limits themselves", async () => {
  const node = new FakeRestNode();
  const values = [
    { method: "x".repeat(200), id: "y".repeat(200) },
    { priority: -100, timeoutMs: 86_400_000, delayMs: 315_576_000_000 },
    { deps: Array.from({ length: 1_000 }, (_, i) => `d${i}`) },
    { args: [nested(64)] },
    { args: ["x".repeat((1 << 20) - 4)] },
    { labels: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`l${i}`, ""])) },
    { payload: null },
    { args: [JSON.parse('{"__proto__":{"a":1},"constructor":2}')] },
  ];
  for (const fields of values) {
    const { status, body } = await node.call("POST", "/api/tasks", {
      body: { method: "noop", ...fields },
    });
    assert.equal(status, 201, JSON.stringify(body).slice(0, 300));
  }
  assert.equal(node.submissions.at(-2)?.args, "[null]");
  assert.equal(node.submissions.at(-1)?.args, '[{"__proto__":{"a":1},"constructor":2}]');
});

Deno.test("bodies of another form are 422 at their root, and __proto__ is an unknown field", async () => {
  const node = new FakeRestNode();
  for (const body of ["[]", "null", "1", '"a"', "true"]) {
    const answer = await node.call("POST", "/api/tasks", { body });
    assert.deepEqual([answer.status, answer.body.errors[0].pointer], [422, ""], body);
  }
  const body = '{"method":"noop","__proto__":{"id":"x"}}';
  const answer = await node.call("POST", "/api/tasks", { body });
  assert.deepEqual([answer.status, answer.body.errors[0].pointer], [422, "/__proto__"]);
});

Deno.test("a body with a million faults gets a short answer", async () => {
  const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, 1]));
  const { status, body } = await new FakeRestNode().call("POST", "/api/tasks", { body: fields });
  assert.equal(status, 422);
  assert.ok(body.errors.length <= 50);
  assert.ok(JSON.stringify(body).length < 10_000);
});

Deno.test("batch and workflow sizes are limited", async () => {
  const node = new FakeRestNode();
  const task = { key: "a", method: "noop" };
  const cases: readonly (readonly [string, unknown])[] = [
    ["/api/tasks/batch", { tasks: [] }],
    ["/api/tasks/batch", { tasks: Array.from({ length: 10_001 }, () => ({ method: "noop" })) }],
    ["/api/tasks/batch", { tasks: {} }],
    ["/api/tasks/batch", { tasks: [{ method: "noop" }], more: 1 }],
    ["/api/workflows", { tasks: [] }],
    ["/api/workflows", { tasks: Array.from({ length: 10_001 }, () => task) }],
    ["/api/workflows", { tasks: [{ method: "noop" }] }],
    ["/api/workflows", { tasks: [{ ...task, args: ["\ud800"] }] }],
    ["/api/workflows", { tasks: [task], id: "a b" }],
    ["/api/workflows", { tasks: [task], name: "" }],
  ];
  for (const [path, body] of cases) {
    assert.equal((await node.call("POST", path, { body })).status, 422, path);
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("faulty queries are 422 with a pointer", async () => {
  const node = new FakeRestNode();
  const cases: readonly (readonly [string, string])[] = [
    ["/api/tasks?limit=0", "/limit"],
    ["/api/tasks?limit=501", "/limit"],
    ["/api/tasks?limit=1e2", "/limit"],
    ["/api/tasks?limit=1&limit=2", "/limit"],
    ["/api/tasks?status=done", "/status"],
    ["/api/tasks?label=a", "/label"],
    ["/api/tasks?label=:a", "/label"],
    ["/api/tasks?since=1", "/since"],
    ["/api/tasks?q=%25", "/q"],
    ["/api/tasks?cursor=", "/cursor"],
    ["/api/tasks?state=failed", "/state"],
    ["/api/tasks?__proto__=1", "/__proto__"],
    ["/api/tasks/a/result?waitMs=60001", "/waitMs"],
    ["/api/tasks/a/result?waitMs=-1", "/waitMs"],
    ["/api/tasks/a/logs?limit=x", "/limit"],
    ["/api/tasks/a/logs?after=7", "/after"],
    ["/api/tasks/a/dependents?limit=0", "/limit"],
    ["/api/workflows?limit=1000", "/limit"],
    ["/api/workflows?status=skipped", "/status"],
    ["/api/workflows/w?limit=1001", "/limit"],
    ["/api/workflows/w/runs?limit=0", "/limit"],
    ["/api/events?after=!", "/after"],
  ];
  for (const [path, pointer] of cases) {
    const { status, body } = await node.call("GET", path);
    assert.deepEqual([status, body.errors?.[0].pointer], [422, pointer], path);
  }
  assert.equal(node.asked.length, 0);
});

Deno.test("idempotency keys are visible ASCII of bounded length", async () => {
  const node = new FakeRestNode();
  for (const key of ["", "a b", "x".repeat(201)]) {
    const { status, body } = await node.call("POST", "/api/tasks", {
      body: { method: "noop" },
      headers: { "idempotency-key": key },
    });
    assert.deepEqual([status, body.code], [422, "invalid_idempotency_key"]);
  }
});

Deno.test("queue settings are checked, and PUT replaces them all", async () => {
  const node = new FakeRestNode();
  const put = (body: unknown) => node.call("PUT", "/api/queues/q", { body });
  const faults = [
    { concurrency: 0 },
    { concurrency: "1" },
    { weight: 1_001 },
    { rateLimit: { limit: 1 } },
    { rateLimit: { limit: 1, perMs: 0 } },
    { keyConcurrency: 0.5 },
    { paused: true },
  ];
  for (const body of faults) assert.equal((await put(body)).status, 422, JSON.stringify(body));
  await put({ concurrency: 2, weight: 5, rateLimit: { limit: 1, perMs: 1_000 } });
  const { status, body } = await put({ weight: 7, concurrency: null });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    name: "q",
    concurrency: null,
    rateLimit: null,
    weight: 7,
    keyConcurrency: null,
    paused: false,
  });
});

Deno.test("faults are told once a place, in words that say what is taken", async () => {
  const node = new FakeRestNode();
  const faults: readonly (readonly [fields: object, detail: string])[] = [
    [{ method: undefined }, "/method: has to be given"],
    [{ method: "" }, "/method: must not be empty"],
    [{ method: LONG }, "/method: at most 200 characters"],
    [{ method: ["noop"] }, "/method: must be a text, not a list"],
    [{ args: "a" }, "/args: must be a list, not a text"],
    [{ args: [], payload: 1 }, "/payload: cannot stand together with args"],
    [{ priority: 101 }, "/priority: at most 100"],
    [{ priority: 0.5 }, "/priority: must be a whole number, not 0.5"],
    [{ delayMs: -1 }, "/delayMs: at least 0"],
    [{ delayMs: 1e300 }, "/delayMs: at most 315576000000"],
    [{ runAt: "soon" }, "/runAt: must be an ISO 8601 time"],
    [{ labels: { "": "x" } }, "/labels/: is no name: must not be empty"],
    [{ retry: { jitter: "some" } }, "/retry/jitter: must be one of full, none"],
    [{ deps: Array(1_001).fill("a") }, "/deps: at most 1000 items"],
  ];
  for (const [fields, detail] of faults) {
    const { body } = await node.call("POST", "/api/tasks", { body: { method: "noop", ...fields } });
    assert.equal(body.detail, `Cannot accept the request: ${detail}`);
    assert.equal(body.errors.length, 1, detail);
  }
});

Deno.test("whole numbers that JSON's would change are refused, and those that it keeps are taken", async () => {
  const node = new FakeRestNode();
  const submit = (number: string) =>
    node.call("POST", "/api/tasks", { body: `{"method":"noop","args":[{"id":${number}}]}` });
  for (const number of ["9007199254740993", "-9007199254740993", "1234567890123456789"]) {
    const { status, body } = await submit(number);
    assert.deepEqual([status, body.code], [422, "inexact_number"], number);
    assert.ok(body.detail.includes(`{"$int64":"${number}"}`), body.detail);
  }
  // 2^53, 2^63, 1e20 as JavaScript writes it, the shortest digits of a double, and no whole number.
  const kept = ["9007199254740992", "9223372036854775808", "100000000000000000000"];
  const others = ["123456789012345680000", "0.12345678901234567", '"1234567890123456789"'];
  for (const number of [...kept, ...others]) {
    assert.equal((await submit(number)).status, 201, number);
  }
});

Deno.test("workflow with one id for two tasks is refused with the place of the second", async () => {
  const node = new FakeRestNode();
  const tasks = ["a", "b", "c"].map((key) => ({
    key,
    method: "noop",
    id: key === "a" ? "x" : "y",
  }));
  const { status, body } = await node.call("POST", "/api/workflows", { body: { tasks } });
  assert.equal(status, 422);
  assert.deepEqual(body.errors, [{
    pointer: "/tasks/2/id",
    message: "is the id of /tasks/1, too",
  }]);
  assert.equal(node.asked.length, 0);
});
