import assert from "node:assert/strict";
import type { NodeConfig } from "../../../actors/config.ts";
import { FakeWorld } from "./fake_world.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

/** The configuration of a start with these words and variables. */
async function configOf(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<NodeConfig> {
  const world = new FakeWorld({ env: { DTASK_JWT_SECRET: SECRET, ...env } });
  world.files.files.set("/home/user/t", "");
  world.files.files.set("/c.pem", "-----BEGIN CERTIFICATE-----\n");
  world.files.files.set("/k.pem", "-----BEGIN EC PRIVATE KEY-----\n");
  await world.run("start", ...words);
  return world.config;
}

Deno.test("node options have the documented defaults", async () => {
  assert.deepEqual(await configOf([]), {
    http: { host: "127.0.0.1", port: 8080 },
    grpc: { host: "::1", port: 50051, asked: false },
    dataDir: "/home/user/data",
    databaseUrl: null,
    auth: { kind: "secret", secret: SECRET, issuer: null, audience: null },
    executors: 4,
    concurrency: 100,
    tasks: null,
    tls: null,
    drainMs: 10_000,
    logFormat: "pretty",
    logLevel: "info",
    allowTaskPermissions: false,
    allowShell: false,
    httpAllow: [],
    syncWaitMs: 60_000,
    asyncWaitMs: 1_000,
    resultCacheBytes: 64 * 1024 * 1024,
    retention: {
      completedMs: 604_800_000,
      cancelledMs: 604_800_000,
      skippedMs: 604_800_000,
      failedMs: 2_592_000_000,
    },
    rateLimit: null,
    enableFaults: false,
  });
});

/** Each option with a value, its twin variable, and what they make of the configuration. */
const OPTIONS: readonly (readonly [
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  part: Partial<NodeConfig>,
])[] = [
  [["--addr", "127.0.0.1:9"], { DTASK_ADDR: "127.0.0.1:9" }, {
    grpc: { host: "127.0.0.1", port: 9, asked: true },
  }],
  [["-a", "[::1]:9"], { DTASK_ADDR: "[::1]:9" }, { grpc: { host: "::1", port: 9, asked: true } }],
  [["--no-grpc"], { DTASK_NO_GRPC: "1" }, { grpc: null }],
  [["--http", "localhost:0"], { DTASK_HTTP: "localhost:0" }, {
    http: { host: "localhost", port: 0 },
  }],
  [["--data", "d"], { DTASK_DATA: "d" }, { dataDir: "/home/user/d" }],
  [["--database-url", "postgres://u:p@db/x"], { DTASK_DATABASE_URL: "postgres://u:p@db/x" }, {
    databaseUrl: "postgres://u:p@db/x",
  }],
  [["--executors", "3"], { DTASK_EXECUTORS: "3" }, { executors: 3 }],
  [["--concurrency", "7"], { DTASK_CONCURRENCY: "7" }, { concurrency: 7 }],
  [["--tasks", "t"], { DTASK_TASKS: "t" }, { tasks: "/home/user/t" }],
  [["--no-auth"], { DTASK_NO_AUTH: "true" }, { auth: { kind: "none" } }],
  [["--tls-cert", "/c.pem", "--tls-key", "/k.pem"], {
    DTASK_TLS_CERT: "/c.pem",
    DTASK_TLS_KEY: "/k.pem",
  }, { tls: { certFile: "/c.pem", keyFile: "/k.pem" } }],
  [["--drain-ms", "5"], { DTASK_DRAIN_MS: "5" }, { drainMs: 5 }],
  [["--log-format", "json"], { DTASK_LOG_FORMAT: "json" }, { logFormat: "json" }],
  [["--log-level", "debug"], { DTASK_LOG_LEVEL: "debug" }, { logLevel: "debug" }],
  [["--allow-task-permissions"], { DTASK_ALLOW_TASK_PERMISSIONS: "yes" }, {
    allowTaskPermissions: true,
  }],
  [["--allow-shell"], { DTASK_ALLOW_SHELL: "on" }, { allowShell: true }],
  [["--http-allow", "10.0.0.0/8, ::1"], { DTASK_HTTP_ALLOW: "10.0.0.0/8,::1" }, {
    httpAllow: ["10.0.0.0/8", "::1"],
  }],
  [["--http-allow", "all"], { DTASK_HTTP_ALLOW: "all" }, { httpAllow: ["0.0.0.0/0", "::/0"] }],
  [["--sync-wait-ms", "0"], { DTASK_SYNC_WAIT_MS: "0" }, { syncWaitMs: 0 }],
  [["--async-wait-ms", "8"], { DTASK_ASYNC_WAIT_MS: "8" }, { asyncWaitMs: 8 }],
  [["--result-cache-mb", "2"], { DTASK_RESULT_CACHE_MB: "2" }, { resultCacheBytes: 2 ** 21 }],
  [
    ["--retention-completed", "1h", "--retention-cancelled", "never"],
    { DTASK_RETENTION_COMPLETED: "1h", DTASK_RETENTION_CANCELLED: "never" },
    {
      retention: {
        completedMs: 3_600_000,
        cancelledMs: null,
        skippedMs: 604_800_000,
        failedMs: 2_592_000_000,
      },
    },
  ],
  [
    ["--retention-skipped", "500ms", "--retention-failed", "2d"],
    { DTASK_RETENTION_SKIPPED: "500ms", DTASK_RETENTION_FAILED: "2d" },
    {
      retention: {
        completedMs: 604_800_000,
        cancelledMs: 604_800_000,
        skippedMs: 500,
        failedMs: 172_800_000,
      },
    },
  ],
  [["--rate-limit", "100"], { DTASK_RATE_LIMIT: "100" }, { rateLimit: 100 }],
];

for (const [words, env, part] of OPTIONS) {
  Deno.test(`node options take ${words.join(" ")} from the command line and the environment`, async () => {
    const defaults = await configOf([]);
    assert.deepEqual(await configOf(words), { ...defaults, ...part });
    assert.deepEqual(await configOf([], env), { ...defaults, ...part });
  });
}

Deno.test("node options on the command line win over the environment", async () => {
  const config = await configOf(["--drain-ms", "1", "--log-format", "json"], {
    DTASK_DRAIN_MS: "2",
    DTASK_LOG_FORMAT: "pretty",
  });
  assert.equal(config.drainMs, 1);
  assert.equal(config.logFormat, "json");
});

Deno.test("node options take an empty variable for an absent one", async () => {
  assert.equal((await configOf([], { DTASK_DRAIN_MS: "", DTASK_NO_GRPC: "" })).drainMs, 10_000);
});

Deno.test("node options leave a switch off that its variable turns off", async () => {
  assert.notEqual((await configOf([], { DTASK_NO_GRPC: "0" })).grpc, null);
});

Deno.test("node options turn fault injection on by its variable alone", async () => {
  assert.equal((await configOf([], { DTASK_ENABLE_FAULTS: "1" })).enableFaults, true);
  assert.equal((await configOf([], { DTASK_ENABLE_FAULTS: "yes" })).enableFaults, false);
});

Deno.test("node options take at least two executors on one core", async () => {
  const world = new FakeWorld({ ports: { cpus: 1 } });
  await world.run("start", "--no-auth");
  assert.equal(world.config.executors, 2);
});

Deno.test("node options read the key set, issuer and audience from the environment", async () => {
  const world = new FakeWorld({
    env: {
      DTASK_JWKS_URL: "https://id.example.com/keys",
      DTASK_JWT_ISSUER: "https://id.example.com",
      DTASK_JWT_AUDIENCE: "dtask",
    },
  });
  await world.run("start");
  assert.deepEqual(world.config.auth, {
    kind: "jwks",
    url: "https://id.example.com/keys",
    issuer: "https://id.example.com",
    audience: "dtask",
  });
  assert.equal(world.files.files.size, 0, "no secret is made");
});

/** Wrong configurations, and a part of the one line that answers each. */
const WRONG: readonly (readonly [
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  told: RegExp,
])[] = [
  [["--http", "8080"], {}, /--http takes HOST:PORT.*not "8080"/],
  [["--http", "[zz]:1"], {}, /--http takes HOST:PORT/],
  [["--http", "localhost:70000"], {}, /--http takes HOST:PORT/],
  [["--addr", "::1:50051"], {}, /--addr takes HOST:PORT/],
  [[], { DTASK_ADDR: "x" }, /DTASK_ADDR \(--addr\) takes HOST:PORT/],
  [["--executors", "0"], {}, /--executors takes a whole number from 1 to 256, not "0"/],
  [["--concurrency", "1.5"], {}, /--concurrency takes a whole number from 1 to 10,000/],
  [["--drain-ms", "-1"], {}, /--drain-ms takes a whole number from 0 to 3,600,000/],
  [["--result-cache-mb", "1e3"], {}, /--result-cache-mb takes a whole number/],
  [
    ["--retention-failed", "soon"],
    {},
    /--retention-failed takes a length of time .* or never, not/,
  ],
  [["--retention-completed", "40000d"], {}, /--retention-completed takes a length of time up to/],
  [["--rate-limit", "0"], {}, /--rate-limit takes a whole number from 1/],
  [["--log-format", "xml"], {}, /--log-format takes pretty or json, not "xml"/],
  [["--log-level", "loud"], {}, /--log-level takes debug, info, warning or error/],
  [[], { DTASK_NO_GRPC: "maybe" }, /DTASK_NO_GRPC \(--no-grpc\) takes 1, true/],
  [["--tasks", "nowhere"], {}, /--tasks takes a folder or module that exists/],
  [["--tls-cert", "/c.pem"], {}, /--tls-cert needs --tls-key/],
  [["--tls-key", "/k.pem"], {}, /--tls-key needs --tls-cert/],
  [["--tls-cert", "/c.pem", "--tls-key", "/k.pem"], {}, /--tls-cert takes a PEM file that exists/],
  [
    ["--database-url", "postgres://u@db/x"],
    {},
    /--database-url needs DTASK_JWT_SECRET or DTASK_JWKS/,
  ],
  [[], { DTASK_DATABASE_URL: "mysql://db" }, /DTASK_DATABASE_URL.* takes a URL as in postgres:/],
  [["--database-url", "postgres:///x"], {}, /--database-url takes a URL as in postgres:\/\/USER/],
  [["--no-auth", "--http", "0.0.0.0:8080"], {}, /--no-auth takes loopback.*0\.0\.0\.0:8080/],
  [["--no-auth", "--addr", "[::]:50051"], {}, /--no-auth takes loopback.*\[::\]:50051/],
  [[], { DTASK_JWT_SECRET: "short" }, /DTASK_JWT_SECRET takes at least 32 bytes, .* has 5/],
  [[], { DTASK_JWKS_URL: "keys" }, /DTASK_JWKS_URL takes a URL/],
  [[], { DTASK_JWKS_URL: "http://k", DTASK_JWT_SECRET: SECRET }, /exclude each other/],
  [["--adr", "x"], {}, /unknown option '--adr' \(Did you mean --addr\?\)/],
  [["--addr"], {}, /'-a, --addr <host:port>' argument missing/],
  [["extra"], {}, /too many arguments for 'start'/],
];

for (const [words, env, told] of WRONG) {
  const given = [...words, ...Object.entries(env).map((pair) => pair.join("="))].join(" ");
  Deno.test(`node options refuse ${given} in one line with exit code 2`, async () => {
    const world = new FakeWorld({ env });
    const { code, out, err } = await world.run("start", ...words);
    assert.equal(code, 2);
    assert.match(err, told);
    assert.match(err, /^dtask: [^\n]*\n$/);
    assert.equal(out, "");
    assert.equal(world.started.length, 0);
    assert.equal(world.files.files.size, 0, "a refused start leaves nothing behind");
  });
}

Deno.test("node options never print a secret that is too short", async () => {
  const { err } = await new FakeWorld({ env: { DTASK_JWT_SECRET: "hunter2" } }).run("start");
  assert.doesNotMatch(err, /hunter2/);
});

Deno.test("node options never print a database's password", async () => {
  for (
    const words of [["--database-url", "postgres://u:hunter2@h1,h2/x"], [
      "--database-url",
      "hunter2",
    ]]
  ) {
    const { code, err } = await new FakeWorld().run("start", ...words);
    assert.equal(code, 2);
    assert.doesNotMatch(err, /hunter2/);
  }
});

Deno.test("node options take a database without tokens on loopback addresses", async () => {
  const config = await configOf(["--no-auth", "--database-url", "postgres://u@db/x"]);
  assert.equal(config.databaseUrl, "postgres://u@db/x");
});

Deno.test("node options allow --no-auth on open addresses with --insecure", async () => {
  const config = await configOf(["--no-auth", "--insecure", "--http", "0.0.0.0:8080"]);
  assert.deepEqual(config.auth, { kind: "none" });
});

for (const version of ["2.9.4", "2.9.5", "2.9.6", "2.7.9", "2.6.10"]) {
  Deno.test(`start refuses gRPC on Deno ${version} and runs without it`, async () => {
    const world = new FakeWorld({ ports: { denoVersion: version } });
    const { code, err } = await world.run("start", "--no-auth");
    assert.equal(code, 2);
    assert.match(err, new RegExp(`Deno ${version.replaceAll(".", "\\.")}.*--no-grpc\n$`));
    assert.equal((await world.run("start", "--no-auth", "--no-grpc")).code, 0);
  });
}

Deno.test("start warns of a Deno that is not proven, and runs", async () => {
  const world = new FakeWorld({ ports: { denoVersion: "2.10.0" } });
  const { code, err } = await world.run("start", "--no-auth");
  assert.equal(code, 0);
  assert.match(err, /warning: gRPC is not proven on Deno 2\.10\.0/);
});

Deno.test("start refuses --allow-shell without the right to run programs", async () => {
  const world = new FakeWorld({ ports: { mayRun: () => false } });
  const { code, err } = await world.run("start", "--no-auth", "--allow-shell");
  assert.equal(code, 2);
  assert.match(err, /--allow-shell needs the right to run programs.*deno task start:shell\n$/);
});

Deno.test("start answers the exit code of its node", async () => {
  const world = new FakeWorld({ ports: { startNode: () => Promise.resolve(1) } });
  assert.equal((await world.run("start", "--no-auth")).code, 1);
});

Deno.test("node options refuse files for TLS that hold something else, by their option", async () => {
  const world = new FakeWorld();
  world.files.files.set("/c.pem", "-----BEGIN CERTIFICATE-----\n");
  const start = async (cert: string, key: string) =>
    await world.run("start", "--tls-cert", cert, "--tls-key", key);
  const swapped = await start("/c.pem", "/c.pem");
  assert.equal(swapped.code, 2);
  assert.match(
    swapped.err,
    /--tls-key takes a PEM file with a PRIVATE KEY, and "\/c.pem" has none/,
  );
  world.files.files.set("/text", "CERTIFICATE");
  assert.match((await start("/text", "/c.pem")).err, /--tls-cert takes a PEM file/);
  assert.equal(world.started.length, 0);
});
