import assert from "node:assert/strict";
import { openPostgresReader, openPostgresStore } from "../../../actors/storage/postgres/mod.ts";
import { newTask, query } from "../../conformance/store_fixture.ts";
import { PostgresCluster } from "../../support/postgres_cluster.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres_server.ts";

let server: PostgresServer;
Deno.test.beforeAll(async () => {
  server = await startPostgres({ fsync: false });
});
Deno.test.afterAll(() => server.stop());

const PAGE = { limit: 10, scanRows: 100, textBytes: 99 };

Deno.test("a store restored from a dump of a server with more transactions tells changes as before", async () => {
  const { url, name: database } = await server.createDatabase();
  const first = await openPostgresStore({ url });
  await first.write((tx) => tx.insertTasks([newTask(1), newTask(2)]));
  await first.close();
  const far = 2 ** 45;
  await server.query(`UPDATE tasks SET seq = seq + ${far}`, { database });
  // As many nodes as may start at once.
  const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url })));
  const [store] = stores;
  assert.ok(store !== undefined);
  const reader = openPostgresReader({ url });
  try {
    const { lastSeq: before } = await reader.listChanges(query({}), { ...PAGE, afterSeq: far });
    assert.ok(before > far, "what there was can be told");
    const [stamp = 0] = await store.write((tx) => tx.insertTasks([newTask(3)]));
    assert.ok(stamp > before && stamp < far + 2 ** 40, `${stamp} follows ${before}`);
    const { tasks, reset } = await reader.listChanges(query({}), { ...PAGE, afterSeq: before });
    assert.deepEqual([tasks.map(({ num }) => num), reset], [[3], false]);
    const { seq } = await store.write((tx) => tx.deadLetterHorizon());
    assert.ok(seq >= stamp, "a walk over the dead letters meets those that came along");
  } finally {
    await reader.close();
    await Promise.all(stores.map((each) => each.close()));
  }
});

Deno.test("a store leaves stamps alone while a node is at work", async () => {
  const cluster = await PostgresCluster.open({ server });
  const database = new URL(cluster.adminUrl).pathname.slice(1);
  const store = await cluster.join("n-1");
  try {
    await store.write((tx) => tx.insertTasks([newTask(1)]));
    await server.query("UPDATE tasks SET seq = seq * 2", { database });
    await server.query("UPDATE nodes SET renewed_at = 9007199254740991", { database });
    await (await openPostgresStore({ url: cluster.adminUrl })).close();
    const [row] = await server.query("SELECT base::integer FROM stamp_base", { database });
    assert.equal(row?.["base"], 0);
  } finally {
    await store.close();
  }
});
