import assert from "node:assert/strict";
import { ServerEventParser } from "../../../api/dashboard/data/server_events.ts";

const STREAM = `retry: 1000\n: ping\nid: 1\n\nevent: task\nid: 2\ndata: {"a":\ndata: "é"}\n\n` +
  `data: plain\r\n\r\n: ping\n\n`;
const EVENTS = [
  { name: "message", data: "", id: "1" },
  { name: "task", data: `{"a":\n"é"}`, id: "2" },
  { name: "message", data: "plain", id: null },
];

Deno.test("server-sent events come whole, however the text is cut", () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const parser = new ServerEventParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) {
      events.push(...parser.push(STREAM.slice(at, at + size)));
    }
    assert.deepEqual(events, EVENTS, `in pieces of ${size}`);
  }
});

Deno.test("an event that is not complete is kept back", () => {
  const parser = new ServerEventParser();
  assert.deepEqual(parser.push("data: half"), []);
  assert.deepEqual(parser.push("\n\n"), [{ name: "message", data: "half", id: null }]);
});
