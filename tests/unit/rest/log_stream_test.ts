import assert from "node:assert/strict";
import type { Subscription } from "../../../api/change_feed.ts";
import { EventStream } from "../../../api/rest/event_stream.ts";
import { logEvent } from "../../../api/rest/event_text.ts";
import { LogWatch } from "../../../api/log_watch.ts";
import { EventReader } from "./event_reader.ts";
import { type CallOptions, committed, type FakeRestNode } from "./fake_rest_node.ts";
import { LoggingNode } from "./logging_node.ts";

async function follow(node: FakeRestNode, query = "", headers: CallOptions["headers"] = {}) {
  const response = await node.open("GET", `/api/tasks/a/logs${query}`, {
    headers: { accept: "text/event-stream", ...headers },
  });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const events = new EventReader(response.body);
  assert.equal((await events.next())?.comment, "ping");
  return events;
}

Deno.test("log stream tells the lines there are, those to come, and the end of the task", async () => {
  const node = new LoggingNode();
  node.log(1);
  const events = await follow(node);
  const first = await events.next();
  assert.deepEqual([first?.event, first?.id, first?.data.message], ["line", "1.1", "line 1"]);
  assert.deepEqual(Object.keys(first?.data), ["run", "line", "at", "level", "message", "fields"]);
  node.log(2);
  node.publish([committed({ lastSeq: 0, logged: [7] })]);
  assert.equal((await events.next())?.id, "1.2");
  node.log(1, { run: 2 });
  node.commit("a", { status: "completed" });
  assert.equal((await events.next())?.id, "2.1");
  const end = await events.next();
  assert.deepEqual([end?.event, end?.data], ["end", { status: "completed" }]);
  assert.equal(await events.next(), null);
});

Deno.test("log stream resumes after the last id or `after`, and from the start after any other", async () => {
  const node = new LoggingNode();
  node.log(1);
  node.log(2);
  const firstOf = async (query: string, lastId: string) => {
    const events = await follow(node, query, { "last-event-id": lastId });
    const event = await events.next();
    await events.cancel();
    return event?.id;
  };
  assert.equal(await firstOf("", "1.1"), "1.2");
  assert.equal(await firstOf("?after=1.1", ""), "1.2");
  assert.equal(await firstOf("", "00000000abc"), "1.1");
  const bad = await node.call("GET", "/api/tasks/a/logs?after=x", {
    headers: { accept: "text/event-stream" },
  });
  assert.deepEqual([bad.status, bad.body.errors[0].pointer], [422, "/after"]);
});

Deno.test("log stream of a long log reads it in parts, and ends behind the last", async () => {
  const node = new LoggingNode();
  for (let line = 1; line <= 450; line++) node.log(line);
  node.commitInSilence("a", { status: "failed" });
  const events = await follow(node);
  for (let line = 1; line <= 450; line++) assert.equal((await events.next())?.id, `1.${line}`);
  assert.deepEqual((await events.next())?.data, { status: "failed" });
  assert.equal(await events.next(), null);
  assert.equal(node.reads, 4);
});

Deno.test("log stream hears of what may concern its task, and of nothing else", () => {
  const node = new LoggingNode();
  const subscriptions: Subscription[] = [];
  const subscribe = (subscription: Subscription) => {
    subscriptions.push(subscription);
    return node.feed.subscribe(subscription);
  };
  const feed = Object.assign(Object.create(node.feed), { subscribe });
  const task = { id: "a", num: 7 };
  const watch = new LogWatch({ service: node.service, feed, task, after: null });
  assert.ok(watch.open().ok);
  const others = { kind: "OthersCommitted", lastSeq: 9, ended: ["b"], logged: [8] } as const;
  const events = [
    { heard: true, event: { kind: "EventsLost" } },
    { heard: true, event: committed({ logged: [6, 7] }) },
    { heard: true, event: committed({ ended: ["b", "a"] }) },
    { heard: true, event: { ...others, logged: null } },
    { heard: true, event: { ...others, ended: null } },
    { heard: false, event: committed({ lastSeq: 9, ended: ["b"] }) },
    { heard: false, event: others },
  ] as const;
  for (const { heard, event } of events) {
    assert.equal(subscriptions[0]?.hears?.(event), heard, JSON.stringify(event));
  }
});

Deno.test("log stream reads again when events were lost", async () => {
  const node = new LoggingNode();
  const events = await follow(node);
  const next = events.next();
  while (node.reads < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  node.log(1);
  node.publish([{ kind: "EventsLost" }]);
  assert.equal((await next)?.id, "1.1");
  await events.cancel();
});

Deno.test("log stream says that its task was deleted, or has given its id away", async () => {
  for (const change of [null, { num: 8 }]) {
    const node = new LoggingNode();
    const events = await follow(node);
    if (change === null) node.tasks.delete("a");
    else node.commitInSilence("a", change);
    node.publish([{ kind: "EventsLost" }]);
    assert.equal((await events.next())?.event, "deleted");
    assert.equal(await events.next(), null);
  }
});

Deno.test("log stream of an unknown task is 404, and HEAD has no body", async () => {
  const node = new LoggingNode();
  const headers = { accept: "text/event-stream" };
  assert.equal((await node.call("GET", "/api/tasks/zz/logs", { headers })).status, 404);
  const head = await node.call("HEAD", "/api/tasks/a/logs", { headers });
  assert.deepEqual([head.headers.get("content-type"), head.body], ["text/event-stream", ""]);
});

Deno.test("log stream ends when the reader is away or the node stops, so that the client comes back", async () => {
  const node = new LoggingNode();
  const stopped = await follow(node);
  node.feed.close();
  assert.equal(await stopped.next(), null);
  const other = new LoggingNode();
  const lost = await follow(other);
  other.replies.set("GetLogs", () => ({ ok: false, error: { code: "died", message: "" } }));
  other.publish([{ kind: "EventsLost" }]);
  assert.equal(await lost.next(), null);
});

Deno.test("log stream pings a quiet watcher", async () => {
  const { service, feed } = new LoggingNode();
  const task = { id: "a", num: 7 };
  const watch = new LogWatch({ service, feed, task, after: null, pingMs: 1 });
  assert.ok(watch.open().ok);
  const source = new EventStream(watch, logEvent);
  const events = new EventReader(new ReadableStream(source, { highWaterMark: 0 }));
  for (let i = 0; i < 3; i++) assert.equal((await events.next())?.comment, "ping");
  await events.cancel();
});
