import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client } from "../../api/client/mod.ts";
import { startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";
import { EventReader } from "../unit/rest/event_reader.ts";

const TALKATIVE = fileURLToPath(
  new URL("../support/task_modules/talkative.ts", import.meta.url),
);

Deno.test("events: a deletion is told to who watches, whatever the filter, and who resumes", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const client = new Client({ url: node.url, token: await node.token() });
  const { id } = await submitTask(node, { method: "noop" });
  await awaitEnd(node, id);
  let before: string | null = null;
  for await (const event of client.events({ queue: "none" })) {
    if (event.kind === "open") {
      // The stream stands; nothing but the deletion may wake it.
      const { status } = await node.fetchApi("DELETE", `/api/tasks/${id}`);
      assert.equal(status, 204);
      continue;
    }
    assert.deepEqual([event.kind, "id" in event && event.id], ["deleted", id]);
    before = "eventId" in event ? event.eventId : null;
    break;
  }
  assert.ok(before !== null);
  const second = await submitTask(node, { method: "noop" });
  await awaitEnd(node, second.id);
  await node.fetchApi("DELETE", `/api/tasks/${second.id}`);
  const told: string[] = [];
  for await (const event of client.events({}, { after: before })) {
    if (event.kind !== "deleted") continue;
    told.push(event.id);
    break;
  }
  assert.deepEqual(told, [second.id]);
});

Deno.test("events: a log is followed while its task runs, over cut connections, to its end", async () => {
  await using node = await startNode({ args: ["--no-grpc", "--tasks", TALKATIVE] });
  const client = new Client({ url: node.url, token: await node.token() });
  const { id } = await submitTask(node, { method: "talkative.wait", args: ["first"] });
  for await (const event of client.followLogs(id)) {
    if (event.kind !== "line") continue;
    assert.deepEqual([event.line.message, event.line.fields], ["begun", { name: "first" }]);
    break;
  }
  const told: unknown[] = [];
  for await (const event of client.followLogs(id, { after: "1.1" })) {
    if (event.kind === "open") {
      const { status } = await node.fetchApi("POST", `/api/tasks/${id}/cancel`);
      assert.ok(status < 300, `${status}`);
    } else told.push(event.kind === "line" ? `1.${event.line.line} ${event.line.message}` : event);
  }
  assert.deepEqual(told, ["1.2 told to stop", { kind: "end", status: "cancelled" }]);
});

Deno.test("events: the pulse shows what changes, and ends when the node stops", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const response = await fetch(`${node.url}/api/pulse`, {
    headers: { authorization: `Bearer ${await node.token({ scope: "tasks:read" })}` },
  });
  assert.equal(response.status, 200);
  const events = new EventReader(response.body);
  const { id } = await submitTask(node, { method: "noop" });
  await awaitEnd(node, id);
  const completed = (stats: { queues: { counts: Record<string, number> }[] }) =>
    stats.queues.reduce((sum, { counts }) => sum + (counts["completed"] ?? 0), 0);
  for (;;) {
    const event = await events.next();
    assert.ok(event !== null);
    if (event.event === "pulse" && completed(event.data.stats) === 1) break;
  }
  const { body } = await node.fetchApi("GET", "/api/stats/history?window=5m");
  const { submitted, started, finished, successRate } = body.total;
  assert.deepEqual([submitted, started, finished.completed, successRate], [1, 1, 1, 1]);
  assert.equal(body.points.length, 60);
  const stopped = node.stop();
  while (await events.next() !== null);
  assert.equal(await stopped, 0);
});
