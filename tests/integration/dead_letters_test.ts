/** Thousands of failures, understood and sent round again, on a real node. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { inspectDatabase } from "../../actors/storage/sqlite/database_check.ts";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";
import { eventually } from "../support/eventually.ts";
import { metricTotal } from "../support/node_metrics.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import {
  allEnded,
  type AttemptAnswer,
  getAttempts,
  getTask,
  listTasks,
  submitTasks,
  type TaskAnswer,
} from "../support/task_client.ts";

const PLAIN = 2_500;
const WORKFLOWS = 100;
const ROOTS = 25;
const FAILING = PLAIN + WORKFLOWS * ROOTS;
/** With a child each, a grandchild for two of the plain ones, and two more in each workflow. */
const TASKS = 2 * FAILING + PLAIN / 2 + 2 * WORKFLOWS;

/** Two ways to fail: by input that no retry betters, and by an error that two attempts meet. */
const FAULTS = [
  { method: "sleep", args: ["long"], reason: "invalid_input", oldRuns: 1, right: [0] },
  {
    method: "test.picky",
    args: ["wrong"],
    reason: "attempts_exhausted",
    oldRuns: 2,
    right: ["right"],
  },
] as const;
const TWICE = { maxAttempts: 2, backoff: "fixed", initialMs: 1, jitter: "none" };

type DeadLetterAnswer = TaskAnswer & { readonly attempts: readonly AttemptAnswer[] };

const PICKY = fileURLToPath(new URL("../support/task_modules/picky.ts", import.meta.url));

/** The fields of a task that fails, one way or the other. */
function failing(index: number) {
  const { method, args } = FAULTS[index % 2 === 0 ? 0 : 1];
  return { method, args, retry: TWICE };
}

/** Failing tasks, each with a child, and a grandchild for every two of them. */
function plainTasks() {
  return Array.from({ length: PLAIN }, (_, i) => [
    { id: `root-${i}`, ...failing(i) },
    { id: `child-${i}`, method: "noop", deps: [`root-${i}`] },
    ...i % 2 === 0 ? [] : [
      { id: `pair-${i}`, method: "noop", deps: [`child-${i - 1}`, `child-${i}`] },
    ],
  ]).flat();
}

/** Failing tasks, each with a child, all of which one last task waits for; and one that tidies up. */
function workflowOf(index: number) {
  const roots = Array.from({ length: ROOTS }, (_, i) => i);
  return {
    id: `flow-${index}`,
    tasks: [
      ...roots.map((i) => ({ key: `root-${i}`, ...failing(i) })),
      ...roots.map((i) => ({ key: `child-${i}`, method: "noop", deps: [`root-${i}`] })),
      { key: "last", method: "noop", deps: roots.map((i) => `child-${i}`) },
      { key: "tidy", method: "noop", deps: ["root-0"], triggerRule: "all_failed" },
    ],
  };
}

async function post(node: NodeProcess, path: string, body: unknown) {
  const answer = await node.fetchApi("POST", path, body);
  assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function untilAllEnded(node: NodeProcess): Promise<void> {
  await eventually(() => allEnded(node), {
    what: "every task has ended",
    deadlineMs: 240_000,
    everyMs: 250,
  });
}

async function listDeadLetters(node: NodeProcess, query = ""): Promise<DeadLetterAnswer[]> {
  const items: DeadLetterAnswer[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/api/dead-letters?limit=500${query}${from}`;
    const { status, body } = await node.fetchApi("GET", path);
    assert.equal(status, 200, JSON.stringify(body));
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

async function workflowStatuses(node: NodeProcess): Promise<ReadonlySet<string>> {
  const statuses = await Promise.all(
    Array.from({ length: WORKFLOWS }, async (_, i) => {
      return (await node.fetchApi("GET", `/api/workflows/flow-${i}`)).body.status;
    }),
  );
  return new Set(statuses);
}

function outcomesOf(attempts: readonly AttemptAnswer[]): readonly (string | null)[] {
  return attempts.map(({ outcome }) => outcome);
}

/** The runs of each of `ids`, a bounded number of them at a time. */
async function attemptsOf(
  node: NodeProcess,
  ids: readonly string[],
): Promise<readonly (readonly AttemptAnswer[])[]> {
  const all: (readonly AttemptAnswer[])[] = [];
  for (let at = 0; at < ids.length; at += 50) {
    all.push(...await Promise.all(ids.slice(at, at + 50).map((id) => getAttempts(node, id))));
  }
  return all;
}

/** Submits all of it, waits for its end, and gives the dead letters. */
async function failByTheThousand(node: NodeProcess): Promise<readonly DeadLetterAnswer[]> {
  await submitTasks(node, plainTasks());
  for (let i = 0; i < WORKFLOWS; i++) await post(node, "/api/workflows", workflowOf(i));
  await untilAllEnded(node);
  return await listDeadLetters(node);
}

async function assertFailed(node: NodeProcess, dead: readonly DeadLetterAnswer[]): Promise<void> {
  assert.equal(dead.length, FAILING);
  for (const { reason, oldRuns } of FAULTS) {
    const these = dead.filter((task) => task.reason === reason);
    assert.equal(these.length, await metricTotal(node, "dtask_dead_letters", { reason }));
    for (const task of these) {
      assert.deepEqual(outcomesOf(task.attempts), Array(oldRuns).fill("threw"), task.id);
    }
  }
  assert.equal(await metricTotal(node, "dtask_dead_letters"), FAILING);
  const skipped = await listTasks(node, "&status=skipped");
  assert.equal(skipped.length, FAILING + PLAIN / 2 + WORKFLOWS);
  assert.ok(skipped.every(({ reason }) => reason === "upstream_failed"));
  assert.deepEqual(await workflowStatuses(node), new Set(["failed"]));
}

async function redriveAll(node: NodeProcess): Promise<void> {
  let total = 0;
  for (const { reason, right } of FAULTS) {
    const startedAt = performance.now();
    const body = { filter: { reason }, args: right };
    const { matched, changed } = await post(node, "/api/dead-letters/redrive", body);
    const ms = Math.round(performance.now() - startedAt);
    console.log(`${reason}: ${changed} of ${matched} redriven in ${ms} ms`);
    assert.equal(changed, matched);
    total += changed;
  }
  assert.equal(total, FAILING);
}

async function assertCompleted(
  node: NodeProcess,
  dead: readonly DeadLetterAnswer[],
): Promise<void> {
  const tasks = await listTasks(node);
  assert.equal(tasks.length, TASKS);
  assert.deepEqual(new Set(tasks.map(({ status }) => status)), new Set(["completed"]));
  assert.deepEqual(await workflowStatuses(node), new Set(["completed"]));
  assert.deepEqual(await listDeadLetters(node), []);
  assert.equal(await metricTotal(node, "dtask_dead_letters"), 0);
  const failed = new Set(dead.map(({ id }) => id));
  const others = tasks.filter(({ id }) => !failed.has(id));
  assert.deepEqual(new Set(others.map(({ run }) => run)), new Set([1]));
}

async function assertHistory(node: NodeProcess, dead: readonly DeadLetterAnswer[]): Promise<void> {
  const histories = await attemptsOf(node, dead.map(({ id }) => id));
  for (const [index, task] of dead.entries()) {
    const history = histories[index] ?? [];
    assert.deepEqual(history.slice(0, -1), task.attempts, task.id);
    const [last] = history.slice(-1);
    assert.equal(last?.outcome, "completed", task.id);
    assert.deepEqual([last.run, last.attempt], [task.run + 1, 1], task.id);
  }
}

Deno.test("dead letters by the thousand complete after a redrive with corrected input", async (t) => {
  await using node = await startNode({ args: ["--no-grpc", "--tasks", PICKY] });
  const dead = await failByTheThousand(node);
  await t.step("each failure waits with its reason and runs", () => assertFailed(node, dead));
  await t.step("a redrive by filter changes all of them", () => redriveAll(node));
  await t.step("all complete, the skipped included, and no finished task runs again", async () => {
    await untilAllEnded(node);
    await assertCompleted(node, dead);
  });
  await t.step("the history has every run, old and new", () => assertHistory(node, dead));
  await t.step("the store is sound", async () => {
    assert.equal(await node.stop(), 0);
    const { tasks, live } = inspectDatabase(databaseFile(node.dataDir));
    assert.deepEqual([tasks, live], [TASKS, 0]);
  });
});

Deno.test("dead letters stay redriven and discarded when the node is killed", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-dead-" });
  try {
    await using killed = await startNode({ dataDir, args: ["--no-grpc"] });
    const ids = ["a", "b", "c"];
    await submitTasks(killed, [
      ...ids.map((id) => ({ id, method: "sleep", args: ["long"] })),
      { id: "after", method: "noop", deps: ["a"] },
    ]);
    await untilAllEnded(killed);
    await post(killed, "/api/dead-letters/discard", { ids: ["b", "after", "absent"] });
    await post(killed, "/api/dead-letters/redrive", { ids: ["a"], args: [300] });
    killed.kill();
    await killed.status;
    await using node = await startNode({ dataDir, args: ["--no-grpc"] });
    await untilAllEnded(node);
    const statuses = await Promise.all(
      [...ids, "after"].map(async (id) => (await getTask(node, id)).status),
    );
    assert.deepEqual(statuses, ["completed", "failed", "failed", "completed"]);
    assert.deepEqual((await listDeadLetters(node)).map(({ id }) => id), ["c"]);
    assert.equal(await metricTotal(node, "dtask_dead_letters"), 1);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
