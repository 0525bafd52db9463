import assert from "node:assert/strict";
import { FakeRestNode } from "./fake_rest_node.ts";

async function submitted(onFailure: unknown) {
  const node = new FakeRestNode();
  const { status, body } = await node.call("POST", "/api/tasks", {
    body: { method: "noop", onFailure },
  });
  return { status, body, onFailure: node.submissions[0]?.onFailure };
}

Deno.test("onFailure is handed over with what was said, absent or null where nothing is", async () => {
  const given = {
    method: "alarm",
    payload: { $int64: "7" },
    queue: "alarms",
    priority: 9,
    delayMs: 5,
    timeoutMs: 6,
    heartbeatTimeoutMs: 4,
    concurrencyKey: "k",
    retry: { maxAttempts: 1 },
    labels: { team: "web" },
  };
  const { payload: _, ...said } = given;
  assert.deepEqual((await submitted(given)).onFailure, { ...said, args: '[{"$int64":"7"}]' });
  assert.equal((await submitted(null)).onFailure, null);
  assert.equal((await submitted(undefined)).onFailure, undefined);
});

Deno.test("onFailure faults are 422 with a pointer", async () => {
  const labels = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`l${i}`, ""]));
  const faults = [
    ["/onFailure", "alarm"],
    ["/onFailure/method", { args: [] }],
    ["/onFailure/onFailure", { method: "alarm", onFailure: { method: "alarm" } }],
    ["/onFailure/unique", { method: "alarm", unique: {} }],
    ["/onFailure/deps", { method: "alarm", deps: ["a"] }],
    ["/onFailure/payload", { method: "alarm", args: [], payload: 1 }],
    ["/onFailure/args/0", { method: "alarm", args: [{ $result: "a" }] }],
    ["/onFailure/args", { method: "alarm", args: ["x".repeat(16 << 10)] }],
    ["/onFailure/labels", { method: "alarm", labels }],
    ["/onFailure/priority", { method: "alarm", priority: 101 }],
  ] as const;
  for (const [pointer, onFailure] of faults) {
    const { status, body } = await submitted(onFailure);
    assert.deepEqual([status, body.errors?.[0].pointer], [422, pointer]);
  }
});

Deno.test("onFailure faults are told with those of the arguments, in workflows with their place", async () => {
  const node = new FakeRestNode();
  const bad = {
    method: "noop",
    args: [{ $int64: "x" }],
    onFailure: { method: "a", args: [], payload: 1 },
  };
  const single = await node.call("POST", "/api/tasks", { body: bad });
  assert.deepEqual(single.body.errors.map(({ pointer }: { pointer: string }) => pointer), [
    ...["/args/0", "/onFailure/payload"],
  ]);
  const graph = await node.call("POST", "/api/workflows", {
    body: { tasks: [{ key: "k", ...bad }] },
  });
  assert.deepEqual(graph.body.errors.map(({ pointer }: { pointer: string }) => pointer), [
    ...["/tasks/0/args/0", "/tasks/0/onFailure/payload"],
  ]);
  const schedule = await node.call("PUT", "/api/schedules/s", {
    body: { cron: "* * * * *", ...bad },
  });
  assert.equal(schedule.body.errors[1].pointer, "/onFailure/payload");
});
