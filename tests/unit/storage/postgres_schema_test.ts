import assert from "node:assert/strict";
import { openPostgresCluster } from "../../../actors/storage/postgres/cluster_store.ts";
import { Connection } from "../../../actors/storage/postgres/connection.ts";
import { openPostgresStore } from "../../../actors/storage/postgres/mod.ts";
import {
  assertSchema,
  migrateSchema,
  MIGRATIONS,
  type SharedMigration,
} from "../../../actors/storage/postgres/schema.ts";
import { PostgresCluster } from "../../support/postgres_cluster.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres_server.ts";
import { outcome, type SchedulerRig } from "../../support/scheduler_rig.ts";
import { SharedRig } from "../../support/shared_rig.ts";

let server: PostgresServer;
Deno.test.beforeAll(async () => {
  server = await startPostgres({ fsync: false });
});
Deno.test.afterAll(() => server.stop());

const NEWEST = MIGRATIONS.length;

/** The steps of a program of the future, whose last one programs from `readableFrom` on can share. */
function future(readableFrom: number, sql = ADDITION): readonly SharedMigration[] {
  return [...MIGRATIONS, { version: NEWEST + 1, name: "addition", sql, readableFrom }];
}

/** What a step may do beside older nodes. */
const ADDITION = "ALTER TABLE tasks ADD COLUMN note text; " +
  "ALTER TABLE runs ADD COLUMN note text NOT NULL DEFAULT ''; " +
  "CREATE INDEX tasks_live_note ON tasks_live (note) WHERE note IS NOT NULL; " +
  "CREATE TABLE notes (num bigint PRIMARY KEY)";

/** Connects, does some work, and closes. */
async function connected<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.open({ url, name: "test" });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function versionsIn(database: string): Promise<readonly unknown[]> {
  const rows = await server.query("SELECT version FROM dtask_schema ORDER BY 1", { database });
  return rows.map((row) => row["version"]);
}

Deno.test("schema is brought up to date once, however many begin at a time", async () => {
  const { url, name } = await server.createDatabase();
  const all = Array.from({ length: 4 }, () => connected(url, (each) => migrateSchema(each)));
  await Promise.all(all);
  const expected = Array.from({ length: NEWEST }, (_, index) => index + 1);
  assert.deepEqual(await versionsIn(name), expected);
  await connected(url, (connection) => assertSchema(connection));
});

Deno.test("schema that is not complete is refused to who only looks", async () => {
  const { url } = await server.createDatabase();
  await assert.rejects(
    connected(url, (connection) => assertSchema(connection)),
    /its schema is not complete; start a node on it once, which migrates it/,
  );
});

Deno.test("schema: a step that fails leaves everything as it was", async () => {
  const { url, name } = await server.createDatabase();
  await connected(url, (connection) => migrateSchema(connection));
  const broken = future(NEWEST, `${ADDITION}; SELECT 1 / 0`);
  await assert.rejects(connected(url, (connection) => migrateSchema(connection, broken)), /zero/);
  assert.equal((await versionsIn(name)).at(-1), NEWEST);
  await connected(url, (connection) => migrateSchema(connection, future(NEWEST)));
  assert.equal((await versionsIn(name)).at(-1), NEWEST + 1);
});

/** Submits, starts and ends a task on one node, with another one that depends on it. */
async function workOn(rig: SchedulerRig, id: string): Promise<void> {
  await rig.submit({ id }, { id: `${id}-next`, deps: [id] });
  for (const expected of [id, `${id}-next`]) {
    const { runs } = await rig.claim();
    assert.deepEqual(runs.map((run) => run.id), [expected]);
    await rig.report(...runs.map((run) => outcome(run)));
  }
}

Deno.test("schema: an older node goes on beside a newer one that has added to it", async () => {
  const cluster = await PostgresCluster.open({ server });
  await using rig = await SharedRig.open(cluster, [{}]);
  const older = rig.node(0);
  await workOn(older, "before");
  await connected(cluster.adminUrl, (connection) => migrateSchema(connection, future(NEWEST)));
  await workOn(older, "after");
  // An older one that starts only now is let in as well.
  const second = await rig.add();
  await workOn(second, "beside");
  const tasks = await rig.tasks("before-next", "after-next", "beside-next");
  assert.deepEqual(tasks.map(({ status }) => status), ["completed", "completed", "completed"]);
});

Deno.test("schema that an older program can't use is refused, with what to do", async () => {
  const { url } = await server.createDatabase();
  await connected(url, (connection) => migrateSchema(connection, future(NEWEST + 1)));
  const text = new RegExp(
    `^SchemaTooNewError: Cannot open PostgreSQL at .*: its schema is version ${NEWEST + 1}, made ` +
      `for dtask of schema ${
        NEWEST + 1
      } and later, and this one knows up to ${NEWEST}; start the ` +
      "newer dtask that wrote it, or restore a backup made before the upgrade",
  );
  await assert.rejects(openPostgresStore({ url }), text);
  await assert.rejects(connected(url, (connection) => assertSchema(connection)), text);
  // The bound is that of all steps, not of the last one alone.
  const later = [...future(NEWEST + 1), {
    version: NEWEST + 2,
    name: "harmless",
    sql: "SELECT 1",
    readableFrom: 1,
  }];
  await connected(url, (connection) => migrateSchema(connection, later));
  await assert.rejects(openPostgresStore({ url }), /made for dtask of schema/);
});

Deno.test("schema: a step that older nodes can't use waits until they are gone", async () => {
  const { url, name } = await server.createDatabase();
  await connected(url, (connection) => migrateSchema(connection));
  const cluster = openPostgresCluster({ url });
  try {
    await cluster.join({ id: "n-older", version: "1", definitions: [] });
    // However slow this machine is.
    await server.query("UPDATE nodes SET renewed_at = renewed_at + 3600000", { database: name });
    const upgrade = () =>
      connected(url, (connection) => migrateSchema(connection, future(NEWEST + 1)));
    await assert.rejects(
      upgrade(),
      /can't use, and node n-older is running; stop all nodes of the older version first/,
    );
    assert.equal((await versionsIn(name)).at(-1), NEWEST);
    await cluster.leave("n-older");
    await upgrade();
    assert.equal((await versionsIn(name)).at(-1), NEWEST + 1);
  } finally {
    await cluster.close();
  }
});
