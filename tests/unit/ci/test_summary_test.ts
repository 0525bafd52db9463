import assert from "node:assert/strict";
import { afterSecondTry, summarizeTests } from "../../../.ci/test_summary.ts";

Deno.test("test_summary adds up all totals, steps and colours aside", () => {
  const output = "\x1b[32mok\x1b[0m | 16 passed (3 steps) | 0 failed \x1b[38;5;245m(2ms)\x1b[0m\n" +
    "SKIPPED a thing: needs root\n" +
    "FAILED | 2 passed | 1 failed (1 step) | 4 ignored (3s)\n";
  assert.deepEqual(summarizeTests(output, false), {
    passed: 18,
    failed: 1,
    ignored: 4,
    skipped: ["a thing: needs root"],
    failures: [],
  });
});

Deno.test("test_summary counts a run without totals as one failure", () => {
  assert.equal(summarizeTests("error: Module not found", false).failed, 1);
});

Deno.test("test_summary counts a run that failed only as a whole as one failure", () => {
  assert.equal(summarizeTests("ok | 3 passed | 0 failed (1ms)", false).failed, 1);
  assert.equal(summarizeTests("ok | 3 passed | 0 failed (1ms)", true).failed, 0);
});

const FAILING = [
  "running 2 tests from ./tests/a_test.ts",
  "one ... FAILED (8ms)",
  "two ...",
  "  a step ... FAILED (0ms)",
  "two ... FAILED (due to 1 failed step) (1ms)",
  "Uncaught error from ./tests/b_test.ts FAILED",
  "running 1 test from ./tests/c_test.ts",
  "three ... ok (1ms)",
  "FAILED | 1 passed | 3 failed (1 step) (241ms)",
].join("\n");

Deno.test("test_summary names what failed by the file that was run", () => {
  assert.deepEqual(summarizeTests(FAILING, false).failures, [
    { file: "./tests/a_test.ts", test: "one" },
    { file: "./tests/a_test.ts", test: "two" },
    { file: "./tests/b_test.ts", test: "(uncaught error)" },
  ]);
});

Deno.test("test_summary takes failures back only of files without one on the second try", () => {
  const first = summarizeTests(FAILING, false);
  const left = afterSecondTry(first, [{ file: "./tests/a_test.ts", test: "two" }]);
  assert.deepEqual(left, { ...first, passed: 2, failed: 2, failures: first.failures.slice(0, 2) });
  assert.equal(afterSecondTry(first, []).failed, 0);
});

Deno.test("test_summary knows the file of a failure that took long", () => {
  const output = [
    "running 2 tests from ./tests/a_test.ts",
    "one ...'one' has been running for over (1m0s)",
    " FAILED (2m11s)",
    "two ... ok (1ms)",
    "FAILED | 1 passed | 1 failed (2m12s)",
  ].join("\n");
  assert.deepEqual(summarizeTests(output, false).failures, [
    { file: "./tests/a_test.ts", test: "(one that took long)" },
  ]);
});
