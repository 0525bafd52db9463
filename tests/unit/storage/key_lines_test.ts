/** Lines of keys: random work on them against a plain recount, and how an older database gets them. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { TaskRecord } from "../../../actors/domain/task.ts";
import type { Store, StoreWriter } from "../../../actors/storage/port.ts";
import { Connection } from "../../../actors/storage/sqlite/connection.ts";
import { findInconsistencies } from "../../../actors/storage/sqlite/consistency.ts";
import { databaseFile, openSqliteStore } from "../../../actors/storage/sqlite/mod.ts";
import { readSchemaVersion } from "../../../actors/storage/sqlite/schema.ts";
import {
  changeOf,
  claimOf,
  newTask,
  NOT_READY,
  selectReady,
  T0,
} from "../../conformance/store_fixture.ts";
import { tamper } from "../../support/lively_folder.ts";

const POOLS = ["async", "blocking"] as const;

/** One thing that is done to some tasks; `from` and `count` choose them among those that it can be done to. */
type Step =
  | { readonly kind: "insert"; readonly keys: readonly (string | null)[]; readonly order: number }
  | { readonly kind: "claim"; readonly pool: typeof POOLS[number]; readonly max: number }
  | {
    readonly kind: "cancel" | "giveBack" | "putBack" | "delete" | "move" | "settle" | "undone";
    readonly from: number;
    readonly count: number;
  };

const key = fc.constantFrom(null, "a", "a", "a", "b", "c");
const some = { from: fc.nat(), count: fc.integer({ min: 1, max: 6 }) };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("insert" as const),
      keys: fc.array(key, { minLength: 1, maxLength: 30 }),
      order: fc.integer({ min: -5, max: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("claim" as const),
      pool: fc.constantFrom(...POOLS),
      max: fc.integer({ min: 1, max: 25 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("cancel", "giveBack", "putBack", "delete", "move", "settle", "undone"),
      ...some,
    }),
  },
);

/** What is in the store: the nums of all tasks, each with the record that was written last. */
type Known = Map<number, TaskRecord>;

async function take(step: Step, store: Store, known: Known): Promise<void> {
  const nums = await store.write((tx) => act(step, tx, known));
  const found = await store.write((tx) => tx.loadTasks([...known.keys(), ...nums]));
  known.clear();
  for (const [num, task] of found) known.set(num, task);
}

/** Does a step; answers the nums of tasks that are new. */
async function act(step: Step, tx: StoreWriter, known: Known): Promise<readonly number[]> {
  const withStatus = (status: string) => {
    if (!("from" in step)) return [];
    const tasks = [...known.values()].filter((task) => task.status === status);
    return tasks.slice(step.from % Math.max(1, tasks.length)).slice(0, step.count);
  };
  const CANCELLED = { ...NOT_READY, status: "cancelled", finishedAt: T0 } as const;
  const READY = { status: "pending", readyPool: "async", readyAt: T0, executor: null } as const;
  switch (step.kind) {
    case "insert":
      return await insert(step, tx);
    case "claim": {
      const { tasks } = await selectReady(tx, { pool: step.pool, max: step.max });
      await tx.updateTasks(tasks.map((task) => claimOf(task)));
      return [];
    }
    case "cancel":
      await tx.updateTasks(withStatus("pending").map((task) => changeOf(task, CANCELLED)));
      return [];
    case "giveBack":
      // Where it was before: `claimOf` leaves the order as it is.
      await tx.updateTasks(withStatus("running").map((task) => changeOf(task, READY)));
      return [];
    case "putBack": {
      const later = { ...READY, readyOrder: 7, readyPool: "blocking" };
      await tx.updateTasks(withStatus("running").map((task) => changeOf(task, later)));
      return [];
    }
    case "delete":
      await tx.deleteTasks(withStatus("pending").map(({ num }) => num));
      return [];
    case "move":
      await tx.setReadyPools(
        withStatus("pending").map(({ num, readyPool }) => ({
          num,
          readyPool: readyPool === "async" ? "blocking" : "async",
        })),
      );
      return [];
    case "settle":
      await tx.setPools(
        withStatus("pending").map(({ num, readyPool }) => {
          const pool = readyPool === "async" ? "blocking" : "async";
          return { num, pool, readyPool: pool };
        }),
      );
      return [];
    case "undone":
      await assert.rejects(tx.savepoint(async () => {
        await tx.updateTasks(withStatus("pending").map((task) => claimOf(task)));
        throw new Error("undone");
      }));
      return [];
  }
}

async function insert(
  { keys, order }: Extract<Step, { readonly kind: "insert" }>,
  tx: StoreWriter,
): Promise<readonly number[]> {
  const first = await tx.allocateNums("task", keys.length);
  const tasks = keys.map((concurrencyKey, index) =>
    newTask(first + index, {
      concurrencyKey,
      readyOrder: order + index % 3,
    })
  );
  await tx.insertTasks(tasks);
  return tasks.map(({ num }) => num);
}

/** The ready tasks of a pool in their order: by key, then by place. */
function lines(known: Known, pool: string): readonly (readonly number[])[] {
  const ready = [...known.values()]
    .filter(({ status, readyPool }) => status === "pending" && readyPool === pool)
    .sort((a, b) => (a.readyOrder ?? 0) - (b.readyOrder ?? 0) || a.num - b.num);
  const byKey = Map.groupBy(ready, ({ concurrencyKey }) => concurrencyKey);
  return [...byKey].sort(([a], [b]) => (a ?? "") < (b ?? "") ? -1 : 1)
    .map(([, tasks]) => tasks.map(({ num }) => num));
}

async function compare(store: Store, known: Known): Promise<void> {
  const work = await store.write((tx) => tx.readyWork());
  for (const pool of POOLS) {
    const { tasks } = await store.write((tx) => selectReady(tx, { pool, max: 1_000 }));
    const byKey = Map.groupBy(tasks, ({ concurrencyKey }) => concurrencyKey);
    const found = [...byKey].sort(([a], [b]) => (a ?? "") < (b ?? "") ? -1 : 1)
      .map(([, tasks]) => tasks.map(({ num }) => num));
    assert.deepEqual(found, lines(known, pool));
    assert.equal(work.some((one) => one.pool === pool), tasks.length > 0);
  }
}

async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-lines-" });
  try {
    await work(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** How many rows the tables of the lines have. */
function rowsOf(dataDir: string): { readonly first: number; readonly behind: number } {
  const database = new DatabaseSync(databaseFile(dataDir), { readOnly: true });
  const count = (table: string) =>
    Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.["rows"]);
  const rows = { first: count("ready_keys"), behind: count("ready_behind") };
  database.close();
  return rows;
}

/** What is wrong with the lines in the database, in the words of its check. */
function damageOf(dataDir: string): readonly string[] {
  const connection = new Connection({ file: databaseFile(dataDir), readOnly: true });
  try {
    return findInconsistencies(connection, readSchemaVersion(connection))
      .filter((problem) => problem.includes("line"));
  } finally {
    connection.close();
  }
}

Deno.test("key_lines hold who is ready, and nobody else, over random work", () =>
  withFolder(async (dataDir) => {
    const store = await openSqliteStore({ dataDir });
    const known: Known = new Map();
    const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await store.write((tx) => tx.deleteTasks([...known.keys()]));
      known.clear();
      for (const step of steps) {
        await take(step, store, known);
        await compare(store, known);
      }
      assert.deepEqual(damageOf(dataDir), []);
    });
    await fc.assert(property, { numRuns: 40 });
    await store.write((tx) => tx.deleteTasks([...known.keys()]));
    assert.deepEqual(rowsOf(dataDir), { first: 0, behind: 0 });
    await store.close();
  }));

Deno.test("key_lines keep little of what they have moved past", () =>
  withFolder(async (dataDir) => {
    const store = await openSqliteStore({ dataDir });
    const nums = Array.from({ length: 200 }, (_, index) => index + 1);
    await store.write((tx) =>
      tx.insertTasks(nums.map((num) => newTask(num, { concurrencyKey: `k${num % 2}` })))
    );
    let most = 0;
    for (let left = 198; left > 0; left -= 2) {
      await store.write(async (tx) => {
        const { tasks } = await selectReady(tx, { max: 2 });
        await tx.updateTasks(tasks.map((task) => claimOf(task)));
      });
      most = Math.max(most, rowsOf(dataDir).behind - (left - 2));
    }
    assert.ok(most > 2 && most <= 2 * 16, `${most} rows`);
    await store.close();
  }));

/** What the steps of the schema from the seventh on do, undone. */
const WITHOUT_LINES =
  "DROP TABLE traffic; DROP TABLE ready_keys; DROP TABLE ready_behind; DROP INDEX tasks_ready; " +
  "CREATE INDEX tasks_ready ON tasks (queue, ready_pool, concurrency_key, ready_order) " +
  "WHERE status = 'pending'; PRAGMA user_version = 6";

Deno.test("key_lines are made for an older database", () =>
  withFolder(async (dataDir) => {
    const open = () => openSqliteStore({ dataDir });
    const look = async (store: Store) => {
      const { tasks } = await store.write((tx) => selectReady(tx));
      return tasks.map(({ num }) => num);
    };
    const keys = ["b", null, "a", "a", "b", "a"];
    let store = await open();
    await store.write((tx) =>
      tx.insertTasks(keys.map((concurrencyKey, index) =>
        newTask(index + 1, { concurrencyKey, readyOrder: -index % 3 })
      ))
    );
    const before = await look(store);
    assert.equal(before.length, keys.length);
    await store.close();
    tamper(databaseFile(dataDir), WITHOUT_LINES);
    store = await open();
    assert.deepEqual(await look(store), before);
    assert.deepEqual(damageOf(dataDir), []);
    await store.write(async (tx) => {
      const { tasks } = await selectReady(tx);
      await tx.updateTasks(tasks.map((task) =>
        claimOf(task)
      ));
    });
    assert.deepEqual(rowsOf(dataDir), { first: 0, behind: 0 });
    await store.close();
  }));
