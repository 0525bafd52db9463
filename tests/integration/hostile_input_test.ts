import assert from "node:assert/strict";
import type { ApiAnswer } from "../support/api_request.ts";
import { HOSTILE_REQUESTS, type HostileRequest, KNOWN } from "../support/hostile_requests.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { countStoredRows } from "../support/stored_rows.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";

const BATCH_MAX = 16 << 20;

Deno.test("hostile input gets its 4xx, stores nothing, and the node serves on", async (t) => {
  await using node = await startNode({ args: ["--no-grpc"] });
  await submitTask(node, { id: KNOWN.completed, method: "noop" });
  await awaitEnd(node, KNOWN.completed);
  await submitTask(node, { id: KNOWN.live, method: "noop", delayMs: 86_400_000 });
  const stored = countStoredRows(node.dataDir);
  for (const request of HOSTILE_REQUESTS) {
    await t.step(request.name, async () => {
      const before = countStoredRows(node.dataDir);
      assertRefused(await send(node, request), request.expected);
      assert.deepEqual(countStoredRows(node.dataDir), before);
    });
  }
  await t.step("a body beyond what is read to its end", () => refuseHugeBody(node));
  await t.step("each of a batch is refused on its own", () => refuseInBatch(node));
  assert.deepEqual(countStoredRows(node.dataDir), stored);
  await assertServing(node);
});

Deno.test("hostile cycle is named in the refusal", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const cycle = HOSTILE_REQUESTS.find((request) => request.name === "workflow: a cycle");
  assert.ok(cycle);
  const { body } = await send(node, cycle);
  for (const key of ["a", "b", "c"]) assert.match(JSON.stringify(body), new RegExp(`\\b${key}\\b`));
});

Deno.test("hostile reuse of an idempotency key with other content is refused", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const headers = { "idempotency-key": "key-1" };
  const submit = (args: readonly unknown[]) =>
    node.fetchApi("POST", "/api/tasks", { method: "add", args }, { headers });
  const first = await submit([1, 2]);
  assert.equal(first.status, 201);
  const again = await submit([1, 2]);
  assert.equal(again.status, 200);
  assert.equal(again.body.id, first.body.id);
  await awaitEnd(node, first.body.id); // whose rows would change the count
  const stored = countStoredRows(node.dataDir);
  assertRefused(await submit([1, 3]), [422]);
  assert.deepEqual(countStoredRows(node.dataDir), stored);
});

Deno.test("hostile names and texts that are allowed come back as they were", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  for (const id of ["__proto__", "constructor", "toString", "1:OR.1_-"]) {
    const text = "'; DROP TABLE tasks; -- \u0000 \u{1f600}";
    await submitTask(node, { id, method: "echo_string", args: [text] });
    const task = await awaitEnd(node, id);
    assert.deepEqual([task.status, task.result], ["completed", text]);
  }
});

function send(node: NodeProcess, request: HostileRequest): Promise<ApiAnswer> {
  const { method = "POST", path = "/api/tasks", body, headers = {} } = request;
  return node.fetchApi(method, path, body, { headers });
}

/** A problem as RFC 9457 has it, with a code, and with the faulty places when it is a 422. */
function assertRefused({ status, headers, body }: ApiAnswer, expected: readonly number[]): void {
  assert.ok(expected.includes(status), `${status} instead of ${expected}: ${JSON.stringify(body)}`);
  assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.equal(body.status, status);
  for (const field of ["type", "title", "detail", "code"]) {
    assert.equal(typeof body[field], "string", `${field} of ${JSON.stringify(body)}`);
  }
}

/** Such a body may be refused or cut off, but never kept. */
async function refuseHugeBody(node: NodeProcess): Promise<void> {
  const body = `{"method":"echo_string","args":["${"x".repeat(BATCH_MAX + (1 << 20))}"]}`;
  const headers = { "content-type": "application/json" };
  try {
    assertRefused(await node.fetchApi("POST", "/api/tasks", body, { headers }), [413]);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

async function refuseInBatch(node: NodeProcess): Promise<void> {
  const tasks = [{ method: "nope" }, { method: "noop", foo: 1 }, { method: "noop", id: "a b" }, 7];
  const { status, body } = await node.fetchApi("POST", "/api/tasks/batch", { tasks });
  assert.equal(status, 200);
  const statuses = body.results.map((result: { readonly status: number }) => result.status);
  assert.deepEqual(statuses, [422, 422, 422, 422]);
}

async function assertServing(node: NodeProcess): Promise<void> {
  assert.equal((await node.fetchApi("GET", "/readyz")).status, 200);
  const { id } = await submitTask(node, { method: "add", args: [1, 2] });
  assert.equal((await awaitEnd(node, id)).result, 3);
}
