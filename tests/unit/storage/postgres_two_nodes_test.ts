/** Nodes that write to one database at the same time: what one decides, the other one has to see. */
import assert from "node:assert/strict";
import { Connection } from "../../../actors/storage/postgres/connection.ts";
import {
  findInconsistencies,
  openPostgresCluster,
  openPostgresReader,
  openPostgresStore,
} from "../../../actors/storage/postgres/mod.ts";
import type { Store, StoreWriter } from "../../../actors/storage/port.ts";
import {
  blockedTask,
  complete,
  insert,
  newTask,
  NOT_READY,
  present,
  T0,
} from "../../conformance/store_fixture.ts";
import { eventually } from "../../support/eventually.ts";
import {
  type PostgresServer,
  startPostgres,
  type TestDatabase,
} from "../../support/postgres_server.ts";
import { announceSeed, seededRandom } from "../../support/random.ts";
import { scheduleRecord } from "../../support/schedules.ts";
import { StoreLife } from "../../support/store_life.ts";

let server: PostgresServer;
Deno.test.beforeAll(async () => {
  server = await startPostgres({ fsync: false });
});
Deno.test.afterAll(() => server.stop());

/** However slow the machine is: transactions wait for each other here on purpose. */
const PATIENT = { lockMs: 60_000, statementMs: 60_000, idleMs: 60_000, answerMs: 60_000 };

/** A new database with the stores of so many nodes, each a member. */
async function withNodes(
  count: number,
  check: (stores: readonly Store[], database: TestDatabase) => Promise<void>,
): Promise<void> {
  const database = await server.createDatabase();
  const { url } = database;
  await (await openPostgresStore({ url })).close();
  const cluster = openPostgresCluster({ url });
  const stores: Store[] = [];
  try {
    for (let node = 1; node <= count; node++) {
      await cluster.join({ id: `n-${node}`, version: "1", definitions: [] });
      stores.push(await openPostgresStore({ url, node: `n-${node}`, deadlines: PATIENT }));
    }
    await check(stores, database);
  } finally {
    await Promise.all([...stores, cluster].map((opened) => opened.close()));
  }
}

/** Has all nodes do the same at once, three times each; answers how many were told that they were first. */
async function countFirst(
  stores: readonly Store[],
  create: (tx: StoreWriter) => Promise<boolean>,
): Promise<number> {
  const all = [1, 2, 3].flatMap(() => stores.map((store) => store.write(create)));
  return (await Promise.all(all)).filter((isFirst) => isFirst).length;
}

Deno.test("postgres lets one of several nodes make a schedule, and the others find it", () =>
  withNodes(3, async (stores) => {
    for (const name of ["a", "b", "c"]) {
      const first = await countFirst(stores, async (tx) => {
        if ((await tx.findSchedules([name])).has(name)) return false;
        await tx.saveSchedule(scheduleRecord({ name }));
        return true;
      });
      assert.equal(first, 1);
    }
  }));

Deno.test("postgres lets one of several nodes insert a unique task, and the others find it", () =>
  withNodes(3, async (stores) => {
    for (const uniqueHash of ["a", "b", "c"]) {
      const first = await countFirst(stores, async (tx) => {
        if ((await tx.findUnique([uniqueHash], ["pending"])).has(uniqueHash)) return false;
        await tx.insertTasks([newTask(await tx.allocateNums("task", 1), { uniqueHash })]);
        return true;
      });
      assert.equal(first, 1);
    }
  }));

/** Resolves once somebody waits for a lock in the database. */
function someoneWaits({ name }: TestDatabase): Promise<unknown> {
  return eventually(
    async () =>
      (await server.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'",
        { parameters: [name] },
      )).length > 0,
    { what: "a transaction waits for a lock" },
  );
}

Deno.test("postgres lets no task depend on one that retention has found free to go", () =>
  withNodes(2, async (stores, database) => {
    const [one, other] = [present(stores[0]), present(stores[1])];
    await insert(one, newTask(1), newTask(2));
    await complete(one, [1, 2]);
    const child = Promise.withResolvers<readonly string[]>();
    await one.write(async (tx) => {
      assert.deepEqual([...await tx.withLiveDependents([1])], []);
      const submitted = other.write(async (
        submitting,
      ) => [...(await submitting.findTasks(["task-1", "task-2"])).keys()]);
      submitted.then(child.resolve, child.reject);
      await someoneWaits(database);
      await tx.deleteTasks([1]);
    });
    assert.deepEqual(await child.promise, ["task-2"]);
  }));

Deno.test("postgres lets retention see the dependent that a node has just submitted", () =>
  withNodes(2, async (stores, database) => {
    const [one, other] = [present(stores[0]), present(stores[1])];
    const parent = newTask(1);
    await insert(one, parent);
    await complete(one, [1]);
    const held = Promise.withResolvers<readonly number[]>();
    await one.write(async (tx) => {
      await tx.findTasks(["task-1"]);
      const looking = other.write(async (retiring) => [...await retiring.withLiveDependents([1])]);
      looking.then(held.resolve, held.reject);
      await someoneWaits(database);
      await tx.insertTasks([blockedTask(2, [parent])]);
    });
    assert.deepEqual(await held.promise, [1]);
  }));

Deno.test("postgres forgets a queue whose tasks came on one node and went on another", () =>
  withNodes(2, async (stores, { name, url }) => {
    const [one, other] = [present(stores[0]), present(stores[1])];
    const failed = { status: "failed", reason: "timeout", ...NOT_READY, finishedAt: T0 } as const;
    await insert(one, newTask(1, { queue: "once", ...failed }), newTask(2));
    await other.write((tx) => tx.deleteTasks([1]));
    for (const table of ["depths", "dead_letter_counts"]) {
      const rows = await server.query(`SELECT DISTINCT queue FROM ${table}`, { database: name });
      assert.deepEqual(rows.map(({ queue }) => queue), table === "depths" ? ["default"] : []);
    }
    const reader = openPostgresReader({ url });
    assert.deepEqual(await reader.queueDepths(), [
      { queue: "default", status: "pending", count: 1 },
    ]);
    await reader.close();
  }));

Deno.test("postgres stays sound whatever several nodes do at the same time", () =>
  withNodes(3, async (stores, { url }) => {
    const random = seededRandom(announceSeed("several nodes"));
    const ids: string[] = [];
    await Promise.all(stores.map(async (store) => {
      const life = new StoreLife(store, random, ids);
      for (let step = 0; step < 80; step++) await life.step();
    }));
    const connection = await Connection.open({ url, name: "soundness" });
    assert.deepEqual(await findInconsistencies(connection), []);
    await connection.close();
    assert.ok(ids.length > 30, `${ids.length} tasks`);
  }));
