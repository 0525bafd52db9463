import assert from "node:assert/strict";
import { AbandonedIsolates, MAX_ABANDONED } from "../../../actors/supervisor/abandoned_isolates.ts";

Deno.test("abandoned isolates are those that did not answer, and too many beyond the limit", () => {
  const abandoned = new AbandonedIsolates();
  assert.deepEqual(["overdue", "cancelled"].map((cause) => abandoned.note(cause)), [false, false]);
  for (let i = 0; i < MAX_ABANDONED; i++) {
    assert.equal(abandoned.note(i % 2 === 0 ? "blocked" : "unreachable"), true);
  }
  assert.deepEqual([abandoned.count, abandoned.tooMany], [MAX_ABANDONED, false]);
  abandoned.note("blocked");
  assert.equal(abandoned.tooMany, true);
});
