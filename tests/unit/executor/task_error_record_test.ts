import assert from "node:assert/strict";
import { boundText, exceedsBytes } from "../../../actors/executor/bounded_text.ts";
import { describeThrown } from "../../../actors/executor/task_error_record.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text).byteLength;

Deno.test("bounded text is cut at whole characters, to bytes of UTF-8", () => {
  assert.equal(boundText("short", 100), "short");
  assert.equal(boundText("a".repeat(100), 100), "a".repeat(100));
  assert.equal(boundText("a".repeat(101), 100), "a".repeat(97) + "…");
  for (const text of ["ü".repeat(80), "€".repeat(80), "😀".repeat(80)]) {
    const cut = boundText(text, 100);
    assert.ok(bytesOf(cut) <= 100 && bytesOf(cut) > 90 && cut.isWellFormed() && cut.endsWith("…"));
  }
  assert.equal(boundText("\ud800x", 100), "\ufffdx");
  assert.equal(exceedsBytes("€€", 6), false);
  assert.equal(exceedsBytes("€€", 5), true);
});

Deno.test("a thrown error is kept with name, message, stack and causes", () => {
  const root = new RangeError("root");
  const error = new TypeError("top", { cause: new Error("middle", { cause: root }) });
  const { name, message, stack } = describeThrown(error);
  assert.equal(name, "TypeError");
  assert.equal(message, "top");
  assert.match(stack ?? "", /top[^]*Caused by: Error: middle[^]*Caused by: RangeError: root/);
});

Deno.test("a thrown value that is no error is kept as text", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const cases: readonly [thrown: unknown, message: string][] = [
    ["text", "text"],
    [undefined, "undefined"],
    [null, "null"],
    [7n, "7"],
    [{ code: 5 }, '{"code":5}'],
    [Symbol("s"), "Symbol(s)"],
    [circular, "a value that cannot be shown"],
  ];
  for (const [thrown, message] of cases) {
    assert.deepEqual(describeThrown(thrown), { name: "Error", message, stack: null });
  }
});

Deno.test("a thrown error is kept bounded, whatever it does when it is read", () => {
  const large = new Error("m".repeat(1 << 20), { cause: new Error("c".repeat(1 << 20)) });
  const kept = describeThrown(large);
  assert.ok(bytesOf(kept.name + kept.message + (kept.stack ?? "")) <= 16 << 10);
  const loop = new Error("loop");
  loop.cause = loop;
  assert.equal(describeThrown(loop).message, "loop");
  const hostile = new Error("x");
  for (const property of ["name", "message", "stack", "cause"]) {
    Object.defineProperty(hostile, property, {
      get: () => {
        throw new Error("no");
      },
    });
  }
  assert.deepEqual(describeThrown(hostile), { name: "Error", message: "", stack: null });
  const odd = Object.assign(new Error("y"), { name: 5, message: {}, stack: null });
  assert.deepEqual(describeThrown(odd), { name: "Error", message: "", stack: null });
});
