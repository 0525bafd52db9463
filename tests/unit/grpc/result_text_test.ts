import assert from "node:assert/strict";
import { failureText, resultText } from "../../../api/grpc/result_text.ts";
import { encodeText, type Value } from "../../../actors/domain/value.ts";

Deno.test("result_text gives a string as it is", () => {
  for (const text of ["", 'a\n"b"', "Error: no", "12", "ü😀"]) {
    assert.equal(resultText(encodeText(text)), text);
  }
});

Deno.test("result_text gives whole numbers of any size in decimal", () => {
  const cases: readonly [Value, string][] = [
    [3, "3"],
    [-7, "-7"],
    [-0, "0"],
    [1e21, "1000000000000000000000"],
    [-1.5e300, BigInt(-1.5e300).toString()],
    [2n ** 64n - 1n, "18446744073709551615"],
    [-(2n ** 63n), "-9223372036854775808"],
  ];
  for (const [value, text] of cases) assert.equal(resultText(encodeText(value)), text);
});

Deno.test("result_text gives anything else as JSON", () => {
  const cases: readonly [Value, string][] = [
    [0.5, "0.5"],
    [1e-7, "1e-7"],
    [true, "true"],
    [null, "null"],
    [[1, "a"], '[1,"a"]'],
    [{ a: 1 }, '{"a":1}'],
    [{ $int64: 1, b: 2 }, '{"$int64":1,"b":2}'],
    [NaN, '{"$double":"NaN"}'],
  ];
  for (const [value, text] of cases) assert.equal(resultText(encodeText(value)), text);
});

Deno.test("result_text says what became of a task without a result", () => {
  const error = { name: "Error", message: "boom", stack: null };
  const failed = { id: "a", status: "failed", reason: "attempts_exhausted", error } as const;
  assert.equal(failureText(failed), "boom");
  const skipped = { id: "a", status: "skipped", reason: "upstream_failed", error: null } as const;
  assert.equal(failureText(skipped), 'Error: Task "a" was skipped: upstream_failed');
});
