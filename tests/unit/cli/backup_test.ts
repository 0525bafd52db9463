import assert from "node:assert/strict";
import type { BackupRequest, RestoreRequest } from "../../../api/cli/mod.ts";
import { FAKE_NOW, FakeWorld } from "./fake_world.ts";

const FACTS = { bytes: 3 * 2 ** 20 + 1, schemaVersion: 4, tasks: 12_345, live: 67 } as const;

function worldWith({ movedAside = [] as readonly string[] } = {}) {
  const asked: (BackupRequest | RestoreRequest)[] = [];
  let now = FAKE_NOW;
  const world = new FakeWorld({
    env: { DTASK_DATA: "node-data" },
    ports: {
      now: () => now,
      backup: (request) => {
        asked.push(request);
        now += 1_500;
        return Promise.resolve(FACTS);
      },
      restore: (request) => {
        asked.push(request);
        now += 500;
        return Promise.resolve({ ...FACTS, database: `${request.dataDir}/dtask.db`, movedAside });
      },
    },
  });
  return { world, asked };
}

Deno.test("backup copies the database of the data folder and says what it holds", async () => {
  const { world, asked } = worldWith();
  const { code, out } = await world.run("backup", "b.db");
  assert.deepEqual(asked, [{
    dataDir: "/home/user/node-data",
    file: "/home/user/b.db",
    force: false,
  }]);
  assert.equal(
    out,
    "/home/user/b.db: 12,345 tasks (67 to finish), 3 MiB, schema version 4, checked, in 1.5s\n",
  );
  assert.equal(code, 0);
});

Deno.test("backup --json prints one object", async () => {
  const { world, asked } = worldWith();
  const { out } = await world.run("backup", "/b.db", "--data", "/d", "--force", "--json");
  assert.deepEqual(asked, [{ dataDir: "/d", file: "/b.db", force: true }]);
  assert.deepEqual(JSON.parse(out), { file: "/b.db", ...FACTS, seconds: 1.5 });
});

Deno.test("backup that fails says why and answers 1", async () => {
  const world = new FakeWorld({
    ports: { backup: () => Promise.reject(new Error('Cannot write the backup "b": no space')) },
  });
  const { code, out, err } = await world.run("backup", "b");
  assert.deepEqual([code, out, err], [1, "", 'dtask: Cannot write the backup "b": no space\n']);
  assert.equal((await world.run("backup")).code, 2);
});

Deno.test("restore puts a backup into the data folder and names what it moved aside", async () => {
  const { world, asked } = worldWith({ movedAside: ["/d/dtask.db.replaced-1"] });
  const { code, out } = await world.run("restore", "b.db", "--data", "/d", "--force");
  assert.deepEqual(asked, [{ dataDir: "/d", file: "/home/user/b.db", force: true, now: FAKE_NOW }]);
  assert.equal(
    out,
    "/d/dtask.db: 12,345 tasks (67 to finish), 3 MiB, schema version 4, checked, in 500ms\n" +
      "the former database is kept as /d/dtask.db.replaced-1\n",
  );
  assert.equal(code, 0);
});

Deno.test("restore --json prints one object", async () => {
  const { world } = worldWith();
  const { out } = await world.run("restore", "b.db", "--data", "/d", "--json");
  assert.deepEqual(JSON.parse(out), {
    ...FACTS,
    database: "/d/dtask.db",
    movedAside: [],
    seconds: 0.5,
  });
});

Deno.test("backup and restore refuse to take a folder's database for the shared one", async () => {
  const world = new FakeWorld({ env: { DTASK_DATABASE_URL: "postgres://db/x" } });
  for (const command of ["backup", "restore"]) {
    const { code, err } = await world.run(command, "file.db");
    assert.equal(code, 2);
    assert.match(err, /names a shared one: use pg_dump/);
    assert.equal((await world.run(command, "file.db", "--data", "d")).code, 1, "tried");
  }
});
