import assert from "node:assert/strict";
import {
  deadLetterBody,
  deadLetterQuery,
  readDeadLetterFilter,
  writeDeadLetterFilter,
} from "../../../api/dashboard/pages/dead_letters/dead_letter_filter.ts";
import { inputText, readNewInput } from "../../../api/dashboard/pages/dead_letters/new_input.ts";

const NOW = Date.parse("2026-11-22T12:00:00.000Z");

Deno.test("dead_letter_filter stands in the address, with its reason and without statuses", () => {
  const search = "reason=timeout&status=failed&queue=mail&since=1h";
  const filter = readDeadLetterFilter(search);
  assert.equal(writeDeadLetterFilter(filter), "reason=timeout&queue=mail&since=1h");
  const said = { reason: "timeout", queue: "mail", since: "2026-11-22T11:00:00.000Z" };
  assert.deepEqual(deadLetterBody(filter, NOW), said);
  assert.equal("status" in deadLetterQuery(filter, NOW), false);
  assert.equal(writeDeadLetterFilter(readDeadLetterFilter("reason=rule")), "");
});

Deno.test("new_input is a JSON list, whose numbers are what they say", () => {
  assert.deepEqual(readNewInput('[1, {"$int64": "9007199254740993"}]'), {
    ok: true,
    args: [1, { $int64: "9007199254740993" }],
  });
  const faults = ["{}", "1", "[", "", "[9007199254740993]", '[{"a": [123456789012345678901]}]'];
  for (const text of faults) assert.equal(readNewInput(text).ok, false, text);
  assert.deepEqual(readNewInput(inputText([1, "two"])), { ok: true, args: [1, "two"] });
  assert.equal(inputText(null), "[]");
});
