import assert from "node:assert/strict";
import { encodeEventId } from "../../../api/event_id.ts";
import { MergedWatch } from "../../../api/merged_watch.ts";
import { EventReader } from "./event_reader.ts";
import { committed } from "./fake_rest_node.ts";
import { LoggingNode } from "./logging_node.ts";

async function follow(node: LoggingNode, query = "", lastId?: string) {
  const response = await node.open("GET", `/api/tasks/a/events${query}`, {
    headers: lastId === undefined ? {} : { "last-event-id": lastId },
  });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const events = new EventReader(response.body);
  return {
    /** The next events that are no pings. */
    async next(count: number) {
      const told = [];
      while (told.length < count) {
        const event = await events.next();
        assert.ok(event !== null);
        if (event.event !== undefined) told.push(event);
      }
      return told;
    },
    cancel: () => events.cancel(),
  };
}

Deno.test("task events tell changes and lines of one task, past its end, and of no other", async () => {
  const node = new LoggingNode();
  node.log(1);
  const events = await follow(node);
  assert.deepEqual((await events.next(1)).map(({ event, data }) => [event, data.line]), [[
    "line",
    1,
  ]]);
  node.commit("ab", { status: "running" });
  node.remove("ab");
  node.log(2);
  node.commit("a", { status: "completed" });
  const told = await events.next(2);
  const kinds = told.map(({ event, data }) => [event, data.id ?? data.line]).toSorted();
  assert.deepEqual(kinds, [["line", 2], ["task", "a"]]);
  node.commit("a", { status: "pending" });
  assert.deepEqual((await events.next(1)).map(({ data }) => data.status), ["pending"]);
  node.remove("a");
  assert.deepEqual((await events.next(1)).map(({ event, data }) => [event, data]), [[
    "deleted",
    { id: "a" },
  ]]);
  await events.cancel();
});

Deno.test("task events go on after both of the places in an id", async () => {
  const node = new LoggingNode();
  node.log(1);
  node.log(2);
  node.commit("a", { status: "running" });
  const first = await follow(node, "?log=1.1");
  const [line] = await first.next(1);
  assert.equal(line?.id, `${encodeEventId(node.seq)}-1.2`);
  await first.cancel();
  node.commit("a", { status: "failed" });
  node.log(3);
  const second = await follow(node, "?log=1.1", line?.id);
  const told = await second.next(2);
  const kinds = told.map(({ event, data }) => [event, data.status ?? data.line]).toSorted();
  assert.deepEqual(kinds, [["line", 3], ["task", "failed"]]);
  await second.cancel();
});

Deno.test("task events of an unknown task are 404, and of a wrong place 422", async () => {
  const node = new LoggingNode();
  assert.equal((await node.call("GET", "/api/tasks/zz/events")).status, 404);
  const { status, body } = await node.call("GET", "/api/tasks/a/events?log=x");
  assert.deepEqual([status, body.errors[0].pointer], [422, "/log"]);
});

Deno.test("merged watches tell what either tells, each once, and end with the first that ends", async () => {
  const told = (parts: (string[] | null)[]) => ({
    closed: false,
    opening: () => "opened",
    next: () => Promise.resolve(parts.shift() ?? null),
    close() {
      this.closed = true;
    },
  });
  const first = told([["a"], ["b", "c"]]);
  const second = told([["x"], ["y"], ["z"]]);
  const merged = new MergedWatch(first, second);
  assert.deepEqual(merged.opening(), { first: "opened" });
  const seen: unknown[] = [];
  for (let updates = await merged.next(); updates !== null; updates = await merged.next()) {
    seen.push(...updates.map((update) => "first" in update ? update.first : update.second));
  }
  assert.deepEqual(seen.filter((one) => ["a", "b", "c"].includes(String(one))), ["a", "b", "c"]);
  assert.deepEqual(seen.toSorted(), ["a", "b", "c", ..."xyz".slice(0, seen.length - 3)]);
  assert.deepEqual([first.closed, second.closed], [true, true]);
});

Deno.test("task events hear of lines that are committed alone", async () => {
  const node = new LoggingNode();
  const events = await follow(node);
  node.log(1);
  node.publish([committed({ lastSeq: 0, logged: [7] })]);
  assert.deepEqual((await events.next(1)).map(({ data }) => data.line), [1]);
  await events.cancel();
});
