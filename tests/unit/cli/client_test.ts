import assert from "node:assert/strict";
import { ApiError, Client, ConnectionError, type TaskEvent } from "../../../api/client/mod.ts";
import { backoffMs } from "../../../api/client/backoff.ts";
import { EventStreamParser } from "../../../api/client/event_stream_parser.ts";
import {
  eventStream,
  FakeNode,
  json,
  problem,
  taskEvent,
  taskJson,
  workflowJson,
} from "./fake_node.ts";

function clientOf(node: FakeNode, more: { readonly maxRetries?: number } = {}): Client {
  return new Client({ url: node.url, token: "t0ken", retryInitialMs: 1, retryMaxMs: 2, ...more });
}

Deno.test("client sends the same id again until the node takes the task", async () => {
  let tries = 0;
  await using node = new FakeNode({
    "POST /api/tasks": () =>
      ++tries < 3
        ? problem(503, { code: "unavailable", detail: "draining" })
        : json(taskJson(), 201),
  });
  const task = await clientOf(node).submit({ method: "add", args: [1, 2] });
  assert.equal(task.id, "task-1");
  const bodies = node.seen.map(({ body }) => body as { readonly id: string });
  assert.equal(bodies.length, 3);
  assert.equal(new Set(bodies.map(({ id }) => id)).size, 1);
  assert.match(bodies[0]?.id ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(node.seen[0]?.headers.get("authorization"), "Bearer t0ken");
});

Deno.test("client keeps the id that it is given", async () => {
  await using node = new FakeNode({ "POST /api/tasks": () => json(taskJson(), 201) });
  await clientOf(node).submit({ method: "add", id: "mine" });
  assert.deepEqual(node.seen[0]?.body, { method: "add", id: "mine" });
});

Deno.test("client gives up after maxRetries", async () => {
  await using node = new FakeNode({
    "GET /api/tasks/a": () => problem(503, { code: "unavailable", detail: "draining" }),
  });
  const error = await clientOf(node, { maxRetries: 2 }).get("a").catch((reason) => reason);
  assert.ok(error instanceof ApiError);
  assert.equal(error.status, 503);
  assert.equal(node.seen.length, 3);
});

Deno.test("client does not repeat a retry whose outcome is unknown", async () => {
  await using node = new FakeNode({
    "POST /api/tasks/a/retry": () => problem(503, { code: "unavailable", detail: "draining" }),
  });
  await assert.rejects(clientOf(node).retry("a"), ApiError);
  assert.equal(node.seen.length, 1);
});

Deno.test("client repeats any call that the rate limit refused", async () => {
  let tries = 0;
  await using node = new FakeNode({
    "POST /api/tasks/a/retry": () =>
      ++tries < 2
        ? problem(429, { code: "rate_limited", detail: "slow down" }, { "retry-after": "0" })
        : json(taskJson()),
  });
  assert.equal((await clientOf(node).retry("a")).id, "task-1");
});

Deno.test("client throws the problem of a refusal with all of its fields", async () => {
  await using node = new FakeNode({
    "POST /api/tasks": () =>
      problem(422, {
        code: "invalid",
        detail: "Cannot submit",
        errors: [{ pointer: "/method", message: "is required" }],
        extra: 7,
      }),
  });
  const error = await clientOf(node).submit({ method: "" }).catch((reason) => reason);
  assert.ok(error instanceof ApiError);
  assert.deepEqual(
    [error.status, error.code, error.detail, error.errors, error.problem["extra"]],
    [422, "invalid", "Cannot submit", [{ pointer: "/method", message: "is required" }], 7],
  );
  assert.equal(node.seen.length, 1, "a refusal is final");
});

Deno.test("client makes a problem of a refusal that is none", async () => {
  await using node = new FakeNode({
    "GET /api/tasks/a": () => new Response("<h1>Teapot</h1>", { status: 418 }),
  });
  const error = await clientOf(node).get("a").catch((reason) => reason);
  assert.ok(error instanceof ApiError);
  assert.equal(error.detail, "The server answered 418");
});

Deno.test("client names the node that gives no answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const client = new Client({ url, maxRetries: 1, retryInitialMs: 1 });
  const error = await client.get("a").catch((reason) => reason);
  assert.ok(error instanceof ConnectionError);
  assert.equal(error.url, url);
});

Deno.test("client tells what answers with something else than JSON", async () => {
  await using node = new FakeNode({ "GET /api/tasks/a": () => new Response("hello") });
  await assert.rejects(clientOf(node).get("a"), /is no dtask node/);
});

Deno.test("client writes 64-bit integers, bytes and odd numbers in the API's notation", async () => {
  await using node = new FakeNode({ "POST /api/tasks": () => json(taskJson(), 201) });
  await clientOf(node).submit({
    method: "add",
    id: "a",
    args: [2n ** 63n - 1n, new Uint8Array([1, 2, 3]), [Infinity], { x: 1.5 }],
  });
  assert.deepEqual(node.seen[0]?.body, {
    method: "add",
    id: "a",
    args: [{ $int64: "9223372036854775807" }, { $bytes: "AQID" }, [{ $double: "Infinity" }], {
      x: 1.5,
    }],
  });
});

Deno.test("client gives every task of a batch and a workflow's request an id", async () => {
  await using node = new FakeNode({
    "POST /api/tasks/batch": () => json({ results: [{ status: 201, task: taskJson() }] }),
    "POST /api/workflows": () => json(workflowJson(), 201),
  });
  const client = clientOf(node);
  const results = await client.submitBatch([{ method: "a" }, { method: "b", id: "b" }]);
  assert.equal(results[0]?.status, 201);
  await client.submitWorkflow({ tasks: [{ key: "k", method: "a" }] });
  const batch = node.seen[0]?.body as { readonly tasks: readonly { readonly id: string }[] };
  assert.match(batch.tasks[0]?.id ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(batch.tasks[1]?.id, "b");
  assert.match((node.seen[1]?.body as { readonly id: string }).id, /^[0-9a-f-]{36}$/);
});

Deno.test("client pages through a workflow and its runs", async () => {
  const run = { taskId: "t", run: 1, outcome: null };
  await using node = new FakeNode({
    "GET /api/workflows/w": () => json({ ...workflowJson(), tasks: [], nextCursor: "a" }),
    "GET /api/workflows/w/runs": () => json({ items: [run], nextCursor: null }),
    "GET /api/workflows": () => json({ items: [workflowJson()], nextCursor: null }),
  });
  const client = clientOf(node);
  assert.equal((await client.getWorkflow("w", { limit: 0 })).nextCursor, "a");
  assert.deepEqual((await client.workflowRuns("w", { limit: 5, cursor: "b" })).items, [run]);
  assert.equal((await client.listWorkflows({ status: "failed", q: "w" })).items.length, 1);
  assert.deepEqual(node.seen.map(({ query }) => query), [
    { limit: "0" },
    { limit: "5", cursor: "b" },
    { status: "failed", q: "w" },
  ]);
});

Deno.test("client escapes ids in paths", async () => {
  await using node = new FakeNode({ "GET /api/tasks/a%2F..%2Fb": () => json(taskJson()) });
  assert.equal((await clientOf(node).get("a/../b")).id, "task-1");
});

Deno.test("client waits for an end by long polls", async () => {
  const answers = [
    () => problem(503, { code: "unavailable", detail: "restarting" }),
    () => json({ id: "a", status: "completed", result: 3 }),
  ];
  await using node = new FakeNode({
    "GET /api/tasks/a/result": () => answers.shift()?.() ?? json({}),
    "GET /api/tasks/a": () => json(taskJson({ status: "completed", result: 3 })),
  });
  const task = await clientOf(node).waitForEnd("a");
  assert.equal(task.result, 3);
  assert.equal(node.seen[0]?.query["waitMs"], "30000");
});

Deno.test("client takes a task that failed as ended", async () => {
  await using node = new FakeNode({
    "GET /api/tasks/a/result": () => problem(409, { code: "failed", detail: "boom" }),
    "GET /api/tasks/a": () => json(taskJson({ status: "failed", reason: "timeout" })),
  });
  assert.equal((await clientOf(node).waitForEnd("a")).status, "failed");
});

Deno.test("client stops waiting when its signal aborts", async () => {
  const controller = new AbortController();
  await using node = new FakeNode({
    "GET /api/tasks/a/result": () => {
      controller.abort(new Error("enough"));
      return json({ id: "a", status: "running" }, 202);
    },
  });
  await assert.rejects(
    clientOf(node).waitForEnd("a", { signal: controller.signal }),
    /enough/,
  );
});

Deno.test("client resumes events after the last id of a cut stream", async () => {
  const streams = [
    () => eventStream([": ping\nid: 000\n\n", taskEvent("001", taskJson({ status: "running" }))]),
    () => problem(503, { code: "unavailable", detail: "restarting" }),
    () => eventStream([taskEvent("002", taskJson({ status: "completed" }))], { open: true }),
  ];
  await using node = new FakeNode({
    "GET /api/events": () => streams.shift()?.() ?? problem(500, { detail: "too many" }),
  });
  const told: TaskEvent[] = [];
  for await (const event of clientOf(node).events({ queue: "mail" })) {
    told.push(event);
    if (event.kind === "task" && event.task.status === "completed") break;
  }
  assert.deepEqual(
    told.map((event) => event.kind === "task" ? event.eventId : event),
    [{ kind: "open", resumed: false }, "001", { kind: "open", resumed: true }, "002"],
  );
  assert.deepEqual(node.seen.map(({ headers }) => headers.get("last-event-id")), [
    null,
    "001",
    "001",
  ]);
  assert.equal(node.seen[0]?.query["queue"], "mail");
});

Deno.test("client tells deletions, and nothing of events that it does not know", async () => {
  await using node = new FakeNode({
    "GET /api/events": () =>
      eventStream([
        'event: deleted\nid: 8\ndata: {"id":"task-1"}\n\n',
        'event: news\nid: 9\ndata: {"id":"task-2"}\n\n',
        taskEvent("a", taskJson()),
      ], { open: true }),
  });
  const told: TaskEvent[] = [];
  for await (const event of clientOf(node).events()) {
    told.push(event);
    if (event.kind === "task") break;
  }
  assert.deepEqual(told.slice(1, -1), [{ kind: "deleted", id: "task-1", eventId: "8" }]);
});

Deno.test("client passes a reset of the event stream on", async () => {
  await using node = new FakeNode({
    "GET /api/events": () => eventStream(["event: reset\nid: 9\ndata: {}\n\n"], { open: true }),
  });
  const kinds: string[] = [];
  for await (const { kind } of clientOf(node).events({}, { after: "1" })) {
    kinds.push(kind);
    if (kind === "reset") break;
  }
  assert.deepEqual(kinds, ["open", "reset"]);
});

Deno.test("client ends events with an error when the node refuses them", async () => {
  await using node = new FakeNode({
    "GET /api/events": () => problem(403, { code: "permission_denied", detail: "no scope" }),
  });
  await assert.rejects(async () => {
    for await (const _event of clientOf(node).events()) assert.fail("no event comes");
  }, ApiError);
  assert.equal(node.seen.length, 1);
});

Deno.test("client connects anew when an event stream is silent for too long", async () => {
  await using node = new FakeNode({
    "GET /api/events": () => eventStream([], { open: true }),
  });
  let opened = 0;
  for await (const event of clientOf(node).events({}, { idleMs: 5 })) {
    if (event.kind === "open" && ++opened === 3) break;
  }
  assert.equal(node.seen.length, 3);
});

Deno.test("event stream parser takes chunks cut anywhere", () => {
  const text =
    'event: task\r\nid: 7\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: ping\rid: 8\r\rdata: é\n\n';
  for (let size = 1; size <= text.length; size++) {
    const parser = new EventStreamParser();
    const events = [];
    for (let at = 0; at < text.length; at += size) {
      events.push(...parser.push(text.slice(at, at + size)));
    }
    assert.deepEqual(events, [
      { event: "task", data: '{"a":\n1}', id: "7" },
      { event: "message", data: "é", id: "8" },
    ], `chunks of ${size}`);
  }
});

Deno.test("event stream parser refuses an event without an end", () => {
  const parser = new EventStreamParser();
  const chunk = "x".repeat(1 << 20);
  assert.throws(() => {
    for (let i = 0; i < 20; i++) parser.push(chunk);
  }, /longer than 16 MiB/);
});

Deno.test("backoff doubles up to its limit and is at most half random", () => {
  const options = { initialMs: 100, maxMs: 1_000, random: () => 0 };
  assert.deepEqual([1, 2, 3, 4, 5, 99].map((tries) => backoffMs(tries, options)), [
    50,
    100,
    200,
    400,
    500,
    500,
  ]);
  assert.equal(backoffMs(1, { ...options, random: () => 1 }), 100);
});
