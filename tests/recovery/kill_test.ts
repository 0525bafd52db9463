import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { inspectDatabase } from "../../actors/storage/sqlite/database_check.ts";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";
import { eventually } from "../support/eventually.ts";
import { runLoad } from "../support/load.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { announceSeed, seededRandom } from "../support/random.ts";
import { allEnded, getAttempts, listTasks, type TaskAnswer } from "../support/task_client.ts";

const KILLS = Number(Deno.env.get("DTASK_TEST_KILLS") ?? 20);
const KILL_WITHIN_MS = 600;
const CONNECTIONS = 24;
const ATTEMPTS_CHECKED = 600;
const ARGS = ["--no-grpc", "--log-level", "warning"];
const ENDED = new Set(["completed", "failed", "cancelled", "skipped"]);

Deno.test("kill -9 at random moments loses nothing and records no outcome twice", async () => {
  const random = seededRandom(announceSeed(`${KILLS} kills`));
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const accepted = new Set<string>();
  const startsMs: number[] = [];
  for (let round = 0; round < KILLS; round++) {
    const node = await startNode({ dataDir, args: ARGS });
    startsMs.push(Math.round(node.startedInMs));
    await loadUntilKilled(node, { round, random, accepted });
  }
  console.log(`${accepted.size} tasks accepted; starts took ${startsMs.join(", ")} ms`);
  {
    await using node = await startNode({ dataDir, args: ARGS });
    await eventually(() => allEnded(node), {
      what: "every task has ended",
      deadlineMs: 120_000,
      everyMs: 200,
    });
    await assertComplete(node, accepted, random);
  }
  inspectDatabase(databaseFile(dataDir));
  await Deno.remove(dataDir, { recursive: true });
});

interface Round {
  readonly round: number;
  readonly random: () => number;
  /** Gets the ids that the node answered with 2xx. */
  readonly accepted: Set<string>;
}

/** Submits tasks as fast as the node takes them until it is killed in the middle. */
async function loadUntilKilled(node: NodeProcess, { round, random, accepted }: Round) {
  const headers = {
    "authorization": `Bearer ${await node.token({ scope: "tasks:write" })}`,
    "content-type": "application/json",
  };
  const idOf = (index: number) => `r${round}-${index}`;
  const load = runLoad({
    address: new URL(node.url).host,
    connections: CONNECTIONS,
    request: (index) => {
      // Some depend on the one before last, which another connection may be submitting right now.
      const before = idOf(index - 2 * CONNECTIONS);
      const deps = accepted.has(before) && index % 3 === 0 ? [before] : [];
      const submission = { id: idOf(index), deps, ...variantOf(index) };
      return { method: "POST", path: "/api/tasks", headers, body: JSON.stringify(submission) };
    },
    onAnswer: (index, status) => {
      if (status >= 200 && status < 300) accepted.add(idOf(index));
    },
  });
  await delay(random() * KILL_WITHIN_MS);
  node.kill("SIGKILL");
  const { signal } = await node.status;
  assert.equal(signal, "SIGKILL", `the node ended by itself:\n${node.output()}`);
  const { statuses } = await load;
  const refused = Object.keys(statuses).filter((status) => !/^(2\d\d|503)$/.test(status));
  assert.deepEqual(refused, [], "answers other than taken or overloaded");
}

/** Some end at once, some are running when the kill comes, some fail and are tried again. */
function variantOf(index: number): Readonly<Record<string, unknown>> {
  const retry = { maxAttempts: 3, initialMs: 1, maxMs: 10 };
  if (index % 10 === 3) return { method: "sleep", args: [50] };
  if (index % 10 === 7) return { method: "fail", args: ["on purpose", true], retry };
  return { method: "noop" };
}

async function assertComplete(
  node: NodeProcess,
  accepted: ReadonlySet<string>,
  random: () => number,
): Promise<void> {
  const tasks = new Map((await listTasks(node)).map((task) => [task.id, task]));
  const lost = [...accepted].filter((id) => !tasks.has(id));
  assert.deepEqual(lost, [], "accepted, but not there");
  for (const { id, status } of tasks.values()) assert.ok(ENDED.has(status), `${id} is ${status}`);
  const interrupted = [...tasks.values()].filter((task) => task.run > 1);
  const sample = [...tasks.values()].filter(() => random() < ATTEMPTS_CHECKED / tasks.size);
  console.log(`${interrupted.length} tasks ran more than once`);
  const checked = new Set([...interrupted.slice(0, ATTEMPTS_CHECKED), ...sample]);
  for (const task of checked) await assertOneOutcome(node, task);
}

/** Each run has one row and one end, and none comes after the run that ended the task. */
async function assertOneOutcome(node: NodeProcess, task: TaskAnswer): Promise<void> {
  const attempts = await getAttempts(node, task.id);
  const where = `${task.id}: ${JSON.stringify(attempts)}`;
  assert.deepEqual(attempts.map(({ run }) => run), attempts.map((_, index) => index + 1), where);
  assert.equal(attempts.length, task.run, where);
  for (const { outcome } of attempts) assert.ok(outcome !== null, where);
  const completed = attempts.filter(({ outcome }) => outcome === "completed");
  assert.equal(completed.length, task.status === "completed" ? 1 : 0, where);
  if (task.status === "completed") assert.equal(attempts.at(-1)?.outcome, "completed", where);
  if (task.method === "fail" && task.status === "failed" && task.reason !== "poison") {
    assert.equal(attempts.filter(({ outcome }) => outcome === "threw").length, 3, where);
  }
}
