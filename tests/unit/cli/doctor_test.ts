import assert from "node:assert/strict";
import { FAKE_NOW, FakeWorld, type FakeWorldOptions } from "./fake_world.ts";
import { healthyWorld, SECRET_PATH } from "./healthy_world.ts";

Deno.test("doctor prints a line for each check", async () => {
  const world = healthyWorld({
    ports: {
      checkDatabase: () => Promise.resolve({ kind: "ok", schemaVersion: 3, newestAt: FAKE_NOW }),
    },
  });
  const { code, out, err } = await world.run("doctor");
  assert.equal(
    out,
    "ok    config      every option and variable is valid\n" +
      "ok    runtime     Deno 2.9.3\n" +
      "ok    data        /home/user/data is writable\n" +
      "ok    disk        50 GiB of 100 GiB are free on the disk of /home/user/data\n" +
      "ok    secret      /home/user/data/secret is there and private\n" +
      "ok    database    opens, schema version 3\n" +
      "ok    clock       agrees with the newest record of the database\n" +
      "ok    http port   127.0.0.1:8080 is free\n" +
      "ok    grpc port   [::1]:50051 is free\n" +
      "ok    node        none runs at http://127.0.0.1:8080\n",
  );
  assert.equal(err, "");
  assert.equal(code, 0);
});

Deno.test("doctor makes nothing on a machine without a node", async () => {
  const world = new FakeWorld({
    ports: { fetch: () => Promise.reject(new TypeError("connection refused")) },
  });
  const { code, out } = await world.run("doctor", "--data", "new/folder");
  assert.equal(code, 0);
  assert.match(out, /data {8}\/home\/user\/new\/folder will be made/);
  assert.match(out, /secret {6}none yet/);
  assert.equal(world.files.files.size + world.files.folders.size, 0);
});

/** Things that are wrong, and the line that tells of each. */
const FAULTS: readonly (readonly [
  name: string,
  options: FakeWorldOptions,
  change: (world: FakeWorld) => void,
  told: RegExp,
])[] = [
  [
    "a wrong variable",
    { env: { DTASK_DRAIN_MS: "x" } },
    () => {},
    /FAIL {2}config {6}DTASK_DRAIN_MS \(--drain-ms\) takes/,
  ],
  [
    "a Deno that dies of gRPC",
    { ports: { denoVersion: "2.9.5" } },
    () => {},
    /FAIL {2}runtime {5}Deno 2\.9\.5 uses freed memory/,
  ],
  [
    "a read-only data folder",
    {},
    (world) => world.files.unreadable.add("/home/user/data"),
    /FAIL {2}data {8}\/home\/user\/data is not writable: Read-only file system; give its user/,
  ],
  [
    "a full disk",
    {},
    (world) => world.files.freeBytes = 0,
    /FAIL {2}disk {8}the disk of \/home\/user\/data is full \(0 MiB of 100 GiB are free\): .* free some/,
  ],
  [
    "a secret that can't be read",
    {},
    (world) => world.files.unreadable.add(SECRET_PATH),
    /FAIL {2}secret {6}Cannot read the secret .*: Permission denied; run as the user that owns it/,
  ],
  [
    "a record from the future",
    {
      ports: {
        checkDatabase: () =>
          Promise.resolve({ kind: "ok", schemaVersion: 3, newestAt: FAKE_NOW + 7_200_000 }),
      },
    },
    () => {},
    /FAIL {2}clock {7}the database has a record of 2026-11-21T22:00:00\.000Z, 2h 0m ahead of this/,
  ],
  [
    "a secret that is too short",
    {},
    (world) => world.files.files.set(SECRET_PATH, "short"),
    /FAIL {2}secret {6}The secret .* has 5 bytes/,
  ],
  [
    "a newer database",
    { ports: { checkDatabase: () => Promise.resolve({ kind: "failed", detail: "too new" }) } },
    () => {},
    /FAIL {2}database {4}too new/,
  ],
  [
    "a database check that throws",
    { ports: { checkDatabase: () => Promise.reject(new TypeError("odd")) } },
    () => {},
    /FAIL {2}database {4}TypeError: odd/,
  ],
  [
    "a port that something else has",
    { ports: { checkBind: () => Promise.resolve("in_use") } },
    () => {},
    /FAIL {2}http port {3}127\.0\.0\.1:8080 is taken by something else; stop that, or choose .*--http/,
  ],
];

for (const [name, options, change, told] of FAULTS) {
  Deno.test(`doctor fails for ${name}`, async () => {
    const world = healthyWorld(options);
    change(world);
    const { code, out, err } = await world.run("doctor");
    assert.equal(code, 1);
    assert.match(out, told);
    assert.match(err, /^dtask: \d of \d+ checks failed\n$/);
    const report = JSON.parse((await world.run("doctor", "--json")).out);
    assert.equal(report.ok, false);
  });
}

Deno.test("doctor warns of what works but should not stay so", async () => {
  const world = healthyWorld({
    ports: {
      denoVersion: "2.11.0",
      checkBind: ({ host }) => Promise.resolve(host === "::1" ? { failed: "no IPv6" } : "free"),
      checkDatabase: () =>
        Promise.resolve({ kind: "ok", schemaVersion: 3, newestAt: FAKE_NOW + 5_000 }),
    },
  });
  world.files.modes.set(SECRET_PATH, 0o644);
  world.files.freeBytes = 2 ** 30 - 1;
  const { code, out } = await world.run("doctor");
  assert.equal(code, 0);
  assert.match(out, /warn {2}runtime {5}gRPC is not proven on Deno 2\.11\.0/);
  assert.match(out, /warn {2}secret {6}.* has mode 0644/);
  assert.match(out, /warn {2}grpc port {3}\[::1\]:50051: no IPv6; a start takes 127\.0\.0\.1/);
  assert.match(out, /warn {2}disk {8}the disk of .* is filling up: 1,024 MiB of 100 GiB are free/);
  assert.match(out, /warn {2}clock {7}the database has a record of .*, 5\.0s ahead of this clock/);
  assert.match((await world.run("doctor", "--no-auth")).out, /warn {2}secret {6}none: everyone/);
});

Deno.test("doctor tries the disk where it may not know how much is free", async () => {
  const world = healthyWorld();
  world.files.freeBytes = null;
  const { code, out } = await world.run("doctor");
  assert.equal(code, 0);
  assert.match(
    out,
    /ok {4}disk {8}\/home\/user\/data takes a write; how much is free is not known/,
  );
});

Deno.test("doctor --deep reads all of the database", async () => {
  const sound = healthyWorld({
    ports: { inspectDatabase: () => Promise.resolve({ tasks: 1_234, live: 5 }) },
  });
  assert.doesNotMatch((await sound.run("doctor")).out, /contents/);
  const { code, out } = await sound.run("doctor", "--deep");
  assert.equal(code, 0);
  assert.match(out, /ok {4}contents {4}sound: 1,234 tasks, 5 of them to finish\n/);
  const torn = healthyWorld({
    ports: { inspectDatabase: () => Promise.reject(new Error('"d" is damaged: row 3')) },
  });
  const damaged = await torn.run("doctor", "--deep");
  assert.equal(damaged.code, 1);
  assert.match(damaged.out, /FAIL {2}contents {4}"d" is damaged: row 3; stop the node and restore/);
});

Deno.test("doctor looks at the database of the URL where one is given", async () => {
  const url = "postgres://u:hunter2@db/x";
  const looked: unknown[] = [];
  const world = healthyWorld({
    env: { DTASK_DATABASE_URL: url, DTASK_JWT_SECRET: "s".repeat(40) },
    ports: {
      checkDatabase: ({ databaseUrl }) => {
        looked.push(databaseUrl);
        return Promise.resolve({ kind: "risky", detail: "fsync is off" });
      },
      inspectDatabase: ({ databaseUrl }) => {
        looked.push(databaseUrl);
        return Promise.reject(new Error("PostgreSQL at db is damaged: 1 row"));
      },
    },
  });
  const { out, err } = await world.run("doctor", "--deep");
  assert.deepEqual(looked, [url, url]);
  assert.match(out, /warn {2}database {4}fsync is off/);
  assert.match(out, /FAIL {2}contents {4}PostgreSQL at db is damaged: 1 row; stop all nodes/);
  assert.doesNotMatch(out + err, /hunter2/);
});
