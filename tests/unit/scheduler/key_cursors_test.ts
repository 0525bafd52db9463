import assert from "node:assert/strict";
import { KeyCursors } from "../../../actors/scheduler/key_cursors.ts";

Deno.test("key cursors keep the last turn of each place, and forget the one longest unused", () => {
  const cursors = new KeyCursors({ max: 2 });
  cursors.set("mail\nasync", "a");
  cursors.set("mail\nblocking", "b");
  cursors.set("mail\nasync", "c");
  cursors.set("post\nasync", "d");
  const places = ["mail\nasync", "mail\nblocking", "post\nasync"];
  assert.deepEqual(places.map((place) => cursors.get(place)), ["c", null, "d"]);
});

Deno.test("key cursors begin anew after the turn of tasks without a key", () => {
  const cursors = new KeyCursors();
  cursors.set("mail\nasync", "a");
  cursors.set("mail\nasync", null);
  assert.deepEqual([cursors.get("mail\nasync"), cursors.size], [null, 0]);
});
