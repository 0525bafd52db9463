import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { startNode } from "../support/node_process.ts";
import { getTask, listTasks, submitTask, submitTasks } from "../support/task_client.ts";

const WAITING = 5_000;
const DUE = 200;

Deno.test("delays: of many scheduled tasks those that are due run, in order, and no other", async () => {
  await using node = await startNode({ args: ["--no-grpc", "--executors", "1"] });
  await submitTasks(
    node,
    Array.from({ length: WAITING }, (_, index) => ({ method: "noop", delayMs: 3_600_000 + index })),
  );
  // Far enough that a busy machine has taken all of them before the first is due.
  const from = Date.now() + 3_000;
  // Submitted the last one first: the order of their times has to win over that of their arrival.
  const due = Array.from({ length: DUE }, (_, index) => ({
    method: "noop",
    queue: "due",
    runAt: new Date(from + (DUE - index) * 10).toISOString(),
  }));
  await submitTasks(node, due);
  const tasks = await eventually(async () => {
    const ended = await listTasks(node, "&status=completed");
    return ended.length === DUE ? ended : null;
  }, { what: "the due tasks have run" });
  const byStart = tasks.map(({ runAt, startedAt }) => ({ runAt, startedAt }))
    .sort((a, b) => `${a.startedAt}${a.runAt}`.localeCompare(`${b.startedAt}${b.runAt}`));
  const times = byStart.map(({ runAt }) => runAt);
  assert.deepEqual(times, times.toSorted());
  for (const { runAt, startedAt } of byStart) assert.ok(`${startedAt}` >= `${runAt}`, "too early");
  const { body } = await node.fetchApi("GET", "/api/stats");
  const counts = body.queues.find(({ name }: { name: string }) => name === "default").counts;
  assert.deepEqual(counts, { scheduled: WAITING });
});

Deno.test("delays: a task that expires over a restart fails, and its dependents settle", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const expiresAt = new Date(Date.now() + 2_500).toISOString();
  const id = await (async () => {
    await using node = await startNode({ args: ["--no-grpc"], dataDir });
    await node.fetchApi("POST", "/api/queues/held/pause");
    const task = await submitTask(node, { method: "noop", queue: "held", expiresAt });
    await submitTask(node, {
      id: "tidy",
      method: "noop",
      deps: [task.id],
      triggerRule: "all_done",
    });
    node.kill();
    await node.status;
    return task.id;
  })();
  await using node = await startNode({ args: ["--no-grpc"], dataDir });
  await eventually(async () => (await getTask(node, "tidy")).status === "completed", {
    what: "the dependent has run",
  });
  const { status, reason, error, finishedAt, run } = await getTask(node, id);
  assert.deepEqual([status, reason, error?.name, run], ["failed", "expired", "ExpiredError", 0]);
  assert.ok(`${finishedAt}` >= expiresAt, "it failed before its time");
  await node.stop();
  await Deno.remove(dataDir, { recursive: true });
});
