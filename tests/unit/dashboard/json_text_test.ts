import assert from "node:assert/strict";
import { readJsonText } from "../../../api/dashboard/input_form/json_text.ts";

Deno.test("JSON text is read, and said to be wrong where it is", () => {
  assert.deepEqual(readJsonText(' [1, "12345678901234567890", 1.5e300] '), {
    ok: true,
    value: [1, "12345678901234567890", 1.5e300],
  });
  assert.deepEqual(readJsonText(" "), { ok: false, problem: "JSON is missing" });
  assert.equal(readJsonText("[1,]").ok, false);
});

Deno.test("JSON text with a whole number that would be rounded is refused, with what to write", () => {
  const reading = readJsonText('{"a\\"1": [-9007199254740993]}');
  assert.match(reading.ok ? "" : reading.problem, /write \{"\$int64": "-9007199254740993"\}$/);
});
