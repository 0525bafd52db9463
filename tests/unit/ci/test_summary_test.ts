import assert from "node:assert/strict";
import { summarizeTests } from "../../../.ci/test_summary.ts";

Deno.test("test_summary adds up all totals, steps and colours aside", () => {
  const output = "\x1b[32mok\x1b[0m | 16 passed (3 steps) | 0 failed \x1b[38;5;245m(2ms)\x1b[0m\n" +
    "SKIPPED a thing: needs root\n" +
    "FAILED | 2 passed | 1 failed (1 step) | 4 ignored (3s)\n";
  assert.deepEqual(summarizeTests(output, false), {
    passed: 18,
    failed: 1,
    ignored: 4,
    skipped: ["a thing: needs root"],
  });
});

Deno.test("test_summary counts a run without totals as one failure", () => {
  assert.equal(summarizeTests("error: Module not found", false).failed, 1);
});

Deno.test("test_summary counts a run that failed only as a whole as one failure", () => {
  assert.equal(summarizeTests("ok | 3 passed | 0 failed (1ms)", false).failed, 1);
  assert.equal(summarizeTests("ok | 3 passed | 0 failed (1ms)", true).failed, 0);
});
