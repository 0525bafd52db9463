import assert from "node:assert/strict";
import { join } from "node:path";
import { inspectDatabase } from "../../actors/storage/sqlite/database_check.ts";
import { databaseFile } from "../../actors/storage/sqlite/mod.ts";
import { runDtask } from "../support/cli_process.ts";
import { eventually } from "../support/eventually.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { SteadyLoad } from "../support/steady_load.ts";
import { allEnded, listTasks, submitTasks } from "../support/task_client.ts";

const BACKUPS = 3;
/** What waits while backups are made: chains whose links are blocked, scheduled, pending and running. */
const CHAINS = 200;
const LINKS = 5;
const ARGS = ["--no-grpc", "--log-level", "warning"];
const ENDED = new Set(["completed", "failed", "cancelled", "skipped"]);

Deno.test("backup under load restores to a sound store whose node finishes the rest", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "dtask-backup-" });
  /** What the node had accepted before each backup was asked for. */
  const accepted: (readonly string[])[] = [];
  {
    await using node = await startNode({ args: ARGS });
    await submitTasks(node, chains());
    const load = new SteadyLoad(node, { prefix: "load", lanes: 8 });
    await eventually(() => load.accepted.length > 20, { what: "the load has begun" });
    for (let index = 0; index < BACKUPS; index++) {
      accepted.push([...load.accepted]);
      const { code, out, err } = await runDtask(
        ...["backup", fileOf(folder, index), "--data", node.dataDir, "--json"],
      );
      assert.equal(code, 0, err);
      const { tasks, live } = JSON.parse(out);
      console.log(`backup ${index}: ${tasks} tasks, ${live} of them live`);
      assert.ok(live > 0, "nothing was left to finish: this backup proves nothing");
      const before = load.accepted.length;
      await eventually(() => load.accepted.length > before, { what: "the load goes on" });
    }
    await load.stop();
  }
  for (const [index, ids] of accepted.entries()) {
    await t.step(`backup ${index}`, () => assertRestorable(folder, index, ids));
  }
  await Deno.remove(folder, { recursive: true });
});

function fileOf(folder: string, index: number): string {
  return join(folder, `backup-${index}.db`);
}

/** Restores a backup into a folder of its own, and starts a node there that ends every task. */
async function assertRestorable(
  folder: string,
  index: number,
  accepted: readonly string[],
): Promise<void> {
  const dataDir = join(folder, `data-${index}`);
  const restored = await runDtask("restore", fileOf(folder, index), "--data", dataDir);
  assert.equal(restored.code, 0, restored.err);
  const facts = inspectDatabase(databaseFile(dataDir));
  {
    await using node = await startNode({ dataDir, args: ARGS });
    const refused = await runDtask("restore", fileOf(folder, index), "--data", dataDir, "--force");
    assert.equal(refused.code, 1);
    assert.match(refused.err, new RegExp(`process ${node.pid} is using it`));
    await eventually(() => allEnded(node), {
      what: "every task has ended",
      deadlineMs: 120_000,
      everyMs: 200,
    });
    await assertComplete(node, { accepted, tasks: facts.tasks });
  }
  assert.equal(inspectDatabase(databaseFile(dataDir)).live, 0);
}

async function assertComplete(
  node: NodeProcess,
  { accepted, tasks }: { readonly accepted: readonly string[]; readonly tasks: number },
): Promise<void> {
  const listed = new Map((await listTasks(node)).map((task) => [task.id, task]));
  assert.equal(listed.size, tasks);
  const lost = accepted.filter((id) => !listed.has(id));
  assert.deepEqual(lost, [], "accepted before the backup, but not in it");
  for (const { id, status } of listed.values()) assert.ok(ENDED.has(status), `${id} is ${status}`);
  for (let chain = 0; chain < CHAINS; chain++) {
    const last = listed.get(`chain-${chain}-${LINKS - 1}`);
    assert.equal(last?.status, "completed", JSON.stringify(last));
  }
}

/** Some sleep for long enough that no backup finds all of them done. */
function chains(): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: CHAINS * LINKS }, (_, at) => {
    const [chain, link] = [Math.floor(at / LINKS), at % LINKS];
    return {
      id: `chain-${chain}-${link}`,
      method: "sleep",
      args: [200 + chain * 5],
      deps: link === 0 ? [] : [`chain-${chain}-${link - 1}`],
      ...(link === 1 ? { delayMs: 500 } : {}),
    };
  });
}
