import assert from "node:assert/strict";
import { Client, ResultReference, Workflow } from "../../../api/client/mod.ts";

Deno.test("workflow gives keys and ids, and depends on what it is given", () => {
  const graph = new Workflow({ id: "w", name: "sums" });
  const left = graph.add("math::add now", [1, 2], { priority: 3 });
  const right = graph.add("math::add now", [3n]);
  graph.add("math.add", [left.result, { of: right.result }], {
    key: "both",
    deps: [left, "elsewhere"],
    triggerRule: "all_done",
  });
  const { id, name, tasks } = graph.toJSON();
  assert.deepEqual([id, name], ["w", "sums"]);
  assert.deepEqual(tasks.map(({ key }) => key), ["math::add_now", "math::add_now-2", "both"]);
  assert.deepEqual(tasks[2], {
    id: tasks[2]?.id,
    key: "both",
    method: "math.add",
    triggerRule: "all_done",
    args: [{ $result: "math::add_now" }, { of: { $result: "math::add_now-2" } }],
    deps: ["math::add_now", "elsewhere", "math::add_now-2"],
  });
  assert.equal(tasks[0]?.priority, 3);
  assert.equal(tasks[0]?.deps, undefined);
  assert.equal(new Set(tasks.map((task) => task.id)).size, 3);
  assert.equal(tasks[0]?.id, left.id);
});

Deno.test("workflow refuses a key that it has, and tasks of another", async () => {
  const [graph, other] = [new Workflow(), new Workflow()];
  const one = other.add("noop", [], { key: "one" });
  graph.add("noop", [], { key: "one" });
  assert.throws(() => graph.add("noop", [], { key: "one" }), /"one": the workflow has one/);
  assert.throws(() => graph.add("add", [one.result]), /"one": it is one of another workflow/);
  assert.throws(() => graph.add("noop", [], { deps: [one] }), /"one": it is one of another/);
  assert.equal(graph.toJSON().tasks.length, 1, "nothing is added by half");
  const client = new Client({ url: "http://nowhere.invalid" });
  await assert.rejects(client.submit("add", [one.result]), /"one" of a workflow: give the result/);
});

Deno.test("client makes a task depend on the results that it is given", async () => {
  const bodies: unknown[] = [];
  const client = new Client({
    url: "http://node",
    fetch: (_input, init) => {
      const body = JSON.parse(String(init?.body));
      bodies.push(body);
      return Promise.resolve(Response.json(body, { status: 201 }));
    },
  });
  const first = await client.submit("add", [1, 2], { id: "first" });
  assert.deepEqual(first.result, new ResultReference("first", null));
  const second = await client.submit("add", [first.result, 3], { deps: [first, "other"] });
  assert.deepEqual(bodies, [
    { id: "first", method: "add", args: [1, 2] },
    {
      id: second.id,
      method: "add",
      args: [{ $result: "first" }, 3],
      deps: ["first", "other"],
    },
  ]);
});

Deno.test("client's signal ends requests and streams before they begin and while they last", async () => {
  const never: typeof fetch = (_input, init) =>
    new Promise((_resolve, reject) => {
      if (init?.signal?.aborted === true) return reject(init.signal.reason);
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
    });
  const controller = new AbortController();
  const client = new Client({ url: "http://node", fetch: never }).withSignal(controller.signal);
  const waiting = [client.get("a"), client.task("a").wait(), client.submit("noop", [])];
  const watching = client.task("a").watch().next();
  controller.abort(new Error("enough"));
  for (const work of waiting) await assert.rejects(work, /^Error: enough$/);
  await assert.rejects(watching, /^Error: enough$/);
  await assert.rejects(client.list(), /^Error: enough$/);
});
