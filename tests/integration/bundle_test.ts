import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MODULES = join("tests", "support", "task_modules", "bundled");

Deno.test("bundle: task modules become JavaScript that a node takes, with what they import", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dtask-bundle-" });
  try {
    const made = await runTask("bundle", [MODULES, "--output", folder]);
    assert.deepEqual([made.code, made.stdout.trim()], [0, join(folder, "twice.js")], made.stderr);
    await using node = await startNode({ args: ["--no-grpc", "--tasks", folder] });
    const { id } = await submitTask(node, { method: "bundled.twice", args: [21] });
    assert.equal((await awaitEnd(node, id)).result, 42);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("bundle: says what is wrong and what to do", async () => {
  const nothing = await runTask("bundle", [join(MODULES, "none")]);
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /there is no such folder or module/);
  const powerless = await runTask("dtask", ["bundle", MODULES]);
  assert.equal(powerless.code, 2);
  assert.match(powerless.stderr, /run `deno task bundle` in a clone of dtask/);
});

async function runTask(task: string, args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
