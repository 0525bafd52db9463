/** What PostgreSQL's reader does beyond the conformance suite: writers beside it, and a database that fails. */
import assert from "node:assert/strict";
import {
  openPostgresReader,
  openPostgresStore,
  type PostgresReaderOptions,
} from "../../../actors/storage/postgres/mod.ts";
import { Connection } from "../../../actors/storage/postgres/connection.ts";
import { ReaderPool } from "../../../actors/storage/postgres/reader_pool.ts";
import { STAMPS_PER_TRANSACTION } from "../../../actors/storage/postgres/stamps.ts";
import {
  type Store,
  type StoreReader,
  StoreUnavailableError,
} from "../../../actors/storage/port.ts";
import { insert, newTask, NOT_READY, query, T0 } from "../../conformance/store_fixture.ts";
import { eventually } from "../../support/eventually.ts";
import {
  type PostgresServer,
  startPostgres,
  type TestDatabase,
} from "../../support/postgres_server.ts";
import { startProxy } from "../../support/tcp_proxy.ts";

let server: PostgresServer;
Deno.test.beforeAll(async () => {
  // Without transactions of the server's own, what is certain depends on those of the tests alone.
  server = await startPostgres({ fsync: false, settings: { autovacuum: "off" } });
});
Deno.test.afterAll(() => server.stop());

interface Opened {
  readonly store: Store;
  readonly reader: StoreReader;
  readonly database: TestDatabase;
}

/** A new database with a store and a reader, which goes over `via` where that is given. */
async function withReader(
  check: (opened: Opened) => Promise<void>,
  { port, ...options }: Partial<PostgresReaderOptions> & { readonly port?: number } = {},
): Promise<void> {
  const database = await server.createDatabase();
  const store = await openPostgresStore({ url: database.url });
  const url = database.url.replace(`:${server.port}/`, `:${port ?? server.port}/`);
  const reader = openPostgresReader({ url, ...options });
  try {
    await check({ store, reader, database });
  } finally {
    await reader.close();
    await store.close();
  }
}

function changes(reader: StoreReader, afterSeq: number, limit = 99) {
  return reader.listChanges(query(), { afterSeq, limit, scanRows: 999, textBytes: 99 });
}

async function ids(reader: StoreReader, afterSeq: number): Promise<readonly string[]> {
  return (await changes(reader, afterSeq)).tasks.map(({ id }) => id);
}

/** Begins a transaction that has an id, and so an age, on a connection of its own. */
async function beginOlder({ url }: TestDatabase): Promise<Connection> {
  const connection = await Connection.open({ url, name: "older", deadlines: { idleMs: 600_000 } });
  await connection.exec("BEGIN");
  await connection.row("SELECT pg_current_xact_id()::text");
  return connection;
}

Deno.test("postgres reader tells a change once every older transaction has ended", async () => {
  await withReader(async ({ store, reader, database }) => {
    const [first = 0] = await insert(store, newTask(1));
    assert.equal((await changes(reader, 0)).lastSeq, first);
    const older = await beginOlder(database);
    const [second = 0] = await insert(store, newTask(2));
    assert.equal((await reader.getTasks(["task-2"]))[0]?.seq, second, "it is there");
    const uncertain = await changes(reader, first);
    assert.deepEqual(uncertain.tasks, []);
    assert.deepEqual([uncertain.lastSeq, uncertain.more, uncertain.reset], [first, false, false]);
    await older.run(
      "UPDATE tasks SET seq = $1 WHERE num = 1",
      Number((await older.row("SELECT pg_current_xact_id()::text::bigint"))?.[0]) *
        STAMPS_PER_TRANSACTION,
    );
    await older.exec("COMMIT");
    await older.close();
    assert.deepEqual(await ids(reader, first), ["task-1", "task-2"]);
  });
});

Deno.test("postgres reader never tells less than it told before", async () => {
  await withReader(async ({ store, reader, database }) => {
    await insert(store, newTask(1));
    const [last = 0] = await insert(
      store,
      newTask(2, { ...NOT_READY, status: "cancelled", finishedAt: T0 }),
    );
    assert.equal((await changes(reader, 0)).lastSeq, last);
    const older = await beginOlder(database);
    // With that the newest stamp that is certain lies before what was told.
    const { lastSeq } = await store.write((tx) => tx.deleteTasks([2]));
    const { deleted, reset, ...told } = await changes(reader, last);
    assert.deepEqual([told.lastSeq, deleted, reset], [last, [], false]);
    await older.exec("ROLLBACK");
    await older.close();
    assert.deepEqual((await changes(reader, last)).deleted, [{ id: "task-2", seq: lastSeq }]);
  });
});

Deno.test("postgres reader keeps tasks that share a stamp on one page", async () => {
  await withReader(async ({ store, reader, database }) => {
    const [, second = 0] = await insert(store, ...[1, 2, 3, 4, 5].map((num) => newTask(num)));
    await server.query(`UPDATE tasks SET seq = ${second} WHERE num IN (3, 4)`, {
      database: database.name,
    });
    for (const limit of [1, 2, 3]) {
      const told: string[] = [];
      let page = await changes(reader, 0, limit);
      told.push(...page.tasks.map(({ id }) => id));
      while (page.more) {
        page = await changes(reader, page.lastSeq, limit);
        told.push(...page.tasks.map(({ id }) => id));
      }
      assert.deepEqual(told.toSorted(), ["task-1", "task-2", "task-3", "task-4", "task-5"]);
      assert.equal(told[0], "task-1");
    }
  });
});

Deno.test("postgres reader takes more reads at a time than it has connections", async () => {
  await withReader(async ({ store, reader }) => {
    await insert(store, newTask(1));
    const reads = Array.from({ length: 50 }, () => reader.getTasks(["task-1"]));
    assert.ok((await Promise.all(reads)).every(([task]) => task?.num === 1));
  });
});

Deno.test("postgres reader can't write", async () => {
  await withReader(async ({ database }) => {
    const pool = new ReaderPool({ url: database.url, name: "reader" });
    const writing = pool.use((connection) => connection.run("DELETE FROM tasks"));
    await assert.rejects(writing, /read-only transaction/);
    await pool.close();
  });
});

Deno.test("postgres reader makes new connections for those that were cut", async () => {
  await withReader(async ({ store, reader, database }) => {
    await insert(store, newTask(1));
    await Promise.all([1, 2, 3].map(() => reader.listQueues()));
    await server.terminateConnections(database.name);
    await answersAgain(reader);
  });
});

/** Reads until that works: what is noticed too late fails a read each. */
async function answersAgain(reader: StoreReader): Promise<void> {
  const read = () => reader.getTasks(["task-1"]).then(([task]) => task, unavailableIsNull);
  const task = await eventually(read, { what: "the reader answers" });
  assert.equal(task.num, 1);
}

function unavailableIsNull(error: unknown): null {
  assert.ok(error instanceof StoreUnavailableError, String(error));
  return null;
}

Deno.test("postgres reader refuses reads while the database is away, and goes on with it", async () => {
  await withReader(async ({ store, reader }) => {
    await insert(store, newTask(1));
    await reader.listQueues();
    await server.halt();
    await assert.rejects(reader.getTasks(["task-1"]), StoreUnavailableError);
    await assert.rejects(reader.look((view) => view.findTask("task-1")), StoreUnavailableError);
    await server.start();
    await answersAgain(reader);
    assert.equal((await reader.look((view) => view.findTask("task-1")))?.num, 1);
  });
});

Deno.test("postgres reader waits for no answer for ever", async () => {
  await using proxy = await startProxy(server.port);
  const deadlines = { connectMs: 500, answerMs: 500 };
  await withReader(async ({ store, reader }) => {
    await insert(store, newTask(1));
    await answersAgain(reader);
    await proxy.become("drop");
    await assert.rejects(reader.getTasks(["task-1"]), StoreUnavailableError);
    await assert.rejects(reader.listQueues(), StoreUnavailableError);
    await proxy.become("forward");
    await answersAgain(reader);
  }, { port: proxy.port, deadlines });
});

Deno.test("postgres reader refuses a database without a schema, and says what to do", async () => {
  const { url } = await server.createDatabase();
  const reader = openPostgresReader({ url });
  await assert.rejects(reader.listQueues(), /its schema is not complete; start a node on it once/);
  await reader.close();
});
