import assert from "node:assert/strict";
import { MOVED_TABLES, type MovedTable } from "../../../actors/storage/moving/moved_table.ts";
import { migrateToPostgres } from "../../../actors/storage/moving/mod.ts";
import { makeFullFolder } from "../../support/full_folder.ts";
import { migrateUntil, migrateUnverified, SMALL } from "../../support/moving.ts";
import {
  type PostgresServer,
  startPostgres,
  type TestDatabase,
} from "../../support/postgres_server.ts";
import { startProxy } from "../../support/tcp_proxy.ts";
import { countStoredRows } from "../../support/stored_rows.ts";

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

const BOOKKEEPING = [
  "dtask_schema",
  "moving",
  "moving_tables",
  "nodes",
  "node_reports",
  "leadership",
  "stamp_base",
  "commit_marks",
];

/** Numbers that were given, and what SQLite derives from its tasks. */
const SQLITE_ALONE = ["counters", "ready_keys", "ready_behind"];

/** The columns of a database's tables, by table, but for those that number rows by themselves. */
async function columnsIn({ name }: TestDatabase): Promise<Map<string, string[]>> {
  const rows = await server.query(
    "SELECT table_name AS table, column_name AS column FROM information_schema.columns " +
      "WHERE table_schema = 'public' AND table_name NOT IN ('tasks_live', 'tasks_ended') " +
      "AND is_identity = 'NO'",
    { database: name },
  );
  const columns = new Map<string, string[]>();
  for (const { table, column } of rows) {
    columns.set(String(table), [...columns.get(String(table)) ?? [], String(column)]);
  }
  return columns;
}

Deno.test("migration knows every table and column of both schemas", async () => {
  const database = await server.createDatabase();
  await migrateToPostgres({ from, to: database.url });
  const columns = await columnsIn(database);
  for (const { name, keys, columns: others } of MOVED_TABLES) {
    const known = [...keys, ...others].map((column) => column.name);
    assert.deepEqual(known.toSorted(), columns.get(name)?.toSorted(), name);
    columns.delete(name);
  }
  // `tombstone_horizon` and the sequences come from SQLite's `counters`.
  const rest = [...columns.keys()].filter((table) => !BOOKKEEPING.includes(table));
  assert.deepEqual(rest, ["tombstone_horizon"]);
  const tables = Object.keys(countStoredRows(from)).filter((table) =>
    !SQLITE_ALONE.includes(table)
  );
  assert.deepEqual(tables.toSorted(), MOVED_TABLES.map(({ name }) => name).toSorted());
});

Deno.test("migration moves every row, and says how many there are of each kind", async () => {
  const { url, name: database } = await server.createDatabase();
  const stored = countStoredRows(from);
  const report = await migrateToPostgres({ from, to: url });
  assert.deepEqual([report.kind, report.tasks], ["moved", stored["tasks"]]);
  for (const { table, rows } of report.tables) {
    assert.ok(rows > 0, `${table} is empty, which proves nothing`);
    const [found] = await server.query(`SELECT count(*)::integer AS rows FROM ${table}`, {
      database,
    });
    assert.equal(found?.["rows"], rows, table);
    // Those have a row a status there, and a column a status here.
    const isPivoted = ["depths", "workflow_counts"].includes(table);
    if (!isPivoted) assert.equal(rows, stored[table], table);
  }
});

Deno.test("migration that is stopped at every point goes on from there", async () => {
  const [whole, halting] = [await server.createDatabase(), await server.createDatabase()];
  const expected = await migrateToPostgres({ from, to: whole.url });
  const sides = { from, to: halting.url };
  for (let stops = 0;; stops++) {
    // Each time one batch is written: the second progress of a table that is not yet whole.
    let told = 0;
    const report = await migrateUntil(sides, ({ step, rows, total }) => {
      if (step === "copy" && rows < total) told += 1;
      return step === "copy" && told >= 2;
    });
    if (report === null) continue;
    assert.ok(stops > 20, `it was stopped ${stops} times only`);
    assert.deepEqual([report.kind, report.tables], ["resumed", expected.tables]);
    return;
  }
});

Deno.test("migration that lost its connection goes on from there", async () => {
  const { url } = await server.createDatabase();
  await using proxy = await startProxy(server.port);
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  let cutting: Promise<unknown> | null = null;
  const onProgress = ({ rows }: { readonly rows: number }) => {
    if (rows >= 6) cutting ??= proxy.become("cut");
  };
  const cut = migrateToPostgres({ from, to: proxied.href, onProgress, limits: SMALL });
  await assert.rejects(
    cut,
    /^Error: Cannot reach PostgreSQL at .*; run the same command again, and/,
  );
  await cutting;
  assert.equal((await migrateToPostgres({ from, to: url })).kind, "resumed");
});

Deno.test("migration that has ended changes nothing when it is called again", async () => {
  const { url, name: database } = await server.createDatabase();
  const first = await migrateToPostgres({ from, to: url });
  await server.query("DELETE FROM logs", { database });
  const again = await migrateToPostgres({ from, to: url, restart: true });
  assert.deepEqual(again, { ...first, kind: "already" });
  const [row] = await server.query("SELECT count(*)::integer AS lines FROM logs", { database });
  assert.equal(row?.["lines"], 0);
});

/** A change of one cell in one row, past everything. */
const CHANGES: Readonly<Record<string, string>> = {
  tasks: "started_at = coalesce(started_at, 0) + 1",
  task_inputs: `labels = ARRAY['["a","b"]']`,
  task_outcomes: "result = '0'",
  edges: "child = child + 1000",
  runs: "executor = 'another'",
  logs: "at = at - 1",
  workflows: "name = 'another'",
  workflow_counts: "completed = completed + 1",
  depths: "running = running - 1",
  dead_letter_counts: "count = count + 1",
  queues: "weight = weight + 1",
  queue_rates: "tokens = tokens + 0.125",
  idempotency: "content_hash = 'another'",
  schedules: "spec = spec || ' '",
  schedule_ticks: "decided_at = decided_at + 1",
  traffic: "submitted = submitted + 1",
  tombstones: "id = 'another'",
};

/** One row of a table that has no row yet. */
const firstRow = ({ name, keys }: MovedTable) => {
  const key = keys.map((column) => column.name).join(", ");
  return `(${key}) = (SELECT ${key} FROM ${name} ORDER BY ${key} LIMIT 1)`;
};

const PLANTED = {
  "a changed cell": (table: MovedTable) =>
    `UPDATE ${table.name} SET ${CHANGES[table.name]} WHERE ${firstRow(table)}`,
  "a missing row": (table: MovedTable) => `DELETE FROM ${table.name} WHERE ${firstRow(table)}`,
  "a row too many": (table: MovedTable) => {
    const [first, ...rest] = [...table.keys, ...table.columns];
    const key = table.keys.at(-1)?.name;
    const columns = [first, ...rest].map((column) => column?.name);
    const values = columns.map((column) => {
      if (column === "id") return "'another'";
      if (column !== key) return column;
      return table.keys.at(-1)?.type === "text" ? `${column} || 'x'` : `${column} + 100000`;
    });
    return `INSERT INTO ${table.name} (${columns.join(", ")}) ` +
      `SELECT ${values.join(", ")} FROM ${table.name} WHERE ${firstRow(table)}`;
  },
} as const;

for (const [what, statement] of Object.entries(PLANTED)) {
  Deno.test(`migration finds ${what} in every table, and lets no node in`, async () => {
    const { url, name: database } = await server.createDatabase();
    await migrateUnverified({ from, to: url });
    for (const table of MOVED_TABLES) await server.query(statement(table), { database });
    const error = await migrateToPostgres({ from, to: url }).catch((error: Error) => error);
    assert.ok(error instanceof Error);
    assert.match(error.message, /^Cannot finish the migration: .* begin anew with --restart/);
    for (const { name } of MOVED_TABLES) {
      assert.match(
        error.message,
        new RegExp(`[ ,]${name} \\(\\d+ rows for \\d+, first at \\[.+?\\]`),
      );
    }
    const [moving] = await server.query("SELECT finished_at FROM moving", { database });
    assert.equal(moving?.["finished_at"], null);
    assert.equal((await migrateToPostgres({ from, to: url, restart: true })).kind, "moved");
  });
}
