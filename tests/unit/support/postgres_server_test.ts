import assert from "node:assert/strict";
import postgres from "postgres";
import { eventually } from "../../support/eventually.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres_server.ts";

let server: PostgresServer;
Deno.test.beforeAll(async () => {
  server = await startPostgres();
});
Deno.test.afterAll(() => server.stop());

Deno.test("postgres_server gives each test a database that an ordinary user owns", async () => {
  const [one, other] = [await server.createDatabase(), await server.createDatabase()];
  const sql = postgres(one.url, { max: 1, fetch_types: false });
  await sql`CREATE TABLE things (name text)`;
  const [role] = await sql`SELECT rolsuper FROM pg_roles WHERE rolname = current_user`;
  await sql.end({ timeout: 0 });
  assert.equal(role?.["rolsuper"], false);
  const tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
  assert.deepEqual(await server.query(tables, { database: one.name }), [{ tablename: "things" }]);
  assert.deepEqual(await server.query(tables, { database: other.name }), []);
});

Deno.test("postgres_server keeps what was committed over kill -9, on the same port", async () => {
  const { name } = await server.createDatabase();
  const { port } = server;
  await server.query("CREATE TABLE things AS SELECT 1 AS one", { database: name });
  await server.kill();
  await assert.rejects(server.query("SELECT 1"), { code: "ECONNREFUSED" });
  await server.start();
  assert.equal(server.port, port);
  assert.deepEqual(await server.query("SELECT * FROM things", { database: name }), [{ one: 1 }]);
});

Deno.test("postgres_server stops in order and starts again", async () => {
  await server.halt();
  await assert.rejects(server.query("SELECT 1"), { code: "ECONNREFUSED" });
  await server.start();
  assert.deepEqual(await server.query("SELECT 1 AS one"), [{ one: 1 }]);
  assert.match(server.log(), /database system is ready/);
});

Deno.test("postgres_server cuts the connections of one database alone", async () => {
  const [one, other] = [await server.createDatabase(), await server.createDatabase()];
  const cut = postgres(one.url, { max: 1, fetch_types: false });
  const spared = postgres(other.url, { max: 1, fetch_types: false });
  const running = cut`SELECT pg_sleep(60)`.then(() => null, (error) => error.code);
  await spared`SELECT 1`;
  while (await server.terminateConnections(one.name) === 0);
  assert.ok(["57P01", "CONNECTION_CLOSED"].includes(await running));
  assert.deepEqual([...await spared`SELECT 1 AS one`], [{ one: 1 }]);
  await Promise.all([cut, spared].map((each) => each.end({ timeout: 0 })));
});

Deno.test("postgres_server stops for good whatever its connections are doing", async () => {
  const busy = await startPostgres({ fsync: false });
  const { url } = await busy.createDatabase();
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  const cut = sql`SELECT pg_sleep(600)`.then(() => null, (error) => error.code);
  await eventually(async () => {
    const sleeping = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    return (await busy.query(sleeping)).length > 0;
  }, { what: "the statement runs" });
  await busy.stop();
  assert.notEqual(await cut, null);
  await sql.end({ timeout: 0 });
});

Deno.test("postgres_server turns fsync off where that is asked for", async () => {
  await using quick = await startPostgres({ fsync: false, settings: { work_mem: "1MB" } });
  assert.deepEqual(await quick.query("SHOW fsync"), [{ fsync: "off" }]);
  assert.deepEqual(await quick.query("SHOW work_mem"), [{ work_mem: "1MB" }]);
  assert.deepEqual(await server.query("SHOW fsync"), [{ fsync: "on" }]);
});
