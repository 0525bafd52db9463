import assert from "node:assert/strict";
import fc from "fast-check";
import { bareHandler, handlerArgs, handlerId } from "../../../actors/domain/failure_handler.ts";
import { LIMITS } from "../../../actors/domain/task.ts";
import {
  checkNotation,
  collectResultRefs,
  decodeText,
  encodeText,
  resolveArguments,
  type Value,
} from "../../../actors/domain/value.ts";
import { nested, someValue } from "./value_sample.ts";

const FAILED = {
  id: "a",
  method: "noop",
  args: "[]",
  error: { name: "Error", message: "boom", stack: null },
  reason: "non_retryable",
  attempt: 1,
  run: 3,
  workflowId: null,
  key: null,
} as const;
const HANDLER = { ...bareHandler("alarm"), args: '["own"]' };

/** The failure as a handler's code gets it. */
function told(args: string): Readonly<Record<string, Value>> {
  const text = handlerArgs(HANDLER, { ...FAILED, args });
  assert.deepEqual(checkNotation(JSON.parse(text), { arguments: true }), []);
  const [own, failure] = decodeText(text) as [Value, Record<string, Value>];
  assert.equal(own, "own");
  return failure;
}

Deno.test("failure_handler is told the input as the values that they are", () => {
  fc.assert(
    fc.property(fc.array(someValue, { maxLength: 4 }), (values) => {
      const text = encodeText(values);
      assert.deepEqual(told(text)["args"], decodeText(text));
    }),
    { numRuns: 300 },
  );
});

Deno.test("failure_handler's arguments refer to no result, whatever the input refers to", () => {
  const withRefs = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(1, "$result", { $result: "k" }, { $int64: "1" }, {
        $map: { $result: 1, a: { $result: "k" } },
      }),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "$x"), tie("json"), { maxKeys: 2 }),
    ),
  })).json;
  fc.assert(
    fc.property(fc.array(withRefs, { maxLength: 3 }), (args) => {
      const text = handlerArgs(HANDLER, { ...FAILED, args: JSON.stringify(args) });
      assert.deepEqual(collectResultRefs(JSON.parse(text)), []);
      assert.deepEqual(resolveArguments(text, () => assert.fail("looked up")).ok, true);
      const json = told(JSON.stringify([{ $result: "k" }]))["args"];
      assert.deepEqual(json, [{ $result: "k" }], "code sees the map that it looks like");
    }),
    { numRuns: 300 },
  );
});

Deno.test("failure_handler goes without an input that is too long or too deep for it", () => {
  const omitted = { args: null, argsOmitted: true };
  const shown = (args: string) => {
    const { args: input, argsOmitted } = told(args);
    return { args: input, argsOmitted };
  };
  const limit = LIMITS.valueDepth - 2;
  assert.deepEqual(shown(JSON.stringify([nested(limit + 1)])), omitted);
  assert.equal(shown(JSON.stringify([nested(limit)])).argsOmitted, undefined);
  assert.deepEqual(shown(JSON.stringify(["é".repeat(LIMITS.argsBytes / 2)])), omitted);
});

Deno.test("failure_handler keeps a text that is not well-formed from breaking its arguments", () => {
  const error = { name: "Err\ud800", message: "\udc00", stack: "\ud800" };
  const [, failure] = JSON.parse(handlerArgs(HANDLER, { ...FAILED, error }));
  assert.deepEqual(failure.error, { name: "Err\ufffd", message: "\ufffd", stack: "\ufffd" });
});

Deno.test("failure_handler ids tell runs and stamps apart, and stay within the limit", () => {
  const ids = [
    handlerId({ id: "a", run: 1 }),
    handlerId({ id: "a", run: 2 }),
    handlerId({ id: "a", run: 2 }, 7),
    handlerId({ id: "x".repeat(LIMITS.idLength), run: 1 }),
    handlerId({ id: "y".repeat(LIMITS.idLength), run: 1 }, Number.MAX_SAFE_INTEGER),
  ];
  assert.deepEqual(ids.slice(0, 3), ["a:on-failure:1", "a:on-failure:2", "a:on-failure:2:7"]);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9._:-]{1,200}$/);
});
