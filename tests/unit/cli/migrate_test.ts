import assert from "node:assert/strict";
import type { MigrationRequest, MigrationSummary } from "../../../api/cli/mod.ts";
import { FAKE_NOW, FakeWorld } from "./fake_world.ts";

const URL = "postgres://dtask:hidden@db.example/dtask";
const SUMMARY: MigrationSummary = {
  kind: "moved",
  from: "/home/user/data/dtask.db",
  to: "PostgreSQL at db.example:5432/dtask",
  tasks: 12_345,
  tables: [
    { table: "tasks", rows: 12_345, sha256: "aa".repeat(32) },
    { table: "queues", rows: 2, sha256: "bb".repeat(32) },
  ],
};

function worldWith(
  { kind = "moved", ...options }: {
    readonly kind?: MigrationSummary["kind"];
    readonly env?: Readonly<Record<string, string>>;
    readonly columns?: number;
  } = {},
) {
  const asked: MigrationRequest[] = [];
  let now = FAKE_NOW;
  const world = new FakeWorld({
    ...options,
    ports: {
      now: () => now,
      migrate: (request) => {
        asked.push(request);
        request.onProgress({ step: "copy", table: "tasks", rows: 6_000, total: 12_345 });
        now += 2_500;
        request.onProgress({ step: "verify", table: "queues", rows: 0, total: 0 });
        return Promise.resolve({ ...SUMMARY, kind });
      },
    },
  });
  return { world, asked };
}

Deno.test("migrate moves a folder to a database and says what it holds there", async () => {
  const { world, asked } = worldWith();
  const { code, out, err } = await world.run("migrate", "--from", "sqlite:data", "--to", URL);
  const [request] = asked;
  assert.deepEqual([request?.from, request?.to, request?.restart], ["/home/user/data", URL, false]);
  assert.match(out, /^TABLE +ROWS +SHA-256\ntasks +12,345 +a{64}\nqueues +2 +b{64}\n/);
  assert.match(
    out,
    /12,345 tasks moved from .*dtask\.db to PostgreSQL at db\.example:5432\/dtask in 2\.5s; every/,
  );
  assert.match(out, /DTASK_JWT_SECRET/);
  assert.equal(
    err,
    "copying tasks: 6,000 of 12,345 rows, 48 %\ncomparing queues: 0 of 0 rows, 100 %\n",
  );
  assert.doesNotMatch(out + err, /hidden/);
  assert.equal(code, 0);
});

Deno.test("migrate draws its progress on a terminal and takes it away at the end", async () => {
  const { world } = worldWith({ columns: 60 });
  const { err } = await world.run("migrate", "--from", "sqlite:/data", "--to", URL);
  assert.ok(err.startsWith("\r\x1b[Kcopying tasks"), err);
  assert.ok(err.endsWith("\r\x1b[K"), err);
});

Deno.test("migrate takes the target from the environment, and prints one object with --json", async () => {
  const { world, asked } = worldWith({ env: { DTASK_DATABASE_URL: URL } });
  const from = ["--from", "sqlite:///var/lib/dtask/b.db"] as const;
  const { out, code } = await world.run("migrate", ...from, "--restart", "--json");
  const [request] = asked;
  assert.deepEqual(
    [request?.from, request?.to, request?.restart],
    ["/var/lib/dtask/b.db", URL, true],
  );
  assert.deepEqual(JSON.parse(out), { ...SUMMARY, seconds: 2.5 });
  assert.equal(code, 0);
});

Deno.test("migrate says when there was nothing left to do", async () => {
  const { world } = worldWith({ kind: "already" });
  const { out, code } = await world.run("migrate", "--from", "sqlite:data", "--to", URL);
  assert.match(out, /had been moved to .* before, with 12,345 tasks; nothing was changed/);
  assert.equal(code, 0);
});

Deno.test("migrate passes an interrupt on", async () => {
  const { world, asked } = worldWith();
  await world.run("migrate", "--from", "sqlite:data", "--to", URL);
  assert.equal(asked[0]?.signal.aborted, false);
  world.interrupt.abort();
  assert.equal(asked[0]?.signal.aborted, true);
});

Deno.test("migrate that fails answers 1 with the reason, and wrong usage 2 without the password", async () => {
  const world = new FakeWorld({
    ports: { migrate: () => Promise.reject(new Error("Cannot move into PostgreSQL: full")) },
  });
  const failed = await world.run("migrate", "--from", "sqlite:data", "--to", URL);
  assert.deepEqual([failed.code, failed.err], [1, "dtask: Cannot move into PostgreSQL: full\n"]);
  for (
    const words of [
      ["--to", URL],
      ["--from", "sqlite:data"],
      ["--from", "data", "--to", URL],
      ["--from", "sqlite:", "--to", URL],
      ["--from", "sqlite://host/data", "--to", URL],
      ["--from", "sqlite:data", "--to", "mysql://dtask:hidden@db.example/dtask"],
    ]
  ) {
    const { code, err } = await world.run("migrate", ...words);
    assert.deepEqual([code, err.split("\n").length], [2, 2], err);
    assert.doesNotMatch(err, /hidden/);
  }
});
