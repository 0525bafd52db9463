import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSqliteStore } from "../../actors/storage/sqlite/mod.ts";
import { newTask } from "../conformance/store_fixture.ts";
import { runDtask } from "../support/cli_process.ts";
import { eventually } from "../support/eventually.ts";
import { taskRights } from "../support/node_process.ts";
import { startPostgres } from "../support/postgres_server.ts";

const TASKS = 20_000;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A folder whose tasks take several batches of each table. */
async function makeFolder(): Promise<string> {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-migrate-" });
  const store = await openSqliteStore({ dataDir });
  for (let first = 1; first <= TASKS; first += 5_000) {
    const tasks = Array.from({ length: 5_000 }, (_, index) => newTask(first + index));
    await store.write((tx) => tx.insertTasks(tasks));
  }
  await store.close();
  return dataDir;
}

/** How many rows of a table an unfinished migration has to have brought before it is killed. */
const POINTS = [["tasks", 2_000], ["tasks", 12_000], ["task_inputs", 2_000], [
  "task_inputs",
  TASKS,
]] as const;

Deno.test("migrate: killed at several points, the same command brings it to its end", async () => {
  const dataDir = await makeFolder();
  await using server = await startPostgres({ fsync: false });
  const { url, name: database } = await server.createDatabase();
  const words = ["migrate", "--from", `sqlite:${dataDir}`, "--to", url, "--json"];
  for (const [table, rows] of POINTS) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...taskRights("dtask"), join(ROOT, "main.ts"), ...words],
      cwd: ROOT,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let ended = false;
    const status = child.status.finally(() => ended = true);
    // Where the machine is so slow that it ends before it is looked at, there is nothing to kill.
    await eventually(async () => ended || await copied(table) >= rows, {
      what: `${rows} rows of ${table} are there`,
      deadlineMs: 120_000,
    });
    if (!ended) child.kill("SIGKILL");
    const { signal } = await status;
    console.log(`${table} at ${rows}: ${signal === null ? "it had ended" : "killed"}`);
  }
  const { code, out, err } = await runDtask(...words);
  assert.equal(code, 0, err);
  const { tasks, tables } = JSON.parse(out);
  assert.equal(tasks, TASKS);
  for (const { table, rows } of tables) {
    const sql = `SELECT count(*)::integer AS rows FROM ${table}`;
    assert.equal((await server.query(sql, { database }))[0]?.["rows"], rows, table);
  }
  await Deno.remove(dataDir, { recursive: true });

  async function copied(table: string): Promise<number> {
    const sql = "SELECT to_regclass('moving_tables') IS NOT NULL AS there";
    if ((await server.query(sql, { database }))[0]?.["there"] !== true) return 0;
    const [row] = await server.query("SELECT rows::integer FROM moving_tables WHERE name = $1", {
      database,
      parameters: [table],
    });
    return Number(row?.["rows"] ?? 0);
  }
});
