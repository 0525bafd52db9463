import assert from "node:assert/strict";
import { ok, refuse } from "../../../actors/domain/error.ts";
import { FakeRestNode, makeToken, NOW } from "./fake_rest_node.ts";

/** The fields of a task in the order that is documented. */
const FIELDS = "id workflowId key method args deps triggerRule queue priority status reason wave " +
  "run attempt maxAttempts crashes runAt createdAt startedAt finishedAt cancelRequestedAt " +
  "timeoutMs result error progress labels concurrencyKey node executor definition seq";

Deno.test("submit answers 201 with Location and every field of the task in order", async () => {
  const node = new FakeRestNode();
  const { status, headers, body } = await node.call("POST", "/api/tasks", {
    body: { method: "add", args: [1, { $int64: "9007199254740993" }] },
  });
  assert.equal(status, 201);
  assert.equal(headers.get("location"), `/api/tasks/${body.id}`);
  assert.equal(Object.keys(body).join(" "), FIELDS);
  assert.deepEqual(body.args, [1, { $int64: "9007199254740993" }]);
  assert.match(body.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assert.equal(body.createdAt, "1970-01-01T00:00:00.000Z");
  assert.equal(body.seq, "1");
});

Deno.test("submit hands over every field of a submission", async () => {
  const node = new FakeRestNode();
  await node.call("POST", "/api/tasks", {
    headers: {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "idempotency-key": "once",
    },
    body: {
      id: "a",
      method: "add",
      payload: { b: [1] },
      deps: ["x"],
      triggerRule: "all_done",
      queue: "slow",
      priority: -100,
      runAt: "2026-11-21T21:15:42+01:00",
      expiresAt: "2026-12-01T00:00:00Z",
      timeoutMs: 86_400_000,
      heartbeatTimeoutMs: 1,
      concurrencyKey: "k",
      retry: { maxAttempts: 1_000, backoff: "linear" },
      labels: { team: "" },
    },
  });
  const [{ contentHash, ...submission }] = node.submissions as [typeof node.submissions[0]];
  assert.match(contentHash, /^sha256-[0-9a-f]{64}$/);
  assert.deepEqual(submission, {
    id: "a",
    key: null,
    method: "add",
    mode: null,
    args: '[{"b":[1]}]',
    deps: ["x"],
    triggerRule: "all_done",
    queue: "slow",
    priority: -100,
    runAt: NOW,
    delayMs: null,
    expiresAt: Date.parse("2026-12-01T00:00:00Z"),
    timeoutMs: 86_400_000,
    heartbeatTimeoutMs: 1,
    concurrencyKey: "k",
    retry: { maxAttempts: 1_000, backoff: "linear" },
    defaultMaxAttempts: null,
    labels: { team: "" },
    idempotencyKey: '["tests","once"]',
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  });
});

Deno.test("submit gives the same content hash whatever the id and the order of fields", async () => {
  const node = new FakeRestNode();
  const bodies = [
    '{"id":"a","method":"add","args":[{"x":1,"y":2}]}',
    '{ "args": [{"y":2,"x":1.0}], "id": "b", "method":"add" }',
    '{"method":"add","args":[{"x":1,"y":2}],"priority":0}',
  ];
  for (const body of bodies) await node.call("POST", "/api/tasks", { body });
  const [a, b, other] = node.submissions.map(({ contentHash }) => contentHash);
  assert.equal(a, b);
  assert.notEqual(a, other);
});

Deno.test("submit answers 200 for a known id with the same content and 409 with other", async () => {
  const node = new FakeRestNode();
  const submit = (args: unknown[]) =>
    node.call("POST", "/api/tasks", { body: { id: "a", method: "add", args } });
  assert.equal((await submit([1])).status, 201);
  const again = await submit([1]);
  assert.equal(again.status, 200);
  assert.equal(again.headers.get("location"), null);
  const other = await submit([2]);
  assert.equal(other.status, 409);
  assert.equal(other.body.code, "id_in_use");
});

Deno.test("submit drops a traceparent that is not well-formed", async () => {
  const node = new FakeRestNode();
  await node.call("POST", "/api/tasks", {
    body: { method: "noop" },
    headers: { traceparent: "00-00000000000000000000000000000000-b7ad6b7169203331-01" },
  });
  assert.equal(node.submissions[0]?.traceparent, null);
});

Deno.test("batch refuses faulty items alone, with pointers into the request", async () => {
  const node = new FakeRestNode();
  const { status, body } = await node.call("POST", "/api/tasks/batch", {
    headers: { "idempotency-key": "k" },
    body: {
      tasks: [{ method: "noop", id: "a" }, { method: "noop", priority: 101 }, 7, { method: "add" }],
    },
  });
  assert.equal(status, 200);
  assert.deepEqual(
    body.results.map((result: { status: number }) => result.status),
    [201, 422, 422, 201],
  );
  assert.equal(body.results[0].task.id, "a");
  assert.equal(body.results[1].problem.errors[0].pointer, "/tasks/1/priority");
  assert.equal(body.results[2].problem.errors[0].pointer, "/tasks/2");
  assert.deepEqual(node.submissions.map(({ method, idempotencyKey }) => [method, idempotencyKey]), [
    ["noop", '["tests","k"]#0'],
    ["add", '["tests","k"]#3'],
  ]);
});

Deno.test("get answers the task, and 404 with a problem where there is none", async () => {
  const node = new FakeRestNode();
  node.commit("a", { status: "completed", result: '{"$bytes":"AQ=="}' });
  const { status, body } = await node.call("GET", "/api/tasks/a");
  assert.equal(status, 200);
  assert.deepEqual(body.result, { $bytes: "AQ==" });
  const missing = await node.call("GET", "/api/tasks/b");
  assert.equal(missing.status, 404);
  assert.equal(missing.headers.get("content-type"), "application/problem+json");
  assert.deepEqual(missing.body, {
    type: "about:blank",
    title: "Not found",
    status: 404,
    detail: 'Task "b" does not exist',
    code: "unknown_task",
  });
});

Deno.test("list hands over filter and page, and marks what is left out", async () => {
  const node = new FakeRestNode();
  node.commit("a", { argsOmitted: true, resultOmitted: true, status: "completed" });
  const query = "status=completed&queue=q&method=m&workflowId=w&label=team:a:b" +
    "&since=2026-11-21T20:15:42Z&until=2026-11-21T21:15:42.5%2B01:00&q=a&limit=500&cursor=c";
  const { status, body } = await node.call("GET", `/api/tasks?${query}`);
  assert.equal(status, 200);
  assert.equal(body.nextCursor, null);
  assert.equal(body.items[0].args, null);
  assert.equal(body.items[0].argsOmitted, true);
  assert.equal(body.items[0].resultOmitted, true);
  assert.deepEqual(node.asked.at(-1), {
    kind: "ListTasks",
    limit: 500,
    cursor: "c",
    filter: {
      status: ["completed"],
      queue: "q",
      method: "m",
      workflowId: "w",
      label: { key: "team", value: "a:b" },
      since: NOW,
      until: NOW + 500,
      q: "a",
    },
  });
});

Deno.test("result answers 200, 202 or 409 by the task's status", async () => {
  const node = new FakeRestNode();
  node.commit("done", { status: "completed", result: "3" });
  node.commit("live", { status: "pending" });
  const error = { name: "TypeError", message: "no", stack: null };
  node.commit("failed", { status: "failed", reason: "non_retryable", error });
  const done = await node.call("GET", "/api/tasks/done/result");
  assert.deepEqual([done.status, done.body], [200, { id: "done", status: "completed", result: 3 }]);
  const live = await node.call("GET", "/api/tasks/live/result?waitMs=0");
  assert.deepEqual([live.status, live.body], [202, { id: "live", status: "pending" }]);
  const failed = await node.call("GET", "/api/tasks/failed/result");
  assert.equal(failed.status, 409);
  assert.equal(failed.body.code, "task_failed");
  assert.deepEqual(failed.body.error, error);
  node.commit("cancelled", { status: "cancelled" });
  const cancelled = await node.call("GET", "/api/tasks/cancelled/result");
  assert.equal(cancelled.body.detail, 'Task "cancelled" has no result: cancelled');
});

Deno.test("result waits for the end of the task", async () => {
  const node = new FakeRestNode();
  node.commit("a", { status: "running" });
  const asked = node.nextAsk("GetTasks");
  const answer = node.call("GET", "/api/tasks/a/result?waitMs=60000");
  await asked;
  node.commit("a", { status: "completed", result: '"late"' });
  assert.equal((await answer).body.result, "late");
});

Deno.test("result answers what it has when the client goes or the node stops", async () => {
  const node = new FakeRestNode();
  node.commit("a", { status: "running" });
  const controller = new AbortController();
  const read = node.nextAsk("GetTasks");
  const cut = node.call("GET", "/api/tasks/a/result?waitMs=60000", { signal: controller.signal });
  await read;
  controller.abort();
  assert.equal((await cut).status, 202);
  const readAgain = node.nextAsk("GetTasks");
  const stopped = node.call("GET", "/api/tasks/a/result?waitMs=60000");
  await readAgain;
  node.service.close();
  assert.equal((await stopped).status, 202);
});

Deno.test("cancel answers 200 when it is cancelled and 202 while its code runs", async () => {
  const node = new FakeRestNode();
  node.commit("a", { status: "cancelled" });
  node.commit("b", { status: "running", cancelRequestedAt: NOW });
  assert.equal((await node.call("POST", "/api/tasks/a/cancel")).status, 200);
  const running = await node.call("POST", "/api/tasks/b/cancel");
  assert.equal(running.status, 202);
  assert.equal(running.body.cancelRequestedAt, "2026-11-21T20:15:42.000Z");
});

Deno.test("actions take an empty body whatever its type, and {}", async () => {
  const node = new FakeRestNode();
  node.commit("a", { status: "cancelled" });
  for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
    const headers = { "content-type": type };
    assert.equal(
      (await node.call("POST", "/api/tasks/a/cancel", { body: "", headers })).status,
      200,
    );
  }
  assert.equal((await node.call("POST", "/api/tasks/a/retry", { body: {} })).status, 200);
  const unknown = await node.call("POST", "/api/tasks/a/cancel", { body: { force: true } });
  assert.equal(unknown.status, 422);
  const other = { "content-type": "text/plain" };
  const text = await node.call("POST", "/api/tasks/a/cancel", { body: "x", headers: other });
  assert.equal(text.status, 415);
});

Deno.test("retry hands over new arguments as text, and checks them", async () => {
  const node = new FakeRestNode();
  node.commit("a", { status: "failed" });
  await node.call("POST", "/api/tasks/a/retry", { body: { args: [1, "x"] } });
  assert.deepEqual(node.asked.at(-1), { kind: "RetryTask", id: "a", args: '[1,"x"]' });
  await node.call("POST", "/api/tasks/a/retry");
  assert.deepEqual(node.asked.at(-1), { kind: "RetryTask", id: "a", args: null });
  const bad = await node.call("POST", "/api/tasks/a/retry", { body: { args: [{ $bytes: "*" }] } });
  assert.equal(bad.status, 422);
  assert.equal(bad.body.errors[0].pointer, "/args/0");
});

Deno.test("delete answers 204 without a body, and passes a refusal on", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  const { status, body } = await node.call("DELETE", "/api/tasks/a");
  assert.deepEqual([status, body], [204, ""]);
  node.replies.set("DeleteTask", () => ({
    ok: true,
    value: refuse("failed_precondition", "still_live", "It is live"),
  }));
  assert.equal((await node.call("DELETE", "/api/tasks/a")).status, 409);
});

Deno.test("attempts and logs come as items with ISO times", async () => {
  const node = new FakeRestNode();
  node.replies.set("GetLogs", () => ({
    ok: true,
    value: ok({
      num: 1,
      status: "running",
      lines: [{ run: 1, line: 8, at: NOW, level: "info", message: "m", fields: { a: 1 } }],
      more: true,
    }),
  }));
  const { body } = await node.call("GET", "/api/tasks/a/logs?limit=5&after=1.7");
  assert.deepEqual(body.items, [{
    run: 1,
    line: 8,
    at: "2026-11-21T20:15:42.000Z",
    level: "info",
    message: "m",
    fields: { a: 1 },
  }]);
  assert.equal(body.nextAfter, "1.8");
  const asked = node.asked.at(-1);
  assert.deepEqual([asked?.["after"], asked?.["limit"]], [{ run: 1, line: 7 }, 5]);
  const missing = await node.call("GET", "/api/tasks/zz/attempts");
  assert.equal(missing.status, 404);
});

Deno.test("dependents come as a page", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  node.replies.set("ListDependents", () => ({
    ok: true,
    value: ok({ items: [...node.tasks.values()], nextCursor: "bjox" }),
  }));
  const { body } = await node.call("GET", "/api/tasks/p/dependents?limit=1&cursor=bjow");
  assert.deepEqual([body.items[0].id, body.nextCursor], ["a", "bjox"]);
  const asked = node.asked.at(-1);
  assert.deepEqual([asked?.["id"], asked?.["limit"], asked?.["cursor"]], ["p", 1, "bjow"]);
});

Deno.test("submit says when an actor does not answer, and what to do", async () => {
  const node = new FakeRestNode();
  const codes = [["overloaded", "overloaded"], ["died", "outcome_unknown"], [
    "stopped",
    "stopping",
  ]];
  for (const [code, expected] of codes) {
    node.replies.set("SubmitTasks", () => ({
      ok: false,
      error: { code: code as "died", message: "" },
    }));
    const { status, headers, body } = await node.call("POST", "/api/tasks", {
      body: { method: "noop" },
      token: await makeToken("tasks:write"),
    });
    assert.equal(status, 503);
    assert.equal(headers.get("retry-after"), "1");
    assert.equal(body.code, expected);
  }
});
