import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startNode } from "../support/node_process.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";

const MODULE = fileURLToPath(new URL("../support/task_modules/trespassing.ts", import.meta.url));

Deno.test("permissions: task code without rights is refused whatever reaches outside", async (t) => {
  await using node = await startNode({ args: ["--no-grpc", "--tasks", MODULE] });
  const survey = await submitTask(node, { method: "trespass.survey" });
  const { result } = await awaitEnd(node, survey.id);
  const { attempts, granted, ports } = result as Record<string, readonly string[]>;
  assert.deepEqual(granted, [], "rights that the isolate has");
  assert.deepEqual(ports, [], "message ports that task code can reach");
  assert.ok(attempts !== undefined && attempts.length > 15);
  const port = Number(new URL(node.url).port);
  const secret = join(node.dataDir, "secret");
  for (const attempt of attempts) {
    await t.step(attempt, async () => {
      const args = [attempt, port, secret];
      const { id } = await submitTask(node, {
        method: "trespass",
        args,
        retry: { maxAttempts: 1 },
      });
      const task = await awaitEnd(node, id);
      assert.equal(task.status, "completed", JSON.stringify(task.error));
      assert.equal(task.result, "refused");
    });
  }
  assert.ok((await Deno.stat(secret)).isFile);
});

Deno.test("permissions: a definition's rights are not given unless the operator allows it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dtask-" });
  const file = join(folder, "greeting.txt");
  await Deno.writeTextFile(file, "hello");
  const module = join(folder, "reading.ts");
  await Deno.writeTextFile(
    module,
    `import { task } from "dtask";
    task({
      name: "reading",
      permissions: { read: [${JSON.stringify(folder)}] },
      run: async () => await Deno.readTextFile(${JSON.stringify(file)}),
    });`,
  );
  const submission = { method: "reading", retry: { maxAttempts: 1 } };
  {
    await using node = await startNode({
      args: ["--no-grpc", "--tasks", module, "--allow-task-permissions"],
    });
    const { id } = await submitTask(node, submission);
    assert.equal((await awaitEnd(node, id)).result, "hello");
  }
  {
    await using node = await startNode({ args: ["--no-grpc", "--tasks", module] });
    const { status, body } = await node.fetchApi("POST", "/api/tasks", submission);
    const ended = status === 201 ? await awaitEnd(node, body.id) : { status: "refused" };
    assert.match(ended.status, /^(failed|refused)$/);
  }
  await Deno.remove(folder, { recursive: true });
});
