import assert from "node:assert/strict";
import type { CliPorts } from "../../../api/cli/mod.ts";
import { FakeNode, json, problem } from "./fake_node.ts";
import { FAKE_NOW, FakeWorld, type FakeWorldOptions } from "./fake_world.ts";

const SECRET_PATH = "/home/user/data/secret";

/** A machine on which everything is in order and nothing runs. */
function healthyWorld({ ports, ...options }: FakeWorldOptions = {}): FakeWorld {
  const noNode: CliPorts["fetch"] = () => Promise.reject(new TypeError("connection refused"));
  const world = new FakeWorld({ ...options, ports: { fetch: noNode, ...ports } });
  world.files.folders.add("/home/user/data");
  world.files.files.set(SECRET_PATH, "s".repeat(40));
  world.files.modes.set(SECRET_PATH, 0o600);
  return world;
}

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

Deno.test("doctor asks a running node how it is", async () => {
  let ready = true;
  await using node = new FakeNode({
    "GET /readyz": () =>
      ready
        ? json({ status: "ready", reasons: [] })
        : json({ status: "not_ready", reasons: ["the disk is full"] }, 503),
  });
  const world = healthyWorld({
    ports: {
      fetch: globalThis.fetch,
      now: Date.now,
      checkBind: () => Promise.resolve("in_use"),
    },
  });
  const words = ["doctor", "--http", `127.0.0.1:${node.port}`];
  const healthy = await world.run(...words);
  assert.equal(healthy.code, 0, healthy.out);
  assert.match(healthy.out, /ok {4}node {8}.* is ready/);
  assert.match(healthy.out, /ok {4}http port {3}.* is taken by the node that runs/);
  ready = false;
  const ill = await world.run(...words);
  assert.equal(ill.code, 1);
  assert.match(ill.out, /FAIL {2}node {8}.* is not ready: the disk is full/);
});

Deno.test("doctor notices another program on the node's port", async () => {
  await using other = new FakeNode({ "GET /readyz": () => problem(404, { detail: "what?" }) });
  const world = healthyWorld({
    ports: { fetch: globalThis.fetch, checkBind: () => Promise.resolve("in_use") },
  });
  const { code, out } = await world.run("doctor", "--http", `127.0.0.1:${other.port}`);
  assert.equal(code, 1);
  assert.match(out, /FAIL {2}node {8}.* is answered by something else: what\?/);
});

Deno.test("doctor asks the node that left its address in the data folder", async () => {
  const world = healthyWorld();
  const file = { pid: 7, http: "http://127.0.0.1:9", grpc: "127.0.0.1:8", startedAt: "" };
  world.files.files.set("/home/user/data/node.json", JSON.stringify(file));
  const killed = await world.run("doctor");
  assert.equal(killed.code, 0);
  assert.match(killed.out, /warn {2}node {8}nothing answers at .*:9, where process 7 ran/);

  await using node = new FakeNode({ "GET /readyz": () => json({ status: "ready" }) });
  const running = healthyWorld({
    ports: { fetch: globalThis.fetch, checkBind: () => Promise.resolve("in_use") },
  });
  running.files.files.set(
    "/home/user/data/node.json",
    JSON.stringify({ ...file, http: node.url, grpc: "[::1]:50051" }),
  );
  const { out } = await running.run("doctor");
  assert.match(out, new RegExp(`ok {4}node {8}${node.url} is ready`));
  assert.match(out, /ok {4}grpc port {3}\[::1\]:50051 is taken by the node that runs/);
  assert.match(out, /FAIL {2}http port {3}127\.0\.0\.1:8080 is taken by something else/);
});

/** A healthy world in which `node` runs. */
function worldBeside(node: FakeNode): FakeWorld {
  const world = healthyWorld({
    ports: { fetch: globalThis.fetch },
  });
  const file = { pid: 7, http: node.url, grpc: "[::1]:50051", startedAt: "" };
  world.files.files.set("/home/user/data/node.json", JSON.stringify(file));
  return world;
}

/** The answer of a node whose clock reads `date`. */
function systemAt(date: number, system: unknown = {}, status = 200): Response {
  const headers = { date: new Date(date).toUTCString() };
  return Response.json(system, { status, headers });
}

const READY = { "GET /readyz": () => json({ status: "ready" }) };

Deno.test("doctor finds that a running node has another secret", async () => {
  await using node = new FakeNode({
    ...READY,
    "GET /api/system": () => systemAt(FAKE_NOW, {}, 401),
  });
  const { code, out } = await worldBeside(node).run("doctor");
  assert.equal(code, 1);
  assert.match(
    out,
    /FAIL {2}secret {6}the node at .* refuses tokens signed with \/home\/user\/data\/secret: it runs/,
  );
  const [asked] = node.seenOf("GET", "/api/system");
  assert.match(asked?.headers.get("authorization") ?? "", /^Bearer /);
  const open = await worldBeside(node).run("doctor", "--no-auth");
  assert.match(open.out, /warn {2}secret {6}the node at .* asks for tokens/);
});

Deno.test("doctor compares its clock with that of a running node", async () => {
  let date = FAKE_NOW;
  await using node = new FakeNode({ ...READY, "GET /api/system": () => systemAt(date) });
  const world = worldBeside(node);
  assert.match((await world.run("doctor")).out, /ok {4}clock {7}agrees with the node's clock\n/);
  date = FAKE_NOW - 10_000;
  const behind = await world.run("doctor");
  assert.match(behind.out, /warn {2}clock {7}the node's clock is 9\.0s behind this one: check its/);
  date = FAKE_NOW + 600_000;
  const ahead = await world.run("doctor");
  assert.equal(ahead.code, 1);
  assert.match(ahead.out, /FAIL {2}clock {7}the node's clock is 10m 00s ahead of this one/);
});

Deno.test("doctor tells of steps of the clock that a running node saw", async () => {
  const lastClockStep = { at: "2026-11-21T19:00:00.000Z", byMs: -3_600_000 };
  await using node = new FakeNode({
    ...READY,
    "GET /api/system": () => systemAt(FAKE_NOW, { clockSteps: 2, lastClockStep }),
  });
  const { code, out } = await worldBeside(node).run("doctor");
  assert.equal(code, 0);
  assert.match(
    out,
    /warn {2}clock {7}the node saw the clock jump 2 times since its start, last by -1h 0m at 2026-11-21T19/,
  );
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
