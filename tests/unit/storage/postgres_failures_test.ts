/** A PostgreSQL that fails, is away, or is not for us. */
import assert from "node:assert/strict";
import { openPostgresStore } from "../../../actors/storage/postgres/mod.ts";
import {
  SchemaTooNewError,
  StoreFencedError,
  StoreUnavailableError,
  StoreUncertainError,
} from "../../../actors/storage/port.ts";
import { insert, newTask, present } from "../../conformance/store_fixture.ts";
import { eventually } from "../../support/eventually.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres_server.ts";
import { idsIn, PATIENT, withStores } from "../../support/postgres_stores.ts";
import { startProxy } from "../../support/tcp_proxy.ts";

let server: PostgresServer;
Deno.test.beforeAll(async () => {
  server = await startPostgres({ fsync: false });
});
Deno.test.afterAll(() => server.stop());

Deno.test("postgres refuses all writes of a node that is no member any more", () =>
  withStores(server, 1, async ([admin], { url, name }) => {
    const member = (state: string) =>
      server.query(
        `INSERT INTO nodes VALUES ('n-1', 3, '1', '{}', '{}', '[]', 0, '', '${state}', 0, 0, NULL, ` +
          "false) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
        { database: name },
      );
    const store = await openPostgresStore({ url, node: "n-1", deadlines: PATIENT });
    try {
      await assert.rejects(insert(store, newTask(1)), StoreFencedError);
      for (const state of ["active", "suspect"]) {
        await member(state);
        await insert(store, newTask(state === "active" ? 1 : 2));
      }
      for (const state of ["lost", "left"]) {
        await member(state);
        await assert.rejects(insert(store, newTask(3)), StoreFencedError);
      }
      assert.deepEqual(await idsIn(present(admin), "task-1", "task-2", "task-3"), [
        "task-1",
        "task-2",
      ]);
      const [depth] = await server.query("SELECT slot, pending FROM depths", { database: name });
      assert.deepEqual({ ...depth }, { slot: 3, pending: "2" });
    } finally {
      await store.close();
    }
  }));

Deno.test("postgres keeps nothing of a transaction whose connection was cut, and goes on with the next", () =>
  withStores(server, 1, async ([store], { name }) => {
    const cut = present(store).write(async (tx) => {
      await tx.insertTasks([newTask(1)]);
      await server.terminateConnections(name);
      // Whether or not the cut is known here by now: this must not run outside of the transaction.
      await tx.insertTasks([newTask(2)]).catch(() => {});
      await tx.insertTasks([newTask(3)]);
    });
    await assert.rejects(cut, StoreUnavailableError);
    await insert(present(store), newTask(4));
    const ids = [1, 2, 3, 4].map((num) => `task-${num}`);
    assert.deepEqual(await idsIn(present(store), ...ids), ["task-4"]);
  }));

/** Makes every commit that inserts a task wait until `letThrough`. */
async function holdCommits(database: string) {
  const run = (statement: string) => server.query(statement, { database });
  await run("CREATE TABLE passed (one integer)");
  await run("GRANT SELECT ON passed TO PUBLIC");
  await run(
    "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " +
      "WHILE NOT EXISTS (SELECT FROM passed) LOOP PERFORM pg_sleep(0.02); END LOOP; " +
      "RETURN NULL; END $$",
  );
  await run(
    "CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON task_inputs DEFERRABLE INITIALLY DEFERRED " +
      "FOR EACH ROW EXECUTE FUNCTION hold()",
  );
  const held = "FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'PgSleep'";
  return {
    letThrough: () => run("INSERT INTO passed VALUES (1)"),
    /** Settles when a commit waits. */
    held: () =>
      eventually(async () => (await run(`SELECT pid ${held}`)).length > 0, {
        what: "a commit is under way",
      }),
    terminate: () => run(`SELECT pg_terminate_backend(pid) ${held}`),
  };
}

Deno.test("postgres tells that a commit stands whose answer was lost", () =>
  withStores(server, 1, async ([admin], { url, name }) => {
    await using proxy = await startProxy(server.port);
    const through = url.replace(`:${server.port}/`, `:${proxy.port}/`);
    const store = await openPostgresStore({ url: through, deadlines: PATIENT });
    try {
      const commits = await holdCommits(name);
      const inserting = insert(store, newTask(1)).catch((error) => error);
      await commits.held();
      await proxy.become("cut");
      const lost = await inserting;
      assert.ok(lost instanceof StoreUncertainError, String(lost));
      await assert.rejects(store.outcomeOf(lost), StoreUnavailableError);
      await proxy.become("forward");
      const outcome = store.outcomeOf(lost);
      await commits.letThrough();
      assert.equal(await outcome, "committed");
      assert.deepEqual(await idsIn(present(admin), "task-1"), ["task-1"]);
    } finally {
      await store.close();
    }
  }));

Deno.test("postgres tells that a commit does not stand that was cut off", () =>
  withStores(server, 1, async ([store], { name }) => {
    const commits = await holdCommits(name);
    const inserting = insert(present(store), newTask(1)).catch((error) => error);
    await commits.held();
    await commits.terminate();
    const lost = await inserting;
    assert.ok(lost instanceof StoreUncertainError, String(lost));
    assert.equal(await present(store).outcomeOf(lost), "aborted");
    assert.deepEqual(await idsIn(present(store), "task-1"), []);
  }));

Deno.test("postgres is unavailable while the server is away, and back with it", () =>
  withStores(server, 1, async ([store]) => {
    await insert(present(store), newTask(1));
    await server.kill();
    await assert.rejects(insert(present(store), newTask(2)), StoreUnavailableError);
    await assert.rejects(insert(present(store), newTask(2)), StoreUnavailableError);
    await server.start();
    await insert(present(store), newTask(3));
    assert.deepEqual(await idsIn(present(store), "task-1", "task-2", "task-3"), [
      "task-1",
      "task-3",
    ]);
  }));

Deno.test("postgres names a server that is not there, and never the password", async () => {
  const url = "postgres://someone:secret-word@127.0.0.1:1/nowhere";
  const error = await openPostgresStore({ url }).catch((error) => error);
  assert.ok(error instanceof StoreUnavailableError);
  assert.match(error.message, /^Cannot reach PostgreSQL at 127.0.0.1:1\/nowhere: /);
  assert.doesNotMatch(Deno.inspect(error), /secret-word/);
});

Deno.test("postgres refuses a schema that a newer version made for itself, and shares one that it did not", () =>
  withStores(server, 1, async (_, { url, name }) => {
    const later = (version: number, readableFrom: number) =>
      server.query(`INSERT INTO dtask_schema VALUES (${version}, 'x', ${readableFrom})`, {
        database: name,
      });
    await later(900, 1);
    await (await openPostgresStore({ url })).close();
    await later(901, 901);
    await assert.rejects(openPostgresStore({ url }), (error) => {
      assert.ok(error instanceof SchemaTooNewError);
      assert.match(error.message, /schema is version 901.* start the newer dtask/);
      return true;
    });
  }));

Deno.test("postgres is migrated once by writers that open it at the same time", async () => {
  const { url } = await server.createDatabase();
  const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url })));
  await Promise.all(stores.map((store, index) => insert(store, newTask(index + 1))));
  await Promise.all(stores.map((store) => store.close()));
});

Deno.test("postgres keeps its tables in the schema that the URL names", async () => {
  const { url, name } = await server.createDatabase();
  const elsewhere = `${url}?search_path=elsewhere`;
  await assert.rejects(openPostgresStore({ url: elsewhere }), /none is there; create one/);
  await server.query("CREATE SCHEMA elsewhere AUTHORIZATION dtask", { database: name });
  const store = await openPostgresStore({ url: elsewhere });
  await insert(store, newTask(1));
  await store.close();
  const rows = await server.query("SELECT num FROM elsewhere.tasks_live", { database: name });
  assert.equal(rows.length, 1);
});
