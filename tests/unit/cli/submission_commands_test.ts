import assert from "node:assert/strict";
import type { TaskJson } from "../../../api/client/mod.ts";
import { eventStream, FakeNode, json, taskEvent, taskJson, workflowJson } from "./fake_node.ts";
import { FakeWorld } from "./fake_world.ts";

/** A world that has `node` by `--url`'s variable and a token. */
function worldOf(node: FakeNode, more: { readonly columns?: number } = {}): FakeWorld {
  return new FakeWorld({ env: { DTASK_URL: node.url, DTASK_TOKEN: "t0ken" }, ...more });
}

Deno.test("submit sends the method, typed arguments and every option", async () => {
  await using node = new FakeNode({ "POST /api/tasks": () => json(taskJson(), 201) });
  const { code, out } = await worldOf(node).run(
    ...["submit", "mail.send", "1", "two", '{"a":[true]}', '"7"', "9007199254740993", "--id", "a"],
    ...["--dep", "x", "--dep", "y", "--queue", "mail", "--priority", "-5", "--delay", "10m"],
    ...["--label", "team=web", "--label", "a=b=c", "--timeout", "30s", "--max-attempts", "3"],
    ...["--concurrency-key", "k", "--on-failure", "alarm"],
  );
  assert.equal(code, 0);
  assert.equal(out, "task-1  pending\n");
  assert.deepEqual(node.seen[0]?.body, {
    method: "mail.send",
    args: [1, "two", { a: [true] }, "7", { $int64: "9007199254740993" }],
    id: "a",
    deps: ["x", "y"],
    queue: "mail",
    priority: -5,
    delayMs: 600_000,
    labels: { team: "web", a: "b=c" },
    timeoutMs: 30_000,
    retry: { maxAttempts: 3 },
    concurrencyKey: "k",
    onFailure: { method: "alarm" },
  });
  assert.equal(node.seen[0]?.headers.get("authorization"), "Bearer t0ken");
});

Deno.test("submit --unique takes its value behind an equals sign, or none", async () => {
  await using node = new FakeNode({
    "POST /api/tasks": () => json({ ...taskJson(), duplicate: true }),
  });
  const submit = (...words: readonly string[]) => worldOf(node).run("submit", ...words);
  const { code, out } = await submit("--unique", "add", "1", "--id", "a");
  assert.deepEqual([code, out], [0, "task-1  pending  duplicate\n"]);
  await submit("add", "--unique=method", "--unique-within", "1h", "--id", "a");
  await submit("add", "--unique-key", "k", "--id", "a", "--", "--unique");
  assert.deepEqual(node.seen.map(({ body }) => body), [
    { method: "add", args: [1], id: "a", unique: { by: "args" } },
    { method: "add", args: [], id: "a", unique: { by: "method", withinMs: 3_600_000 } },
    { method: "add", args: ["--unique"], id: "a", unique: { key: "k" } },
  ]);
  const wrong = await submit("add", "--unique=queue");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--unique takes args or method, not "queue"/);
  const printed = await submit("add", "--unique", "--json");
  assert.equal(JSON.parse(printed.out).duplicate, true);
});

Deno.test("submit leaves variables of a node out of a task", async () => {
  await using node = new FakeNode({ "POST /api/tasks": () => json(taskJson(), 201) });
  const world = new FakeWorld({
    env: { DTASK_URL: node.url, DTASK_TOKEN: "t", DTASK_PRIORITY: "9", DTASK_QUEUE: "q" },
  });
  await world.run("submit", "add", "--id", "a");
  assert.deepEqual(node.seen[0]?.body, { method: "add", args: [], id: "a" });
});

Deno.test("submit --wait prints the result alone on stdout and progress on stderr", async () => {
  let current: TaskJson = taskJson({ status: "running" });
  await using node = new FakeNode({
    "POST /api/tasks": () => json(taskJson(), 201),
    "GET /api/tasks/task-1": () => json(current),
    "GET /api/events": ({ query }) => {
      assert.equal(query["q"], "task-1");
      current = taskJson({ status: "running", progress: { fraction: 0.4, note: "uploading" } });
      const working = taskEvent("1", current);
      const foreign = taskEvent("2", taskJson({ id: "task-10", status: "failed" }));
      current = taskJson({ status: "completed", result: "fine\u001b[31m" });
      return eventStream([working, foreign, taskEvent("3", current)], { open: true });
    },
  });
  const { code, out, err } = await worldOf(node).run("submit", "add", "--wait");
  assert.equal(code, 0);
  assert.equal(out, "fine\u001b[31m\n", "a result goes to programs as it is");
  assert.doesNotMatch(err, /task-10/);
});

Deno.test("submit --wait draws progress on a terminal", async () => {
  let reads = 0;
  await using node = new FakeNode({
    "POST /api/tasks": () => json(taskJson(), 201),
    "GET /api/tasks/task-1": () =>
      json(
        ++reads === 1
          ? taskJson({ status: "running", progress: { fraction: 0.4, note: "uploading" } })
          : taskJson({ status: "completed", result: { n: 1 } }),
      ),
    "GET /api/events": () =>
      eventStream([taskEvent("1", taskJson({ status: "completed" }))], { open: true }),
  });
  const { out, err } = await worldOf(node, { columns: 80 }).run("submit", "add", "--wait");
  assert.equal(out, '{"n":1}\n');
  assert.ok(err.startsWith("\r\x1b[Ktask-1  \x1b[36mrunning\x1b[0m  40% uploading"), err);
  assert.ok(err.endsWith("\r\x1b[K"), "the line is taken off again");
});

Deno.test("submit --wait answers 1 and tells why a task failed", async () => {
  const failed = taskJson({
    status: "failed",
    reason: "attempts_exhausted",
    error: { name: "Error", message: "no\nluck", stack: null },
  });
  await using node = new FakeNode({
    "POST /api/tasks": () => json(taskJson(), 201),
    "GET /api/tasks/task-1": () => json(failed),
    "GET /api/events": () => eventStream([], { open: true }),
  });
  const { code, out, err } = await worldOf(node).run("submit", "add", "--wait");
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.equal(
    err,
    "dtask: add failed (attempts_exhausted): Error: no luck\n  dtask get task-1\n",
  );
});

Deno.test("submit --wait that is interrupted says where to look", async () => {
  const world: { current?: FakeWorld } = {};
  await using node = new FakeNode({
    "POST /api/tasks": () => json(taskJson(), 201),
    "GET /api/tasks/task-1": () => {
      queueMicrotask(() => world.current?.interrupt.abort());
      return json(taskJson({ status: "running" }));
    },
    "GET /api/events": () => eventStream([], { open: true }),
  });
  world.current = worldOf(node);
  const { code, err } = await world.current.run("submit", "add", "--wait");
  assert.equal(code, 1);
  assert.match(err, /not waited to the end; "dtask get task-1"/);
});

Deno.test("workflow --wait follows a graph to its end", async () => {
  const flow = (status: "running" | "completed", tasks: readonly TaskJson[]) =>
    workflowJson({ status, tasks, counts: { completed: 2 } });
  const a = taskJson({ id: "a", key: "a", status: "running", seq: "1" });
  const b = taskJson({ id: "b", key: "b", status: "blocked", seq: "2" });
  const done = (task: TaskJson, seq: string) => ({ ...task, status: "completed" as const, seq });
  let reads = 0;
  await using node = new FakeNode({
    "POST /api/workflows": () => json(workflowJson(), 201),
    "GET /api/workflows/flow-1": () =>
      json(
        ++reads === 1 ? flow("running", [a, b]) : flow("completed", [done(a, "3"), done(b, "4")]),
      ),
    "GET /api/events": ({ query }) => {
      assert.equal(query["workflowId"], "flow-1");
      return eventStream(
        [taskEvent("3", done(a, "3")), taskEvent("1", a), taskEvent("4", done(b, "4"))],
        { open: true },
      );
    },
  });
  const world = worldOf(node);
  world.files.files.set(
    "/home/user/g.json",
    '{"name":"n","tasks":[{"key":"a","method":"noop","args":[9007199254740993]}]}',
  );
  const { code, out, err } = await world.run("workflow", "g.json", "--wait", "--name", "mine");
  assert.equal(code, 0);
  assert.equal(out, "flow-1  completed  2 completed\n");
  assert.match(err, /0\/2 {2}1 blocked {2}1 running/);
  assert.match(err, /2\/2 {2}2 completed/);
  const sent = node.seen[0]?.body as Readonly<Record<string, unknown>>;
  assert.equal(sent["name"], "mine");
  assert.deepEqual(sent["tasks"], [
    { key: "a", method: "noop", args: [{ $int64: "9007199254740993" }] },
  ]);
});

Deno.test("workflow --wait answers 1 and names the tasks that failed", async () => {
  const failed = taskJson({ key: "k", status: "failed", reason: "timeout" });
  await using node = new FakeNode({
    "POST /api/workflows": () => json(workflowJson(), 201),
    "GET /api/workflows/flow-1": () =>
      json(workflowJson({ status: "failed", tasks: [failed], counts: { failed: 1 } })),
    "GET /api/events": () => eventStream([], { open: true }),
  });
  const world = new FakeWorld({
    env: { DTASK_URL: node.url },
    ports: { readStdin: () => Promise.resolve('[{"key":"k","method":"spin"}]') },
  });
  const { code, out, err } = await world.run("workflow", "-", "--wait");
  assert.equal(code, 1);
  assert.equal(out, "flow-1  failed  1 failed\n");
  assert.match(err, / {2}k: add failed \(timeout\)\n$/);
});

for (
  const [text, told] of [
    ["{", /g\.json is not JSON: /],
    ["3", /g\.json has no "tasks"/],
    ['{"tasks":3}', /"tasks" of g\.json is not a list/],
  ] as const
) {
  Deno.test(`workflow refuses a file with ${text}`, async () => {
    const world = new FakeWorld();
    world.files.files.set("/home/user/g.json", text);
    const { code, err } = await world.run("workflow", "g.json");
    assert.equal(code, 1);
    assert.match(err, told);
  });
}

Deno.test("workflow answers 2 for a file that does not exist", async () => {
  const { code, err } = await new FakeWorld().run("workflow", "none.json");
  assert.equal(code, 2);
  assert.equal(err, "dtask: There is no file none.json\n");
});
