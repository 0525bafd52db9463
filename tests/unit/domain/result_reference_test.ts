import assert from "node:assert/strict";
import fc from "fast-check";
import { collectResultRefs, encodeText, resolveArguments } from "../../../actors/domain/value.ts";
import { LIMITS } from "../../../actors/domain/task.ts";
import { someValue } from "./value_sample.ts";

function resolved(args: unknown, results: Readonly<Record<string, string>>): string {
  const found = new Map(Object.entries(results));
  const result = resolveArguments(JSON.stringify(args), (name) => found.get(name) ?? null);
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

Deno.test("result_reference puts the text of a result where its reference was", () => {
  const args = [{ $result: "a" }, 1, { x: [{ $result: "b" }], y: {} }, []];
  const text = resolved(args, { a: '{"$int64":"5"}', b: "null" });
  assert.equal(text, '[{"$int64":"5"},1,{"x":[null],"y":{}},[]]');
});

Deno.test("result_reference gives text without references back as it is", () => {
  const text = '[ 1, {"a" : "no reference"} ]';
  const result = resolveArguments(text, () => assert.fail("nothing to look up"));
  assert.deepEqual(result, { ok: true, value: text });
});

Deno.test("result_reference leaves values that contain no reference as they are", () => {
  fc.assert(
    fc.property(fc.array(someValue), (values) => {
      const args = JSON.parse(encodeText([...values, "$result"]));
      assert.equal(resolved(args, {}), JSON.stringify(args));
      assert.deepEqual(collectResultRefs(args), []);
    }),
    { numRuns: 500 },
  );
});

Deno.test("result_reference leaves a map alone that only looks like a reference", () => {
  const args = [{ $map: { $result: "a" } }, { $result: "a", b: 1 }, "$result"];
  assert.equal(resolved(args, {}), JSON.stringify(args));
  assert.deepEqual(collectResultRefs(args), []);
});

Deno.test("result_reference looks inside a $map", () => {
  const args = [{ $map: { $int64: { $result: "a" } } }];
  assert.equal(resolved(args, { a: "7" }), '[{"$map":{"$int64":7}}]');
  assert.deepEqual(collectResultRefs(args), ["a"]);
});

Deno.test("result_reference does not resolve what came out of a result", () => {
  const result = '{"$map":{"$result":"b"}}';
  assert.equal(resolved([{ $result: "a" }], { a: result }), `[${result}]`);
});

Deno.test("result_reference finds references however their $ is escaped", () => {
  const result = resolveArguments('[{"\\u0024result":"a"}]', () => "1");
  assert.deepEqual(result, { ok: true, value: "[1]" });
});

Deno.test("result_reference keeps prototype names apart from results", () => {
  const args: unknown = JSON.parse('[{"__proto__":{"$result":"__proto__"}}]');
  assert.equal(resolved(args, { ["__proto__"]: "1" }), '[{"__proto__":1}]');
  assert.deepEqual(collectResultRefs(args), ["__proto__"]);
});

Deno.test("result_reference refuses one that has no result, by name", () => {
  const result = resolveArguments('[{"$result":"gone"},{"$result":"too"}]', () => null);
  assert.ok(!result.ok);
  assert.equal(result.error.reason, "unknown_result");
  assert.match(result.error.message, /Cannot resolve {"\$result":"gone"} in the arguments/);
});

Deno.test("result_reference refuses to repeat a result beyond what one run may be handed", () => {
  const args = JSON.stringify(Array.from({ length: 1_000 }, () => ({ $result: "a" })));
  const large = JSON.stringify("x".repeat(LIMITS.resultBytes - 2));
  let lookups = 0;
  const result = resolveArguments(args, () => ++lookups > 0 ? large : null);
  assert.ok(!result.ok);
  assert.equal(result.error.reason, "arguments_too_large");
  assert.ok(lookups <= 18, "it stops as soon as it is too long");
});

Deno.test("result_reference collects each name once, in order", () => {
  const args = [{ $result: "b" }, { a: [{ $result: "a" }, { $result: "b" }] }];
  assert.deepEqual(collectResultRefs(args), ["b", "a"]);
});
