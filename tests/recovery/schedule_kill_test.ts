import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { announceSeed, seededRandom } from "../support/random.ts";
import { allEnded, listTasks } from "../support/task_client.ts";

const KILLS = Number(Deno.env.get("DTASK_TEST_KILLS") ?? 4);
const KILL_WITHIN_MS = 1_500;
const ARGS = ["--no-grpc", "--log-level", "warning"];
const SECOND = 1_000;

/** Ticks of every second, of which none may overlap another out of the way. */
const EVERY_SECOND = {
  cron: "* * * * * *",
  timezone: "UTC",
  overlap: "allow_all",
  catchUpWindowMs: 3_600_000,
};

Deno.test("kill -9 at random moments makes no schedule fire a tick twice, nor lose one", async () => {
  const random = seededRandom(announceSeed(`${KILLS} kills`));
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  let firstAt = 0;
  for (let round = 0; round < KILLS; round++) {
    const node = await startNode({ dataDir, args: ARGS });
    if (round === 0) firstAt = await setUp(node);
    await delay(random() * KILL_WITHIN_MS);
    node.kill("SIGKILL");
    const { signal } = await node.status;
    assert.equal(signal, "SIGKILL", `the node ended by itself:\n${node.output()}`);
  }
  {
    await using node = await startNode({ dataDir, args: ARGS });
    const startedAt = Date.now();
    await eventually(async () => Date.parse(await newestTick(node)) > startedAt, {
      what: "the schedule has caught up",
    });
    for (const name of ["task", "workflow"]) {
      const paused = await node.fetchApi("POST", `/api/schedules/${name}/pause`);
      assert.equal(paused.status, 200);
    }
    await eventually(() => allEnded(node), { what: "every task has ended" });
    await assertEverySecond(node, firstAt);
  }
  await Deno.remove(dataDir, { recursive: true });
});

/** Sets the schedules up; answers the first tick of both. */
async function setUp(node: NodeProcess): Promise<number> {
  const one = { key: "one", method: "noop" };
  const two = { key: "two", method: "noop", deps: ["one"] };
  const targets = { task: { method: "noop" }, workflow: { workflow: { tasks: [one, two] } } };
  let firstAt = 0;
  for (const [name, target] of Object.entries(targets)) {
    const settings = { ...EVERY_SECOND, ...target };
    const { status, body } = await node.fetchApi("PUT", `/api/schedules/${name}`, settings);
    assert.equal(status, 201, JSON.stringify(body));
    firstAt = Math.max(firstAt, Date.parse(body.nextFireTimes[0]));
  }
  return firstAt;
}

async function newestTick(node: NodeProcess): Promise<string> {
  const { status, body } = await node.fetchApi("GET", "/api/schedules/workflow/ticks?limit=1");
  assert.equal(status, 200, JSON.stringify(body));
  return body.items[0].nominalAt;
}

/** Each second up to the newest tick has one row, and started its work once. */
async function assertEverySecond(node: NodeProcess, firstAt: number): Promise<void> {
  for (const [name, keys] of [["task", [""]], ["workflow", [":one", ":two"]]] as const) {
    const { body } = await node.fetchApi("GET", `/api/schedules/${name}/ticks?limit=500`);
    const ticks: { nominalAt: string; outcome: string }[] = body.items;
    const newest = Date.parse(ticks[0]?.nominalAt ?? "");
    const nominal = Array.from(
      { length: (newest - firstAt) / SECOND + 1 },
      (_, index) => new Date(firstAt + index * SECOND).toISOString(),
    );
    const fired = ticks.filter(({ outcome }) => outcome === "fired").map((tick) => tick.nominalAt);
    assert.deepEqual(fired.toReversed().filter((at) => Date.parse(at) >= firstAt), nominal);
    const tasks = await listTasks(node, `&q=${name}:`);
    assert.ok(tasks.every(({ status }) => status === "completed"));
    const started = tasks.map(({ id }) => id);
    assert.equal(started.length, ticks.length * keys.length);
    for (const at of nominal) {
      const id = `${name}:${at.replace(".000", "")}`;
      assert.ok(keys.every((key) => started.includes(id + key)), id);
    }
    const schedule = await node.fetchApi("GET", `/api/schedules/${name}`);
    const counts = { fired: ticks.length, missed: 0, skipped: 0, refused: 0 };
    assert.deepEqual(schedule.body.counts, counts);
  }
}
