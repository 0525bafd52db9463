import assert from "node:assert/strict";
import type { ExplanationJson } from "../../../api/client/mod.ts";
import { FakeNode, json } from "./fake_node.ts";
import { FakeWorld } from "./fake_world.ts";

function worldOf(node: FakeNode): FakeWorld {
  return new FakeWorld({ env: { DTASK_URL: node.url, DTASK_TOKEN: "t0ken" } });
}

const PAUSED = {
  code: "queue_paused",
  sentence: 'Task "a" cannot start while its queue "mail" is paused.',
  change: "Resume the queue: `dtask queues resume mail`.",
  details: { queue: "mail" },
};

function explanation(causes: ExplanationJson["causes"]): ExplanationJson {
  const [first = PAUSED] = causes;
  return { ...first, id: "a", status: "pending", reason: null, causes };
}

Deno.test("explain prints the sentence and what would change it", async () => {
  const told = explanation([PAUSED]);
  await using node = new FakeNode({ "GET /api/tasks/a/explain": () => json(told) });
  const { code, out } = await worldOf(node).run("explain", "a");
  assert.equal(code, 0);
  assert.equal(out, `${PAUSED.sentence}\n${PAUSED.change}\n`);
  assert.deepEqual(JSON.parse((await worldOf(node).run("explain", "a", "--json")).out), told);
});

Deno.test("explain draws all causes with what is below them", async () => {
  const waiting = {
    code: "awaiting_dependencies",
    sentence: 'Task "a" waits for its only dependency, task "b\u001b[2J".',
    change: "It goes on.",
    details: {
      dependencies: [{ id: "b", key: null, status: "blocked", reason: null }],
      moreDependencies: true,
      roots: [{ id: "c", path: ["b", "c"], status: "pending", ...PAUSED }],
    },
  };
  const full = {
    code: "no_free_slot",
    sentence: "All slots are taken.",
    change: "It waits.",
    details: {
      tasks: [{ id: "r", method: "sleep", executor: "executor-1", startedAt: "2026-11-21" }],
    },
  };
  const told = explanation([waiting, full]);
  await using node = new FakeNode({ "GET /api/tasks/a/explain": () => json(told) });
  const { out } = await worldOf(node).run("explain", "a");
  assert.equal(
    out,
    'Task "a" waits for its only dependency, task "b\\x1b[2J".\n' +
      "It goes on.\n\n" +
      "awaiting_dependencies\n" +
      "  b  blocked\n" +
      "  and others\n" +
      `  root  b ← c  queue_paused  ${PAUSED.sentence}\n` +
      "no_free_slot  All slots are taken.\n" +
      "  r  sleep  executor-1  2026-11-21\n",
  );
});

Deno.test("explain of an unknown task fails with the node's words", async () => {
  await using node = new FakeNode({});
  const { code, err } = await worldOf(node).run("explain", "a");
  assert.equal(code, 1);
  assert.match(err, /There is no \/api\/tasks\/a\/explain/);
});
