import assert from "node:assert/strict";
import { startNode } from "../support/node_process.ts";
import { getTask, listTasks, submitTask } from "../support/task_client.ts";
import { eventually } from "../support/eventually.ts";

const PARALLEL = 500;

Deno.test("unique: of 500 submissions at once one makes a task, before and after kill -9", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const work = { method: "noop", args: [{ report: 7 }], queue: "held", unique: { by: "args" } };
  const first = await (async () => {
    await using node = await startNode({ args: ["--no-grpc"], dataDir });
    await node.fetchApi("POST", "/api/queues/held/pause");
    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, () => node.fetchApi("POST", "/api/tasks", work)),
    );
    const ids = new Set(answers.map(({ body }) => body.id));
    assert.equal(ids.size, 1);
    const created = answers.filter(({ status }) => status === 201);
    assert.deepEqual(created.map(({ body }) => "duplicate" in body), [false]);
    const others = answers.filter(({ status }) => status === 200);
    assert.equal(others.filter(({ body }) => body.duplicate === true).length, PARALLEL - 1);
    assert.equal((await listTasks(node)).length, 1);
    node.kill();
    await node.status;
    return created[0]?.body.id;
  })();
  await using node = await startNode({ args: ["--no-grpc"], dataDir });
  const again = await node.fetchApi("POST", "/api/tasks/batch", { tasks: [work, work] });
  assert.deepEqual(
    again.body.results.map(({ status, task }: { status: number; task: { id: string } }) => [
      status,
      task.id,
    ]),
    [[200, first], [200, first]],
  );
  assert.equal(
    "duplicate" in await getTask(node, first),
    false,
    "only submissions are answered so",
  );
  await node.fetchApi("POST", "/api/queues/held/resume");
  await eventually(async () => (await getTask(node, first)).status === "completed", {
    what: "the one task has run",
  });
  assert.notEqual((await submitTask(node, work)).id, first);
  await node.stop();
  await Deno.remove(dataDir, { recursive: true });
});
