import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { startNode } from "../support/node_process.ts";
import { processorSeconds } from "../support/processor_time.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

const SECONDS = Number(Deno.env.get("DTASK_TEST_IDLE_SECONDS") ?? 5);

testOrSkip({
  name: "idle node writes nothing and hardly uses the processor",
  skip: Deno.build.os === "linux" ? null : "needs /proc",
  fn: async () => {
    await using node = await startNode();
    const { id } = await submitTask(node, { method: "noop" });
    assert.equal((await awaitEnd(node, id)).status, "completed");
    // What the start and the last task left to do is no part of idling.
    await delay(1_000);
    const filesBefore = describeFiles(node.dataDir);
    const before = processorSeconds(node.pid);
    await delay(SECONDS * 1_000);
    const percent = 100 * (processorSeconds(node.pid) - before) / SECONDS;
    console.log(`idle node: ${percent.toFixed(2)} % of a core over ${SECONDS} s`);
    assert.deepEqual(describeFiles(node.dataDir), filesBefore);
  },
});

function describeFiles(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name } of Deno.readDirSync(folder)) {
    const { size, mtime } = Deno.statSync(join(folder, name));
    files[name] = `${size} bytes, changed ${mtime?.toISOString()}`;
  }
  return files;
}
