import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  SchemaTooNewError,
  type Store,
  StoreBrokenError,
  StoreFullError,
} from "../../../actors/storage/port.ts";
import { checkSqlite } from "../../../actors/storage/sqlite/check.ts";
import {
  databaseFile,
  openSqliteReader,
  openSqliteStore,
} from "../../../actors/storage/sqlite/mod.ts";
import { blockedTask, complete, insert, newTask, T0 } from "../../conformance/store_fixture.ts";
import { mountSmallDisk } from "../../support/small_disk.ts";
import { checkIntegrity, countStoredRows } from "../../support/stored_rows.ts";
import { testOrSkip } from "../../support/test_or_skip.ts";

async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "dtask-sqlite-" });
  try {
    await work(`${parent}/data`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

async function setUp(dataDir: string, change: string): Promise<void> {
  await (await openSqliteStore({ dataDir })).close();
  const database = new DatabaseSync(databaseFile(dataDir));
  database.exec(change);
  database.close();
}

Deno.test("sqlite_store makes the folder for its owner alone", () =>
  withFolder(async (dataDir) => {
    const store = await openSqliteStore({ dataDir });
    assert.equal(((await Deno.stat(dataDir)).mode ?? 0) & 0o777, 0o700);
    await store.close();
  }));

Deno.test("sqlite_store refuses a newer schema and says what to do", () =>
  withFolder(async (dataDir) => {
    await setUp(dataDir, "PRAGMA user_version = 1000");
    for (const open of [openSqliteStore, openSqliteReader]) {
      await assert.rejects(open({ dataDir }), (error) => {
        assert.ok(error instanceof SchemaTooNewError);
        assert.match(error.message, /version 1000.*start the newer dtask/);
        return true;
      });
    }
    assert.equal((await checkSqlite(dataDir)).kind, "failed");
  }));

Deno.test("sqlite_store frees the folder when it cannot open", () =>
  withFolder(async (dataDir) => {
    await (await openSqliteStore({ dataDir })).close();
    const database = new DatabaseSync(databaseFile(dataDir));
    const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
    database.exec("PRAGMA user_version = 1000");
    await assert.rejects(openSqliteStore({ dataDir }), SchemaTooNewError);
    database.exec(`PRAGMA user_version = ${version}`);
    database.close();
    await (await openSqliteStore({ dataDir })).close();
  }));

Deno.test("sqlite_store says what a file is that is no database", () =>
  withFolder(async (dataDir) => {
    await Deno.mkdir(dataDir);
    await Deno.writeTextFile(databaseFile(dataDir), "no database, but long enough ".repeat(100));
    await assert.rejects(openSqliteStore({ dataDir }), (error) => {
      assert.ok(error instanceof StoreBrokenError);
      assert.ok(error.message.includes(databaseFile(dataDir)), error.message);
      assert.match(error.message, /file is not a database; restore a backup/);
      return true;
    });
  }));

Deno.test("sqlite_reader says so where nothing was ever written", () =>
  withFolder(async (dataDir) => {
    await assert.rejects(openSqliteReader({ dataDir }));
    await Deno.mkdir(dataDir);
    await assert.rejects(openSqliteReader({ dataDir }));
    assert.deepEqual([...Deno.readDirSync(dataDir)], []);
    assert.deepEqual(await checkSqlite(dataDir), { kind: "absent" });
  }));

Deno.test("sqlite_store leaves no row behind of deleted tasks", () =>
  withFolder(async (dataDir) => {
    const store = await openSqliteStore({ dataDir });
    const parent = newTask(1, { workflowId: "w", workflowNum: 1 });
    await store.write(async (tx) => {
      await tx.insertWorkflows([{
        id: "w",
        num: 1,
        name: null,
        status: "running",
        contentHash: "h",
        createdAt: T0,
        finishedAt: null,
      }]);
      await tx.insertTasks([parent, blockedTask(2, [parent], { error: null })]);
    });
    await complete(store, [1]);
    await store.write((tx) => tx.deleteTasks([2]));
    await store.write((tx) => tx.deleteTasks([1]));
    const { counters, tombstones, depths, ...rows } = countStoredRows(dataDir);
    assert.deepEqual([counters, tombstones], [1, 2]);
    assert.ok(depths !== undefined);
    assert.deepEqual(Object.values(rows).filter((count) => count > 0), []);
    await store.close();
  }));

Deno.test("sqlite_store lets expired idempotency keys go by the clock it was given", () =>
  withFolder(async (dataDir) => {
    let now = 1_000;
    const store = await openSqliteStore({ dataDir, now: () => now });
    const keep = (key: string, expiresAt: number) =>
      store.write((tx) =>
        tx.insertIdempotencyKeys([{ key, contentHash: "h", id: key, expiresAt }])
      );
    for (let n = 0; n < 10; n++) await keep(`old-${n}`, 2_000);
    assert.equal(countStoredRows(dataDir)["idempotency"], 10);
    now = 2_000;
    await keep("new", 3_000);
    assert.equal(countStoredRows(dataDir)["idempotency"], 1);
    await store.close();
  }));

const disk = await mountSmallDisk(4);

/** Writes tasks with args of 32 KiB until one is refused; answers the refusal. */
async function writeUntilRefused(store: Store, written: number[]): Promise<unknown> {
  const args = JSON.stringify(["x".repeat(32 << 10)]);
  for (let num = (written.at(-1) ?? 0) + 1; num < 10_000; num++) {
    try {
      await insert(store, newTask(num, { args }));
      written.push(num);
    } catch (error) {
      return error;
    }
  }
  throw new Error("the disk never filled up");
}

testOrSkip({
  name: "sqlite_store answers a full disk with StoreFullError and goes on when there is room",
  skip: typeof disk === "string" ? disk : null,
  async fn() {
    if (typeof disk === "string") throw new Error(disk);
    await using small = disk;
    const dataDir = `${small.folder}/data`;
    const store = await openSqliteStore({ dataDir });
    const reader = await openSqliteReader({ dataDir });
    const written: number[] = [];
    for (let round = 0; round < 3; round++) {
      await insert(store, newTask(10_000 + round));
      await small.fill();
      for (let again = 0; again < 3; again++) {
        const refusal = await writeUntilRefused(store, written);
        assert.ok(refusal instanceof StoreFullError, String(refusal));
      }
      const ids = written.map((num) => `task-${num}`);
      assert.ok((await reader.getTasks(ids)).every((task) => task !== null));
      await small.clear();
    }
    const num = (written.at(-1) ?? 0) + 1;
    await insert(store, newTask(num));
    assert.equal((await reader.queueDepths())[0]?.count, written.length + 4);
    await reader.close();
    await store.close();
    assert.equal(checkIntegrity(dataDir), "ok");
  },
});
