import assert from "node:assert/strict";
import { ok } from "../../../actors/domain/error.ts";
import { FakeRestNode, makeToken } from "./fake_rest_node.ts";

const OPEN = {
  ...{ status: null, queue: null, method: null, workflowId: null, label: null },
  ...{ since: null, until: null, q: null, reason: null },
};

/** A node with `waiting` tasks that fit every choice, of which each step finds as many as it may. */
function nodeWith(waiting: number): FakeRestNode {
  const node = new FakeRestNode();
  node.replies.set("WalkTasks", (message) => {
    const from: number = message["walk"]?.from ?? 0;
    const to = Math.min(waiting, from + message["limit"]);
    const ids = Array.from({ length: to - from }, (_, i) => `t${from + i}`);
    return {
      ok: true,
      value: { ids, upToSeq: 9, next: to === waiting ? null : { from: to, upToSeq: 9 } },
    };
  });
  const changed = (message: Readonly<Record<string, unknown>>) => {
    const { length } = message["ids"] as readonly string[];
    return { ok: true, value: ok({ matched: length, changed: length }) } as const;
  };
  node.replies.set("CancelTasks", changed);
  node.replies.set("RetryTasks", changed);
  return node;
}

Deno.test("task changes go by filter, page by page, to the end of the walk", async () => {
  const node = nodeWith(600);
  const body = { filter: { status: "failed,cancelled", method: "add" }, args: [1] };
  const answer = await node.call("POST", "/api/tasks/retry", { body });
  assert.deepEqual([answer.status, answer.body], [200, { matched: 600, changed: 600 }]);
  const walks = node.asked.filter(({ kind }) => kind === "WalkTasks");
  assert.deepEqual(walks.map((message) => message["walk"]?.from), [undefined, 250, 500]);
  assert.deepEqual(walks[0], {
    kind: "WalkTasks",
    change: "retry",
    choice: {
      by: "filter",
      filter: { ...OPEN, status: ["failed", "cancelled"], method: "add" },
    },
    walk: null,
    limit: 250,
  });
  const changes = node.asked.filter(({ kind }) => kind === "RetryTasks");
  assert.deepEqual(changes.map((message) => message["ids"].length), [250, 250, 100]);
  assert.deepEqual([changes[0]?.["args"], changes[0]?.["upToSeq"]], ["[1]", 9]);
});

Deno.test("task changes go by ids, and retries with long input in smaller pages", async () => {
  const node = nodeWith(9);
  const ids = ["a", "b"];
  await node.call("POST", "/api/tasks/cancel", { body: { ids } });
  assert.deepEqual(node.asked[0]?.["choice"], { by: "ids", ids });
  assert.deepEqual(node.asked.map(({ kind }) => kind), ["WalkTasks", "CancelTasks"]);
  const body = { ids, args: ["x".repeat(1_000_000)] };
  await node.call("POST", "/api/tasks/retry", { body });
  const sizes = node.asked.filter(({ kind }) => kind === "RetryTasks")
    .map((message) => message["ids"].length);
  assert.deepEqual(sizes, [4, 4, 1]);
});

Deno.test("task changes end after 100,000 and say that there may be more", async () => {
  const body = { filter: {} };
  const { body: whole } = await nodeWith(100_000).call("POST", "/api/tasks/cancel", { body });
  assert.deepEqual(whole, { matched: 100_000, changed: 100_000 });
  const { body: part } = await nodeWith(100_001).call("POST", "/api/tasks/cancel", { body });
  assert.deepEqual(part, { matched: 100_000, changed: 100_000, more: true });
});

/** The calls that change many, with the walk that counts what each would meet. */
const DRY_RUNS = [
  ["/api/tasks/cancel", "cancel"],
  ["/api/tasks/retry", "retry"],
  ["/api/dead-letters/redrive", "redrive"],
  ["/api/dead-letters/discard", "redrive"],
] as const;

Deno.test("dry runs count what would be met, no further than a change goes, and change nothing", async () => {
  for (const [path, change] of DRY_RUNS) {
    for (const [waiting, expected] of [[25_000, {}], [100_001, { more: true }]] as const) {
      const node = nodeWith(waiting);
      const body = { filter: { queue: "mail" }, dryRun: true };
      const answer = await node.call("POST", path, { body });
      const matched = Math.min(waiting, 100_000);
      assert.deepEqual([answer.status, answer.body], [200, { matched, changed: 0, ...expected }]);
      assert.deepEqual(new Set(node.asked.map(({ kind }) => kind)), new Set(["WalkTasks"]));
      assert.equal(node.asked[0]?.["change"], change);
      assert.deepEqual(node.asked[0]?.["choice"].filter, { ...OPEN, queue: "mail" });
    }
  }
});

Deno.test("a dry run looks at no more than a bounded part of a store", async () => {
  const node = new FakeRestNode();
  node.replies.set("WalkTasks", (message) => ({
    ok: true,
    value: {
      ids: [],
      upToSeq: null,
      next: { from: (message["walk"]?.from ?? 0) + 1, upToSeq: null },
    },
  }));
  const body = { filter: { queue: "absent" }, dryRun: true };
  const answer = await node.call("POST", "/api/tasks/cancel", { body });
  assert.deepEqual(answer.body, { matched: 0, changed: 0, more: true });
  assert.equal(node.asked.length, 250);
});

Deno.test("task changes that are interrupted say how far they came", async () => {
  const node = nodeWith(600);
  const first = node.replies.get("CancelTasks");
  assert.ok(first);
  let calls = 0;
  node.replies.set("CancelTasks", (message) =>
    ++calls < 3 ? first(message) : {
      ok: false,
      error: { code: "overloaded", message: "full" },
    } as const);
  const answer = await node.call("POST", "/api/tasks/cancel", { body: { filter: {} } });
  assert.equal(answer.status, 503);
  assert.match(answer.body.detail, /\(500 were changed\)$/);
});

/** A faulty body of a retry, and the pointer to its fault. */
const FAULTS: readonly (readonly [pointer: string, body: unknown])[] = [
  ["/filter", {}],
  ["/filter", { ids: ["a"], filter: {} }],
  ["/ids", { ids: [] }],
  ["/ids", { ids: Array(1_001).fill("a") }],
  ["/ids/0", { ids: ["a b"] }],
  ["/filter/status", { filter: { status: "done" } }],
  ["/filter/status", { filter: { status: ["failed", "done"] } }],
  ["/filter/reason", { filter: { reason: "timeout" } }],
  ["/args/0", { ids: ["a"], args: [{ $int64: "x" }] }],
  ["/dryRun", { ids: ["a"], dryRun: 1 }],
  ["/other", { ids: ["a"], other: 1 }],
];

Deno.test("task changes refuse a faulty choice, and ask no actor", async () => {
  const node = new FakeRestNode();
  for (const [pointer, body] of FAULTS) {
    const answer = await node.call("POST", "/api/tasks/retry", { body });
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 80));
    assert.deepEqual(answer.body.errors[0].pointer, pointer);
  }
  const args = await node.call("POST", "/api/tasks/cancel", { body: { ids: ["a"], args: [] } });
  assert.equal(args.status, 422);
  const token = await makeToken("tasks:read");
  const read = await node.call("POST", "/api/tasks/cancel", {
    body: { filter: {}, dryRun: true },
    token,
  });
  assert.equal(read.status, 403);
  assert.equal(node.asked.length, 0);
});
