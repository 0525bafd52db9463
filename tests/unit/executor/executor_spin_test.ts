import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Assignment } from "../../../actors/protocol.ts";
import { testOrSkip } from "../../support/test_or_skip.ts";
import { assignment } from "./executor_harness.ts";
import { outcomeIn, startExecutor } from "./executor_node.ts";

const moduleUrls = [new URL("./user_tasks/spinner.ts", import.meta.url).href];
const WINDOW_MS = 500;

testOrSkip({
  name: "executor stops blocking code that spins at its timeout, and its isolate lives on",
  skip: Deno.build.os === "linux" ? null : "needs /proc",
  fn: async () => {
    await using node = await startExecutor({ pool: "blocking", slots: 1, moduleUrls });
    await node.assign([blocking(1, "spinner.forever", 2_000), blocking(2, "spinner.calls")]);
    const ticksSpinning = await cpuTicks();
    const outcomes = await node.outcomes(2);
    const { outcome, error, retryable } = outcomeIn(outcomes, 1);
    assert.deepEqual([outcome, error?.name, retryable], ["timeout", "TimeoutError", true]);
    assert.match(error?.message ?? "", /longer than 2000 ms/);
    // The same isolate: it remembers the call, and no `finally` of the spinning code has run.
    assert.equal(outcomeIn(outcomes, 2).result, "1");
    const ticksAfter = await cpuTicks();
    assert.ok(
      ticksAfter < ticksSpinning / 4,
      `${ticksAfter} ticks after it, ${ticksSpinning} while it was spinning`,
    );
  },
});

Deno.test("executor bounds the check of the input like the code itself", async () => {
  await using node = await startExecutor({ pool: "blocking", slots: 1, moduleUrls });
  await node.assign([blocking(1, "spinner.input", 200), blocking(2, "add")]);
  const outcomes = await node.outcomes(2);
  assert.equal(outcomeIn(outcomes, 1).outcome, "timeout");
  assert.equal(outcomeIn(outcomes, 2).outcome, "completed");
});

Deno.test("executor bounds asynchronous code up to its first await where it runs alone", async () => {
  await using node = await startExecutor({ pool: "alone", slots: 1, moduleUrls });
  await node.assign([
    assignment(1, "spinner.async", { timeoutMs: 200 }),
    assignment(2, "noop"),
  ]);
  const outcomes = await node.outcomes(2);
  assert.equal(outcomeIn(outcomes, 1).outcome, "timeout");
  assert.equal(outcomeIn(outcomes, 2).outcome, "completed");
});

function blocking(num: number, method: string, timeoutMs = 60_000): Assignment {
  return assignment(num, method, { mode: "blocking", timeoutMs, args: "[1, 2]" });
}

/** Processor time that all threads of this process use in a while. */
async function cpuTicks(): Promise<number> {
  const before = readTicks();
  await delay(WINDOW_MS);
  return readTicks() - before;
}

function readTicks(): number {
  const stat = Deno.readTextFileSync("/proc/self/stat");
  // The command's name, in parentheses, may hold spaces; the numbers start after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
