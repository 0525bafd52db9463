import assert from "node:assert/strict";
import { refuse } from "../../../actors/domain/error.ts";
import { explanationAnswer } from "../../../api/schema.ts";
import { situation } from "../../support/explain_facts.ts";
import { FakeRestNode, makeToken, NOW } from "./fake_rest_node.ts";

function nodeWith(subject: ReturnType<typeof situation>): FakeRestNode {
  const node = new FakeRestNode();
  const { task, queue, place, conditions, placement } = subject;
  const value = {
    subject: { task, queue, place },
    dependencies: [],
    moreDependencies: false,
    roots: [],
    truncated: false,
  };
  node.replies.set("GetStoreFacts", ({ id }) => ({
    ok: true,
    value: id === task.id
      ? { ok: true, value }
      : refuse("not_found", "unknown_task", `Task "${id}" does not exist`),
  }));
  node.replies.set("GetStartConditions", () => ({ ok: true, value: [conditions] }));
  node.replies.set("GetPlacements", () => ({ ok: true, value: [placement] }));
  return node;
}

Deno.test("explain answers in the documented form, with times as texts", async () => {
  const task = { status: "scheduled", readyPool: null, dueAt: NOW + 60_000 } as const;
  const node = nodeWith(situation({ task }));
  const { status, body } = await node.call("GET", "/api/tasks/t/explain");
  assert.equal(status, 200);
  explanationAnswer.parse(body);
  assert.equal(body.code, "not_due");
  assert.deepEqual(body.details, { dueAt: "2026-11-21T20:16:42.000Z", expiresAt: null });
  assert.deepEqual(body.causes[0].details, body.details);
});

Deno.test("explain of an unknown task is a 404, and needs the scope to read", async () => {
  const node = nodeWith(situation());
  const unknown = await node.call("GET", "/api/tasks/none/explain");
  assert.deepEqual([unknown.status, unknown.body.code], [404, "unknown_task"]);
  const token = await makeToken("tasks:write");
  assert.equal((await node.call("GET", "/api/tasks/t/explain", { token })).status, 403);
});

Deno.test("explain says so itself where a part of the node does not answer", async () => {
  const node = nodeWith(situation());
  const stopped = { ok: false, error: { code: "stopped", message: "" } } as const;
  node.replies.set("GetPlacements", () => stopped);
  node.system = { ...node.system, notReady: ["actor dispatcher is restarting"] };
  const { body } = await node.call("GET", "/api/tasks/t/explain");
  explanationAnswer.parse(body);
  assert.equal(body.code, "node_not_ready");
  assert.match(body.sentence, /actor dispatcher is restarting/);
  node.replies.set("GetStoreFacts", () => stopped);
  assert.equal((await node.call("GET", "/api/tasks/t/explain")).status, 503);
});
