import assert from "node:assert/strict";
import { Client, type DeadLetterJson } from "../../../api/client/mod.ts";
import { deadLetterAnswer } from "../../../api/schema.ts";
import { FakeNode, json, problem, taskJson } from "./fake_node.ts";
import { FakeWorld } from "./fake_world.ts";

function worldOf(node: FakeNode): FakeWorld {
  return new FakeWorld({ env: { DTASK_URL: node.url, DTASK_TOKEN: "t0ken" } });
}

function deadLetter(fields: Partial<DeadLetterJson> = {}): DeadLetterJson {
  const error = { name: "Error", message: "no\u0007 luck", stack: null };
  return {
    ...taskJson({ status: "failed", reason: "timeout", run: 3, error }),
    finishedAt: "2026-11-21T19:59:00.000Z",
    attempts: [{
      ...{ run: 3, attempt: 1, node: "n", executor: "e", startedAt: "2026-11-21T19:58:00.000Z" },
      ...{ finishedAt: "2026-11-21T19:59:00.000Z", outcome: "timeout", error },
    }],
    ...fields,
  };
}

const ACTIONS = ["redrive", "discard"] as const;

/** A node on which each change finds and changes `matched` dead letters. */
function changingNode(matched: number): FakeNode {
  const decide = () => json({ matched, changed: matched });
  return new FakeNode({
    "POST /api/dead-letters/redrive": decide,
    "POST /api/dead-letters/discard": decide,
  });
}

Deno.test("client types allow what the API's schema of a dead letter allows", () => {
  const whole = deadLetter({ attemptsOmitted: true });
  assert.deepEqual(deadLetterAnswer.parse(whole), whole);
});

Deno.test("dead-letters lists in columns, over pages, by every filter", async () => {
  await using node = new FakeNode({
    "GET /api/dead-letters": ({ query }) =>
      query["cursor"] === undefined
        ? json({ items: [deadLetter({ id: "a-long-id" })], nextCursor: "c1" })
        : json({ items: [deadLetter({ id: "b", reason: "poison" })], nextCursor: "c2" }),
  });
  const world = worldOf(node);
  const { code, out, err } = await world.run(
    ...["dead-letters", "--limit", "2", "--reason", "timeout", "--label", "a=b", "--since", "1h"],
    ...["--queue", "q", "--method", "m", "--workflow", "w", "--prefix", "p"],
  );
  assert.equal(code, 0);
  assert.equal(
    out,
    "ID         METHOD  QUEUE    REASON   RUNS  FAILED  ERROR\n" +
      "a-long-id  add     default  timeout     3  1m ago  no\\x07 luck\n" +
      "b          add     default  poison      3  1m ago  no\\x07 luck\n",
  );
  assert.match(err, /--cursor c2/);
  assert.deepEqual(node.seen[0]?.query, {
    reason: "timeout",
    label: "a:b",
    since: "2026-11-21T19:00:00.000Z",
    queue: "q",
    method: "m",
    workflowId: "w",
    q: "p",
    limit: "2",
  });
  const all = JSON.parse((await world.run("dead-letters", "--json", "--limit", "1")).out);
  assert.deepEqual(all, { items: [deadLetter({ id: "a-long-id" })], nextCursor: "c1" });
});

Deno.test("dead-letters redrive sends ids, filters or all, with new arguments where given", async () => {
  await using node = changingNode(2);
  const world = worldOf(node);
  const byIds = await world.run(
    "dead-letters",
    "redrive",
    "a",
    "b",
    "--args",
    "[1,9007199254740993]",
  );
  assert.deepEqual(byIds, { code: 0, out: "2 of 2 dead letters sent round again\n", err: "" });
  await world.run("dead-letters", "redrive", "--queue", "mail", "--reason", "expired");
  const all = await world.run("dead-letters", "redrive", "--all", "--json");
  assert.deepEqual(JSON.parse(all.out), { matched: 2, changed: 2 });
  assert.deepEqual(node.seen.map(({ body }) => body), [
    { ids: ["a", "b"], args: [1, { $int64: "9007199254740993" }] },
    { filter: { queue: "mail", reason: "expired" } },
    { filter: {} },
  ]);
});

Deno.test("dead-letters discard says how many it gave up", async () => {
  await using node = changingNode(3);
  const { code, out } = await worldOf(node).run("dead-letters", "discard", "--method", "add");
  assert.deepEqual([code, out], [0, "3 of 3 dead letters discarded\n"]);
  assert.deepEqual(node.seen[0]?.body, { filter: { method: "add" } });
});

Deno.test("dead-letters answers 1 where an id is no dead letter", async () => {
  await using node = changingNode(1);
  for (const action of ACTIONS) {
    const { code, err } = await worldOf(node).run("dead-letters", action, "a", "b", "a");
    assert.deepEqual([code, err], [1, "dtask: 1 of the ids are no dead letters\n"]);
  }
});

Deno.test("dead-letters takes more ids than one request holds", async () => {
  await using node = changingNode(600);
  const ids = Array.from({ length: 1_200 }, (_, i) => `t${i}`);
  const { code, out } = await worldOf(node).run("dead-letters", "discard", ...ids);
  assert.deepEqual([code, out], [0, "1200 of 1200 dead letters discarded\n"]);
  assert.equal(node.seen.length, 2);
});

Deno.test("dead-letters changes nothing where it is not said what", async () => {
  await using node = changingNode(0);
  const world = worldOf(node);
  for (const action of ACTIONS) {
    const wrong: readonly (readonly string[])[] = [
      [],
      ["a", "--all"],
      ["a", "--queue", "q"],
      ["--all", "--queue", "q"],
      ["--all", "--limit", "5"],
      ["--all", "--cursor", "c"],
      ["--reason", "rule"],
      ["--all", "--status", "failed"],
    ];
    for (const words of wrong) {
      const { code, err } = await world.run("dead-letters", action, ...words);
      assert.equal(code, 2, words.join(" "));
      assert.match(err, /^dtask: .*\n$/);
    }
  }
  const args = await world.run("dead-letters", "redrive", "a", "--args", "{}");
  assert.match(args.err, /--args takes a JSON list/);
  assert.equal((await world.run("dead-letters", "discard", "a", "--args", "[]")).code, 2);
  assert.equal((await world.run("dead-letters", "bury")).code, 2);
  assert.equal(node.seen.length, 0);
});

Deno.test("client repeats a lost discard, but no redrive", async () => {
  const away = () => problem(503, { code: "unavailable", detail: "draining" });
  await using node = new FakeNode({
    "POST /api/dead-letters/redrive": away,
    "POST /api/dead-letters/discard": away,
  });
  const client = new Client({ url: node.url, maxRetries: 1, retryInitialMs: 1, retryMaxMs: 1 });
  await assert.rejects(client.redrive({ filter: {} }), { name: "ApiError" });
  await assert.rejects(client.discard({ ids: ["a"] }), { name: "ApiError" });
  assert.equal(node.seenOf("POST", "/api/dead-letters/redrive").length, 1);
  assert.equal(node.seenOf("POST", "/api/dead-letters/discard").length, 2);
});
