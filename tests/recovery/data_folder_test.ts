import assert from "node:assert/strict";
import { join } from "node:path";
import { inspectDatabase } from "../../actors/storage/sqlite/database_check.ts";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, runRefusedNode, startNode } from "../support/node_process.ts";
import { mountSmallDisk } from "../support/small_disk.ts";
import { awaitEnd, getTask, submitTask } from "../support/task_client.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

const DISK_MIB = 16;
const ARGS = ["--no-grpc"];
const disk = await mountSmallDisk(DISK_MIB);

Deno.test("data_folder in use refuses a second node in one line and leaves the first alone", async () => {
  await using node = await startNode({ args: ARGS });
  const { code, output } = await runRefusedNode({ dataDir: node.dataDir, args: ARGS });
  assert.equal(code, 1, output);
  assert.equal(output.trim().split("\n").length, 1, output);
  assert.match(output, new RegExp(`\\b${node.pid}\\b`), "does not name the process");
  const { id } = await submitTask(node, { method: "add", args: [1, 2] });
  assert.equal((await awaitEnd(node, id)).result, 3);
});

testOrSkip({
  name: "data_folder full answers 503, corrupts nothing, and goes on when space is back",
  skip: typeof disk === "string" ? `no small file system can be mounted: ${disk}` : null,
  fn: async () => {
    assert.ok(typeof disk !== "string");
    await using _mounted = disk;
    const dataDir = join(disk.folder, "data");
    {
      await using node = await startNode({ dataDir, args: ARGS });
      const accepted = await submitUntilFull(node, () => disk.fill());
      const { status } = await node.fetchApi("GET", "/readyz");
      assert.equal(status, 503, "a node that can write nothing says that it is ready");
      await disk.clear();
      await eventually(async () => (await node.fetchApi("GET", "/readyz")).status === 200, {
        what: "the node is ready again",
      });
      for (const id of accepted) assert.equal((await awaitEnd(node, id)).status, "completed");
      const { id } = await submitTask(node, { method: "echo_string", args: ["back"] });
      assert.equal((await awaitEnd(node, id)).result, "back");
    }
    inspectDatabase(databaseFile(dataDir));
    await using node = await startNode({ dataDir, args: ARGS });
    assert.equal((await getTask(node, "full-0")).status, "completed");
  },
});

/** Fills the disk, then submits until the node says that it cannot keep more. */
async function submitUntilFull(
  node: NodeProcess,
  fill: () => Promise<void>,
): Promise<readonly string[]> {
  const accepted: string[] = [];
  for (let index = 0; index < 1_000; index++) {
    // Again and again, because a checkpoint may give room back.
    if (index > 0) await fill();
    const body = { id: `full-${index}`, method: "echo_string", args: ["x".repeat(20_000)] };
    const answer = await node.fetchApi("POST", "/api/tasks", body);
    if (answer.status === 201) {
      accepted.push(body.id);
      continue;
    }
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.ok(answer.headers.has("retry-after"), "503 without Retry-After");
    return accepted;
  }
  throw new Error(`${accepted.length} tasks were accepted on a full disk`);
}
