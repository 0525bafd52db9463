import assert from "node:assert/strict";
import { EventStream } from "../../../api/rest/event_stream.ts";
import { changeEvent } from "../../../api/rest/event_text.ts";
import { TaskWatch } from "../../../api/task_watch.ts";
import { decodeEventId, encodeEventId } from "../../../api/event_id.ts";
import { EventReader } from "./event_reader.ts";
import { type CallOptions, FakeRestNode } from "./fake_rest_node.ts";

async function watch(node: FakeRestNode, query = "", options: CallOptions = {}) {
  const response = await node.open("GET", `/api/events${query}`, options);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  return new EventReader(response.body);
}

Deno.test("events tell each task that changes after the watcher came", async () => {
  const node = new FakeRestNode();
  node.commit("old");
  const events = await watch(node);
  assert.deepEqual(await events.next(), {
    event: undefined,
    id: encodeEventId(1),
    data: undefined,
    comment: "ping",
  });
  node.commit("a", { status: "pending" });
  const first = await events.next();
  assert.deepEqual([first?.event, first?.data.id, first?.data.status], ["task", "a", "pending"]);
  node.commit("a", { status: "completed", result: "1" });
  const second = await events.next();
  assert.deepEqual([second?.data.status, second?.data.result], ["completed", 1]);
  assert.ok((second?.id ?? "") > (first?.id ?? ""));
  await events.cancel();
});

Deno.test("events tell deletions in their place between the changes, whatever the filter", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  node.commit("b");
  const events = await watch(node, `?queue=none&after=${encodeEventId(0)}`);
  await events.next();
  node.remove("a");
  node.commit("c");
  const told = [await events.next(), await events.next(), await events.next()];
  assert.deepEqual(told.map((event) => [event?.event, event?.data.id, event?.id]), [
    ["task", "b", encodeEventId(2)],
    ["deleted", "a", encodeEventId(3)],
    ["task", "c", encodeEventId(4)],
  ]);
  assert.deepEqual(told[1]?.data, { id: "a" });
  await events.cancel();
});

Deno.test("events resume after an id, from the header or the query, with latest states", async () => {
  const node = new FakeRestNode();
  node.commit("a", { status: "pending" });
  node.commit("b");
  node.commit("a", { status: "completed" });
  const id = encodeEventId(1);
  for (
    const open of [
      watch(node, `?after=${id}`),
      watch(node, "", { headers: { "last-event-id": id } }),
    ]
  ) {
    const events = await open;
    await events.next();
    const seen = [await events.next(), await events.next()].map((event) => event?.data.id);
    assert.deepEqual(seen, ["b", "a"]);
    await events.cancel();
  }
});

Deno.test("events say reset when the place is not known, and go on from now", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  for (const id of [encodeEventId(99), "not-an-id"]) {
    const events = await watch(node, "", { headers: { "last-event-id": id } });
    let opening = await events.next();
    if (opening?.event === undefined) opening = await events.next();
    assert.deepEqual([opening?.event, opening?.id], ["reset", encodeEventId(node.seq)]);
    node.commit("b");
    assert.equal((await events.next())?.data.id, "b");
    await events.cancel();
  }
});

Deno.test("events say reset when deletions are no longer known", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  node.commit("b");
  const events = await watch(node, `?after=${encodeEventId(1)}`);
  node.replies.set("GetChanges", () => ({
    ok: true,
    value: { tasks: [], deleted: [], lastSeq: 2, more: false, reset: true },
  }));
  await events.next();
  assert.equal((await events.next())?.event, "reset");
  await events.cancel();
});

Deno.test("events hand the filter to the reader and read on while there is more", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  const events = await watch(node, `?status=failed&queue=q&after=${encodeEventId(0)}`);
  await events.next();
  assert.equal((await events.next())?.data.id, "a");
  const filter = node.asked.findLast(({ kind }) => kind === "GetChanges")?.["filter"];
  assert.deepEqual([filter.status, filter.queue, filter.method], [["failed"], "q", null]);
  await events.cancel();
});

Deno.test("events start from the latest change even when none was heard of", async () => {
  const node = new FakeRestNode();
  node.seq = 2 ** 40 + 5;
  assert.deepEqual(await node.feed.position(), { ok: true, value: node.seq });
  assert.equal(node.asked.length, 1);
});

Deno.test("events end when the reader is away or the node stops, so that the client comes back", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  const stopped = await watch(node);
  await stopped.next();
  node.feed.close();
  assert.equal(await stopped.next(), null);
  const other = new FakeRestNode();
  other.commit("a");
  const lost = await watch(other);
  await lost.next();
  other.replies.set("GetChanges", () => ({ ok: false, error: { code: "died", message: "" } }));
  other.publish([{ kind: "EventsLost" }]);
  assert.equal(await lost.next(), null);
});

Deno.test("events ping a quiet watcher", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  const { service, feed } = node;
  const filter = {
    status: null,
    queue: null,
    method: null,
    workflowId: null,
    label: null,
    since: null,
    until: null,
    q: null,
  };
  const taskWatch = new TaskWatch({ service, feed, filter, afterSeq: 1, reset: false, pingMs: 1 });
  assert.ok(taskWatch.open().ok);
  const source = new EventStream(taskWatch, changeEvent);
  const events = new EventReader(new ReadableStream(source, { highWaterMark: 0 }));
  for (let i = 0; i < 3; i++) assert.equal((await events.next())?.comment, "ping");
  await events.cancel();
});

Deno.test("events are looked for again when they were told of and are not certain yet", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  const events = await watch(node, `?after=${encodeEventId(node.seq)}`);
  await events.next();
  // Another node has committed; a third one still writes with an older stamp.
  node.publish([{ kind: "OthersCommitted", lastSeq: node.seq + 1, ended: null, logged: null }]);
  const asked = () => node.asked.filter(({ kind }) => kind === "GetChanges").length;
  const next = events.next();
  const before = asked();
  while (asked() < before + 2) await new Promise((resolve) => setTimeout(resolve, 5));
  node.commitInSilence("b");
  assert.equal((await next)?.data.id, "b");
  await events.cancel();
});

Deno.test("events refuse more streams than the limit, and free them when clients go", async () => {
  const node = new FakeRestNode();
  node.commit("a");
  const subscription = { wake: () => {} };
  assert.ok(node.feed.subscribe(subscription));
  const others = Array.from({ length: 999 }, () => ({ wake: () => {} }));
  for (const other of others) assert.ok(node.feed.subscribe(other));
  const full = await node.call("GET", "/api/events");
  assert.deepEqual([full.status, full.body.code], [503, "too_many_streams"]);
  node.feed.unsubscribe(subscription);
  const events = await watch(node);
  await events.cancel();
  await (await watch(node)).cancel();
});

Deno.test("event ids grow as text and as numbers, and nothing else is one", () => {
  const seqs = [0, 35, 36, 1_000_000, Number.MAX_SAFE_INTEGER];
  const ids = seqs.map(encodeEventId);
  assert.deepEqual(ids, ids.toSorted());
  assert.deepEqual(ids.map(decodeEventId), seqs);
  for (const id of ["", "1", "0000000000A", "zzzzzzzzzzz", "-0000000001"]) {
    assert.equal(decodeEventId(id), null, id);
  }
});
