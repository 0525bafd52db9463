import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";
import { eventually } from "../support/eventually.ts";
import { startNode } from "../support/node_process.ts";
import { submitTask } from "../support/task_client.ts";

/** Longer than a commit may take before the log tells of it. */
const LOCKED_MS = 400;

Deno.test("node logs a commit that took long, with what it was of", async () => {
  await using node = await startNode({ args: ["--no-grpc"] });
  const other = new DatabaseSync(databaseFile(node.dataDir));
  other.exec("BEGIN IMMEDIATE");
  const submitted = submitTask(node, { method: "noop" });
  // Not a wait for anything: this is the trouble, and it takes its time.
  await delay(LOCKED_MS);
  other.exec("ROLLBACK");
  other.close();
  await submitted;
  const line = await eventually(() => /slow commit.*/.exec(node.output())?.[0], {
    what: "the log tells of the commit",
  });
  assert.match(line, /^slow commit: \d{3,4} ms for 1 items \(1 submissions\)/);
});
