import assert from "node:assert/strict";
import { join } from "node:path";
import init from "../../../actors/storage/migrations/0001_init.sql" with { type: "text" };
import { inspectDatabase } from "../../../actors/storage/sqlite/database_check.ts";
import {
  backupSqlite,
  databaseFile,
  lockDataFolder,
  openSqliteStore,
  restoreSqlite,
} from "../../../actors/storage/sqlite/mod.ts";
import { mountSmallDisk } from "../../support/small_disk.ts";
import { testOrSkip } from "../../support/test_or_skip.ts";
import { LIVELY, makeLivelyFolder, tamper } from "../../support/lively_folder.ts";

const NOW = Date.parse("2026-11-21T20:15:42.123Z");
const STAMP = "20261121T201542Z";
const disk = await mountSmallDisk(1);

/** A folder with a backup of a lively store in it. */
async function makeBackup() {
  const folder = await makeLivelyFolder();
  const target = await Deno.makeTempDir({ prefix: "dtask-backup-" });
  const file = join(target, "b.db");
  const report = await backupSqlite({ dataDir: folder.dataDir, file, force: false });
  return {
    report,
    source: folder.dataDir,
    target,
    file,
    dataDir: join(target, "data"),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await Deno.remove(target, { recursive: true });
    },
  };
}

Deno.test("backup holds everything, is private, and is one file", async () => {
  await using made = await makeBackup();
  const { size, mode } = await Deno.stat(made.file);
  const { tasks, live, bytes, file } = made.report;
  assert.deepEqual({ tasks, live, bytes, file }, { ...LIVELY, bytes: size, file: made.file });
  assert.equal((mode ?? 0) & 0o777, 0o600);
  assert.deepEqual(namesIn(made.target), ["b.db"]);
});

Deno.test("backup goes on while a writer has the database", async () => {
  await using made = await makeBackup();
  const store = await openSqliteStore({ dataDir: made.source });
  try {
    await store.write(async (tx) => {
      await tx.saveQueue({ ...QUEUE, name: "uncommitted" });
      await backupSqlite({ dataDir: made.source, file: made.file, force: true });
    });
  } finally {
    await store.close();
  }
  await restoreSqlite({ file: made.file, dataDir: made.dataDir, force: false, now: NOW });
  assert.deepEqual(await queuesOf(made.dataDir), []);
  assert.deepEqual(await queuesOf(made.source), ["uncommitted"]);
});

Deno.test("backup holds what a killed node had committed and not yet moved out of its log", async () => {
  await using folder = await makeLivelyFolder();
  const killed = await Deno.makeTempDir({ prefix: "dtask-backup-" });
  const store = await openSqliteStore({ dataDir: folder.dataDir });
  await store.write((tx) => tx.saveQueue({ ...QUEUE, name: "in the log" }));
  for (const name of ["dtask.db", "dtask.db-wal"]) {
    await Deno.copyFile(join(folder.dataDir, name), join(killed, name));
  }
  await store.close();
  const file = join(killed, "b.db");
  await backupSqlite({ dataDir: killed, file, force: false });
  const dataDir = join(killed, "data");
  await restoreSqlite({ file, dataDir, force: false, now: NOW });
  assert.deepEqual(await queuesOf(dataDir), ["in the log"]);
  await Deno.remove(killed, { recursive: true });
});

Deno.test("backup replaces a file only when forced, and none of the data folder", async () => {
  await using made = await makeBackup();
  const from = { dataDir: made.source, file: made.file };
  await assert.rejects(backupSqlite({ ...from, force: false }), /replace it with --force/);
  await backupSqlite({ ...from, force: true });
  for (const file of [databaseFile(made.source), join(made.source, "lock")]) {
    const own = { dataDir: made.source, file, force: true };
    await assert.rejects(backupSqlite(own), /that is a file of the data folder/);
  }
  const folder = { dataDir: made.source, file: made.target, force: true };
  await assert.rejects(backupSqlite(folder), /that is no file/);
});

Deno.test("backup takes over what a killed one left, and leaves a running one alone", async () => {
  await using made = await makeBackup();
  const partial = `${made.file}.partial`;
  await Deno.writeTextFile(partial, "half of ");
  const from = { dataDir: made.source, file: made.file, force: true };
  await backupSqlite(from);
  assert.deepEqual(namesIn(made.target), ["b.db"]);
  using other = await Deno.open(partial, { write: true, create: true });
  await other.lock(true);
  await assert.rejects(backupSqlite(from), /another process is writing ".*b\.db\.partial"/);
  assert.deepEqual(namesIn(made.target), ["b.db", "b.db.partial"]);
});

Deno.test("backup of a folder without a database says so", async () => {
  const dataDir = await Deno.makeTempDir();
  const from = { dataDir, file: join(dataDir, "b.db"), force: false };
  await assert.rejects(backupSqlite(from), /there is no database in it; name the node's folder/);
  await Deno.remove(dataDir);
});

Deno.test("backup of a damaged store fails and leaves no file", async () => {
  await using made = await makeBackup();
  tamper(databaseFile(made.source), "UPDATE depths SET count = count + 1");
  const file = join(made.target, "second.db");
  await assert.rejects(
    backupSqlite({ dataDir: made.source, file, force: false }),
    /Cannot write the backup ".*second\.db": what was copied is damaged \(8 counters of queues/,
  );
  assert.deepEqual(namesIn(made.target), ["b.db"]);
});

testOrSkip({
  name: "backup onto a full disk leaves no file and names the disk",
  skip: typeof disk === "string" ? `no small file system can be mounted: ${disk}` : null,
  fn: async () => {
    assert.ok(typeof disk !== "string");
    await using _mounted = disk;
    await using folder = await makeLivelyFolder();
    await disk.fill();
    const file = join(disk.folder, "b.db");
    await assert.rejects(
      backupSqlite({ dataDir: folder.dataDir, file, force: false }),
      /Cannot write the backup ".*b\.db": .*no space is left on its disk/,
    );
    assert.deepEqual(namesIn(disk.folder), ["filler"]);
  },
});

Deno.test("restore makes a private database in a new folder, which a store opens", async () => {
  await using made = await makeBackup();
  const { dataDir, file } = made;
  const report = await restoreSqlite({ file, dataDir, force: false, now: NOW });
  const { tasks, live, movedAside, database } = report;
  assert.deepEqual({ tasks, live, movedAside }, { ...LIVELY, movedAside: [] });
  assert.equal(((await Deno.stat(database)).mode ?? 0) & 0o777, 0o600);
  await (await openSqliteStore({ dataDir })).close();
});

Deno.test("restore takes a backup of the first schema, which the next start migrates", async () => {
  const target = await Deno.makeTempDir({ prefix: "dtask-backup-" });
  const [file, dataDir] = [join(target, "old.db"), join(target, "data")];
  tamper(file, `${init}; PRAGMA user_version = 1`);
  const { schemaVersion } = await restoreSqlite({ file, dataDir, force: false, now: NOW });
  assert.equal(schemaVersion, 1);
  await (await openSqliteStore({ dataDir })).close();
  assert.ok(inspectDatabase(databaseFile(dataDir)).schemaVersion > 1);
  await Deno.remove(target, { recursive: true });
});

Deno.test("restore refuses a folder that a node has", async () => {
  await using made = await makeBackup();
  const lock = await lockDataFolder(made.dataDir);
  try {
    await assert.rejects(
      restoreSqlite({ file: made.file, dataDir: made.dataDir, force: true, now: NOW }),
      new RegExp(`process ${Deno.pid} is using it`),
    );
  } finally {
    lock.release();
  }
});

Deno.test("restore moves a database with its log aside when forced, and keeps the rest", async () => {
  await using made = await makeBackup();
  const { dataDir, file } = made;
  await Deno.mkdir(dataDir);
  const names = ["dtask.db", "dtask.db-wal", "dtask.db-shm", "secret"];
  for (const name of names) await Deno.writeTextFile(join(dataDir, name), `old ${name}`);
  await assert.rejects(
    restoreSqlite({ file, dataDir, force: false, now: NOW }),
    /it has a database; choose another folder with --data, or have that one moved aside/,
  );
  assert.equal(await Deno.readTextFile(join(dataDir, "dtask.db")), "old dtask.db");
  const { movedAside } = await restoreSqlite({ file, dataDir, force: true, now: NOW });
  const aside = join(dataDir, `dtask.db.replaced-${STAMP}`);
  assert.deepEqual(movedAside, [aside, `${aside}-wal`]);
  assert.equal(await Deno.readTextFile(`${aside}-wal`), "old dtask.db-wal");
  assert.equal(await Deno.readTextFile(join(dataDir, "secret")), "old secret");
  assert.deepEqual(
    namesIn(dataDir).filter((name) => !name.startsWith("lock")),
    ["dtask.db", `dtask.db.replaced-${STAMP}`, `dtask.db.replaced-${STAMP}-wal`, "secret"],
  );
});

Deno.test("restore refuses what it cannot use, and changes nothing", async () => {
  await using made = await makeBackup();
  const { dataDir, target } = made;
  const refused = async (name: string, told: RegExp) => {
    const file = join(target, name);
    await assert.rejects(restoreSqlite({ file, dataDir, force: false, now: NOW }), told);
  };
  await Deno.writeTextFile(join(target, "text"), "no database at all, but long enough for one");
  await Deno.copyFile(made.file, join(target, "newer"));
  tamper(join(target, "newer"), "PRAGMA user_version = 1000");
  await Deno.copyFile(made.file, join(target, "torn"));
  await Deno.truncate(join(target, "torn"), 40_000);
  await Deno.copyFile(made.file, join(target, "lying"));
  tamper(join(target, "lying"), "DELETE FROM task_inputs");
  await refused("absent", /Cannot restore ".*absent": there is no such file/);
  await refused("text", /Cannot restore ".*text": .*file is not a database/);
  await refused("newer", /its schema is version 1000 and this dtask knows up to \d+/);
  await refused("torn", /Cannot restore ".*torn": /);
  await refused("lying", /is damaged: 8 tasks without their input/);
  await assert.rejects(Deno.stat(dataDir), Deno.errors.NotFound);
});

const QUEUE = {
  concurrency: null,
  rateLimit: null,
  weight: 1,
  keyConcurrency: null,
  paused: false,
} as const;

async function queuesOf(dataDir: string): Promise<readonly string[]> {
  const store = await openSqliteStore({ dataDir });
  try {
    return (await store.write((tx) => tx.loadQueues())).map(({ name }) => name);
  } finally {
    await store.close();
  }
}

function namesIn(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}
