import assert from "node:assert/strict";
import { ok } from "../../../actors/domain/error.ts";
import type { DeadLetterSelection } from "../../../actors/protocol.ts";
import { fakeTask } from "../../support/fake_task.ts";
import { submission } from "../../support/submission.ts";
import { FakeRestNode } from "./fake_rest_node.ts";

const OPEN = {
  ...{ queue: null, method: null, workflowId: null, label: null, since: null, until: null },
  ...{ q: null, reason: null },
};

/** A node whose scheduler has `waiting` dead letters, of which it changes as many as a page may have. */
function nodeWith(waiting: number): FakeRestNode {
  const node = new FakeRestNode();
  let left = waiting;
  const change = (message: Readonly<Record<string, unknown>>) => {
    const selection = message["selection"] as DeadLetterSelection;
    const max = selection.by === "filter" ? selection.limit : selection.ids.length;
    const matched = Math.min(max, left);
    left -= matched;
    const next = left === 0 ? null : { afterNum: waiting - left, horizon: { num: 9, seq: 9 } };
    return { ok: true, value: ok({ matched, changed: matched, next }) } as const;
  };
  node.replies.set("RedriveDeadLetters", change);
  node.replies.set("DiscardDeadLetters", change);
  return node;
}

Deno.test("dead letters are listed by filter with their runs", async () => {
  const node = new FakeRestNode();
  const task = { ...fakeTask(submission({ id: "a" })), status: "failed", reason: "timeout" };
  const run = {
    ...{ run: 7, attempt: 1, node: "n", executor: "e", startedAt: 0, finishedAt: 1 },
    ...{ outcome: "timeout", error: null },
  };
  node.replies.set("ListDeadLetters", () => ({
    ok: true,
    value: ok({
      items: [{ task, runs: [run], runsOmitted: true }, { task, runs: [], runsOmitted: false }],
      nextCursor: "c",
    }),
  }));
  const { status, body } = await node.call(
    "GET",
    "/api/dead-letters?reason=timeout&queue=mail&label=team:web&q=a&limit=2&cursor=x",
  );
  assert.equal(status, 200);
  const [first, second] = body.items;
  assert.deepEqual([first.id, first.attempts[0].run, first.attemptsOmitted], ["a", 7, true]);
  assert.deepEqual([second.attempts, "attemptsOmitted" in second], [[], false]);
  assert.equal(body.nextCursor, "c");
  assert.deepEqual(node.asked, [{
    kind: "ListDeadLetters",
    filter: {
      ...OPEN,
      reason: "timeout",
      queue: "mail",
      label: { key: "team", value: "web" },
      q: "a",
    },
    limit: 2,
    cursor: "x",
  }]);
});

Deno.test("dead letters are redriven by filter page by page, to the end of the walk", async () => {
  const node = nodeWith(600);
  const body = { filter: { method: "add" }, args: [1] };
  const answer = await node.call("POST", "/api/dead-letters/redrive", { body });
  assert.deepEqual([answer.status, answer.body], [200, { matched: 600, changed: 600 }]);
  assert.deepEqual(node.asked.map((message) => message["selection"].walk?.afterNum), [
    ...[undefined, 250, 500],
  ]);
  assert.deepEqual(node.asked[0], {
    kind: "RedriveDeadLetters",
    selection: { by: "filter", filter: { ...OPEN, method: "add" }, walk: null, limit: 250 },
    args: "[1]",
  });
});

Deno.test("dead letters change at most 100,000 at a call", async () => {
  const node = nodeWith(100_001);
  const { body } = await node.call("POST", "/api/dead-letters/discard", { body: { filter: {} } });
  assert.deepEqual(body, { matched: 100_000, changed: 100_000, more: true });
  assert.equal(node.asked.at(-1)?.["selection"].limit, 250);
});

Deno.test("dead letters are changed by ids, each once, in parts", async () => {
  const node = nodeWith(1_000);
  const ids = Array.from({ length: 600 }, (_, i) => `t${i % 300}`);
  const { body } = await node.call("POST", "/api/dead-letters/discard", { body: { ids } });
  assert.deepEqual(body, { matched: 300, changed: 300 });
  assert.deepEqual(node.asked.map((message) => message["selection"].ids.length), [250, 50]);
});

Deno.test("dead letters with long new input go round in smaller pages", async () => {
  const node = nodeWith(20);
  const body = { filter: {}, payload: "x".repeat(1_000_000) };
  const answer = await node.call("POST", "/api/dead-letters/redrive", { body });
  assert.equal(answer.body.changed, 20);
  assert.deepEqual(node.asked.map((message) => message["selection"].limit), Array(5).fill(4));
});

Deno.test("dead letters whose change is interrupted say how far it came", async () => {
  const node = nodeWith(600);
  const first = node.replies.get("DiscardDeadLetters");
  assert.ok(first);
  let calls = 0;
  node.replies.set("DiscardDeadLetters", (message) =>
    ++calls < 3 ? first(message) : {
      ok: false,
      error: { code: "overloaded", message: "full" },
    } as const);
  const { status, body } = await node.call("POST", "/api/dead-letters/discard", {
    body: { filter: {} },
  });
  assert.equal(status, 503);
  assert.match(body.detail, /\(500 were changed\)$/);
});

/** A faulty body of a redrive, and the pointer to its fault. */
const FAULTS: readonly (readonly [pointer: string, body: unknown])[] = [
  ["/filter", {}],
  ["/filter", { ids: ["a"], filter: {} }],
  ["/ids", { ids: [] }],
  ["/ids", { ids: Array(1_001).fill("a") }],
  ["/ids/0", { ids: ["a b"] }],
  ["/filter/status", { filter: { status: "failed" } }],
  ["/filter/reason", { filter: { reason: "upstream_failed" } }],
  ["/filter/label", { filter: { label: "team" } }],
  ["/filter/limit", { filter: { limit: 1 } }],
  ["/payload", { ids: ["a"], args: [], payload: 1 }],
  ["/args/0", { ids: ["a"], args: [{ $int64: "x" }] }],
  ["/args", { ids: ["a"], args: {} }],
  ["/other", { ids: ["a"], other: 1 }],
];

Deno.test("dead letters refuse a faulty choice, and ask no actor", async () => {
  const node = new FakeRestNode();
  for (const [pointer, body] of FAULTS) {
    const answer = await node.call("POST", "/api/dead-letters/redrive", { body });
    assert.equal(answer.status, 422, JSON.stringify(body).slice(0, 80));
    assert.deepEqual(answer.body.errors[0].pointer, pointer);
  }
  const args = await node.call("POST", "/api/dead-letters/discard", {
    body: { ids: ["a"], args: [] },
  });
  assert.equal(args.status, 422);
  for (const query of ["status=failed", "reason=rule", "limit=501"]) {
    assert.equal((await node.call("GET", `/api/dead-letters?${query}`)).status, 422, query);
  }
  assert.equal(node.asked.length, 0);
});
