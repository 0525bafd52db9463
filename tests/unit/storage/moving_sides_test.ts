import assert from "node:assert/strict";
import { join } from "node:path";
import { migrateToPostgres } from "../../../actors/storage/moving/mod.ts";
import { openPostgresCluster } from "../../../actors/storage/postgres/cluster_store.ts";
import { Connection } from "../../../actors/storage/postgres/connection.ts";
import { findInconsistencies } from "../../../actors/storage/postgres/consistency.ts";
import { openPostgresStore } from "../../../actors/storage/postgres/mod.ts";
import {
  backupSqlite,
  databaseFile,
  lockDataFolder,
  openSqliteStore,
} from "../../../actors/storage/sqlite/mod.ts";
import { newTask } from "../../conformance/store_fixture.ts";
import { makeFullFolder } from "../../support/full_folder.ts";
import { tamper } from "../../support/lively_folder.ts";
import { migrateUnverified } from "../../support/moving.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres_server.ts";

let server: PostgresServer;
let from: string;
Deno.test.beforeAll(async () => {
  from = (await makeFullFolder()).dataDir;
  server = await startPostgres({ fsync: false });
});
Deno.test.afterAll(async () => {
  await Deno.remove(from, { recursive: true });
  await server.stop();
});

const MEMBER = { version: "1", definitions: [] } as const;

/** A copy of the folder's database in a folder of its own, which may be changed. */
async function copyFolder() {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-moving-" });
  await backupSqlite({ dataDir: from, file: databaseFile(dataDir), force: false });
  return {
    dataDir,
    file: databaseFile(dataDir),
    [Symbol.asyncDispose]: () => Deno.remove(dataDir, { recursive: true }),
  };
}

/** What PostgreSQL's own rules find wrong with a database. */
async function inconsistencies(url: string): Promise<readonly string[]> {
  const connection = await Connection.open({ url, name: "test" });
  try {
    return await findInconsistencies(connection);
  } finally {
    await connection.close();
  }
}

Deno.test("migration leaves a sound store, in which numbers and stamps go on after the old ones", async () => {
  await using folder = await copyFolder();
  // More changes than PostgreSQL has had transactions.
  const seq = 150_000_000;
  tamper(
    folder.file,
    `UPDATE counters SET seq = ${seq}, task_num = 500; UPDATE tasks SET seq = ${seq} WHERE num = 1`,
  );
  const { url } = await server.createDatabase();
  await migrateToPostgres({ from: folder.dataDir, to: url });
  assert.deepEqual(await inconsistencies(url), []);
  const store = await openPostgresStore({ url });
  try {
    await store.write(async (tx) => {
      assert.equal(await tx.allocateNums("task", 1), 501);
      assert.equal(await tx.allocateNums("workflow", 1), 3);
      const [stamp] = await tx.insertTasks([newTask(501)]);
      assert.ok(stamp !== undefined && stamp > seq, `${stamp}`);
    });
  } finally {
    await store.close();
  }
});

Deno.test("migration moves an empty store", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-moving-" });
  await (await openSqliteStore({ dataDir })).close();
  const { url } = await server.createDatabase();
  const { tasks, tables } = await migrateToPostgres({ from: dataDir, to: url });
  assert.deepEqual([tasks, ...new Set(tables.map(({ rows }) => rows))], [0, 0]);
  const store = await openPostgresStore({ url });
  assert.equal(await store.write((tx) => tx.allocateNums("task", 1)), 1);
  await store.close();
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("migration gives what was running to a node that is lost", async () => {
  const { url, name: database } = await server.createDatabase();
  await migrateToPostgres({ from, to: url });
  const rows = await server.query(
    "SELECT t.node, n.state, n.reclaimed FROM tasks t LEFT JOIN nodes n ON n.id = t.node " +
      "WHERE t.status = 'running'",
    { database },
  );
  assert.deepEqual(rows.map((row) => ({ ...row })), [
    { node: "n-1", state: "lost", reclaimed: false },
  ]);
});

Deno.test("migration takes the file in a folder, and a backup as well", async () => {
  await using folder = await copyFolder();
  const backup = join(folder.dataDir, "b.db");
  await Deno.copyFile(folder.file, backup);
  const reports = [];
  for (const source of [from, folder.file, backup]) {
    const { url } = await server.createDatabase();
    reports.push((await migrateToPostgres({ from: source, to: url })).tables);
  }
  assert.deepEqual(reports[1], reports[0]);
  assert.deepEqual(reports[2], reports[0]);
});

Deno.test("migration refuses a source that a node uses, or that is none", async () => {
  const { url } = await server.createDatabase();
  const lock = await lockDataFolder(from);
  try {
    for (const source of [from, databaseFile(from)]) {
      await assert.rejects(
        migrateToPostgres({ from: source, to: url }),
        new RegExp(`^StoreLockedError: .* process ${Deno.pid} is using it; stop that one`),
      );
    }
  } finally {
    lock.release();
  }
  const absent = join(from, "nowhere");
  await assert.rejects(
    migrateToPostgres({ from: absent, to: url }),
    /there is no database; name a/,
  );
  const empty = await Deno.makeTempDir({ prefix: "dtask-moving-" });
  await assert.rejects(migrateToPostgres({ from: empty, to: url }), /there is no database; name a/);
  await Deno.remove(empty, { recursive: true });
});

Deno.test("migration refuses a source of an older or newer schema, and says what to do", async () => {
  await using folder = await copyFolder();
  const { url } = await server.createDatabase();
  const migrate = () => migrateToPostgres({ from: folder.dataDir, to: url });
  tamper(folder.file, "PRAGMA user_version = 1");
  await assert.rejects(
    migrate(),
    /its schema is version 1, \d+ is needed; start a node on it once/,
  );
  tamper(folder.file, "PRAGMA user_version = 999");
  await assert.rejects(migrate(), /^SchemaTooNewError: .* start the newer dtask that wrote it/);
});

Deno.test("migration refuses a target with a live node, and lets in none while it lasts", async () => {
  const { url, name: database } = await server.createDatabase();
  await (await openPostgresStore({ url })).close();
  const cluster = openPostgresCluster({ url });
  try {
    await cluster.join({ ...MEMBER, id: "n-live" });
    // However slow this machine is.
    await server.query("UPDATE nodes SET renewed_at = renewed_at + 3600000", { database });
    await assert.rejects(
      migrateToPostgres({ from, to: url }),
      /^Error: Cannot move into PostgreSQL at .*: node n-live is running on it; stop every node/,
    );
    // Its process was killed a minute ago; nothing says that it does not come back.
    await server.query("UPDATE nodes SET renewed_at = renewed_at - 3660000", { database });
    await migrateUnverified({ from, to: url });
    const [node] = await server.query("SELECT state FROM nodes", { database });
    assert.equal(node?.["state"], "lost");
    await assert.rejects(
      cluster.join({ ...MEMBER, id: "n-early" }),
      /the migration from sqlite:.*dtask\.db to the database is not finished; run the same/,
    );
    await migrateToPostgres({ from, to: url });
    await cluster.join({ ...MEMBER, id: "n-later" });
  } finally {
    await cluster.close();
  }
});

Deno.test("migration refuses a target with other data", async () => {
  const { url } = await server.createDatabase();
  const store = await openPostgresStore({ url });
  await store.write((tx) => tx.insertTasks([newTask(1)]));
  await store.close();
  for (const restart of [false, true]) {
    await assert.rejects(
      migrateToPostgres({ from, to: url, restart }),
      /^Error: Cannot move into .*: it has data of its own, in the table "tasks"; name an empty/,
    );
  }
});

Deno.test("migration refuses a target where another one is unfinished, unless it may begin anew", async () => {
  await using folder = await copyFolder();
  const { url } = await server.createDatabase();
  await migrateUnverified({ from: folder.dataDir, to: url });
  // A node was started on it meanwhile.
  tamper(folder.file, "UPDATE counters SET writer = writer + 1");
  const again = { from: folder.dataDir, to: url } as const;
  await assert.rejects(
    migrateToPostgres(again),
    /^Error: Cannot move into .*: a migration from sqlite:.* or was changed since; .* --restart/,
  );
  assert.equal((await migrateToPostgres({ ...again, restart: true })).kind, "moved");
  await assert.rejects(
    migrateToPostgres({ from, to: url, restart: true }),
    /everything from sqlite:.* was moved into it already; name an empty database/,
  );
});

Deno.test("migration refuses a target at which another one is at work", async () => {
  const { url } = await server.createDatabase();
  const other = await Connection.open({ url, name: "test" });
  await other.rows("SELECT pg_advisory_lock(hashtext('dtask.moving'), 0)::text");
  try {
    await assert.rejects(
      migrateToPostgres({ from, to: url, deadlines: { lockMs: 100 } }),
      /another "dtask migrate" is at work on it; wait for that one/,
    );
  } finally {
    await other.close();
  }
});
