/** What doctor and start say of shared databases that are really wrong. */
import assert from "node:assert/strict";
import { checkPostgres, inspectPostgres } from "../../actors/storage/postgres/check.ts";
import { openPostgresStore } from "../../actors/storage/postgres/mod.ts";
import { runDtaskWith } from "../support/cli_process.ts";
import { freePort } from "../support/free_port.ts";
import { startPostgres, type TestDatabase } from "../support/postgres_server.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server.stop());

/** A database with the schema that a node leaves. */
async function migrated(): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await (await openPostgresStore(database)).close();
  return database;
}

/** The URL with something else in it. */
function changed(url: string, change: (url: URL) => void): string {
  const other = new URL(url);
  change(other);
  return other.href;
}

async function failureOf(url: string): Promise<string> {
  const found = await checkPostgres(url);
  assert.equal(found.kind, "failed");
  return found.kind === "failed" ? found.detail : "";
}

Deno.test("database check finds nothing wrong with a database, empty or in use", async () => {
  const { url } = await server.createDatabase();
  assert.deepEqual(await checkPostgres(url), { kind: "absent" });
  const { url: used } = await migrated();
  const found = await checkPostgres(used);
  assert.equal(found.kind, "ok");
  assert.deepEqual(await inspectPostgres(used), { tasks: 0, live: 0 });
});

Deno.test("database check says that nobody answers", async () => {
  const { url } = await server.createDatabase();
  const detail = await failureOf(changed(url, (url) => url.port = String(freePort())));
  assert.match(detail, /^Cannot reach PostgreSQL at 127.*check that PostgreSQL runs there/);
});

Deno.test("database check tells a wrong password from a database that is not there", async () => {
  const { url } = await server.createDatabase();
  const password = "not-the-password";
  const wrong = await failureOf(changed(url, (url) => url.password = password));
  assert.match(wrong, /check user and password of the database URL/);
  assert.doesNotMatch(wrong, new RegExp(password));
  const absent = await failureOf(changed(url, (url) => url.pathname = "/nowhere"));
  assert.match(absent, /"nowhere" does not exist; create the database/);
});

Deno.test("database check finds missing rights", async () => {
  const closed = await server.createDatabase();
  await server.query("ALTER SCHEMA public OWNER TO postgres", { database: closed.name });
  assert.match(await failureOf(closed.url), /may not create tables in schema "public".*GRANT/);
  const used = await migrated();
  await server.query("ALTER TABLE queues OWNER TO postgres", { database: used.name });
  assert.match(await failureOf(used.url), /may not write to table "queues".*make it the owner/);
});

Deno.test("database check refuses a schema that is too new", async () => {
  const { url, name } = await migrated();
  await server.query(
    "INSERT INTO dtask_schema (version, name, readable_from) VALUES (999, 'later', 999)",
    { database: name },
  );
  assert.match(await failureOf(url), /its schema is version 999.*start the newer dtask/);
});

Deno.test("database check warns of a server that forgets what it has committed", async () => {
  const { url, name } = await migrated();
  await server.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
  const found = await checkPostgres(url);
  assert.equal(found.kind, "risky");
  assert.match(
    found.kind === "risky" ? found.detail : "",
    /synchronous_commit is off.*set it to on/,
  );
});

Deno.test("database inspection finds what contradicts itself", async () => {
  const { url, name } = await migrated();
  await server.query("INSERT INTO edges (parent, child) VALUES (1, 2)", { database: name });
  await assert.rejects(inspectPostgres(url), /is damaged/);
});

Deno.test("a start without its database ends in one line that does not tell the password", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-" });
  const url = `postgres://dtask:hunter2@127.0.0.1:${freePort()}/dtask`;
  const env = { DTASK_DATABASE_URL: url, DTASK_JWT_SECRET: "s".repeat(40) };
  const words = ["start", "--data", dataDir, "--no-grpc", "--http", "127.0.0.1:0"];
  const { code, out, err } = await runDtaskWith(env, ...words);
  assert.equal(code, 1);
  assert.match(
    err,
    /^dtask: cannot start: Cannot reach PostgreSQL at [^\n]*; check that [^\n]*\n$/,
  );
  assert.doesNotMatch(out + err, /hunter2/);
  await Deno.remove(dataDir, { recursive: true });
});
