/** Walks over the tasks that a change of many is for. */
import assert from "node:assert/strict";
import type { NewTask, StoreReader } from "../../actors/storage/port.ts";
import type { WalkQuery, WalkStep } from "../../actors/storage/port/walks.ts";
import {
  change,
  changeOf,
  claimOf,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
  query,
  T0,
} from "./store_fixture.ts";

const FAILED = { ...NOT_READY, status: "failed", reason: "timeout", finishedAt: T0 } as const;

async function walk(
  reader: StoreReader,
  filter: Partial<WalkQuery> = {},
  step: Partial<WalkStep> = {},
) {
  const whole: WalkQuery = { ...query(), ids: null, reason: null, dead: false, ...filter };
  return await reader.walkTasks(whole, {
    ...{ order: "oldest first", from: null, upToSeq: null, limit: 100, scanRows: 10_000 },
    ...step,
  });
}

const VARIED: readonly NewTask[] = [
  newTask(1, { labels: { team: "web" } }),
  newTask(2, { ...FAILED }),
  newTask(3, { ...FAILED, reason: "poison", labels: { team: "web" } }),
  newTask(4, { ...FAILED, discardedAt: T0 }),
  newTask(5, { ...NOT_READY, status: "cancelled", finishedAt: T0 }),
  newTask(6, { id: "a6", queue: "mail" }),
];

/** Every query with the tasks of `VARIED` that it leaves, oldest first. */
const QUERIES: readonly (readonly [Partial<WalkQuery>, readonly string[]])[] = [
  [{}, ["task-1", "task-2", "task-3", "task-4", "task-5", "a6"]],
  [{ status: ["failed", "cancelled"] }, ["task-2", "task-3", "task-4", "task-5"]],
  [{ status: [] }, []],
  [{ dead: true }, ["task-2", "task-3"]],
  [{ dead: true, reason: "poison" }, ["task-3"]],
  [{ reason: "timeout" }, ["task-2", "task-4"]],
  [{ label: { key: "team", value: "web" } }, ["task-1", "task-3"]],
  [{ idPrefix: "a" }, ["a6"]],
  [{ queue: "mail" }, ["a6"]],
  [{ ids: ["a6", "task-2", "absent", "task-2"] }, ["task-2", "a6"]],
  [{ ids: ["a6", "task-2"], status: ["pending"] }, ["a6"]],
  [{ ids: ["a6", "task-2", "task-4"], dead: true }, ["task-2"]],
  [{ ids: [] }, []],
];

export const WALK_CASES: readonly ConformanceCase[] = [
  {
    rule: "walkTasks finds what a query leaves, in either order",
    check: async ({ store, reader }) => {
      await insert(store, ...VARIED);
      for (const [filter, expected] of QUERIES) {
        const oldest = await walk(reader, filter);
        assert.deepEqual(oldest, { ids: expected, nextFrom: null }, JSON.stringify(filter));
        const newest = await walk(reader, filter, { order: "newest first" });
        assert.deepEqual(newest.ids, expected.toReversed(), JSON.stringify(filter));
      }
    },
  },
  {
    rule: "walkTasks goes step by step, by limit and by scan, to the end",
    check: async ({ store, reader }) => {
      const queues = [1, 2, 3, 4, 5, 6, 7].map((num) => num % 3 === 0 ? "b" : "a");
      await insert(store, ...queues.map((queue, index) => newTask(index + 1, { queue })));
      for (const order of ["oldest first", "newest first"] as const) {
        const steps: (readonly string[])[] = [];
        let from: number | null = null;
        do {
          const step: Awaited<ReturnType<typeof walk>> = await walk(reader, { queue: "a" }, {
            ...{ order, from, limit: 2, scanRows: 3 },
          });
          steps.push(step.ids);
          from = step.nextFrom;
        } while (from !== null);
        const oldest = [["task-1", "task-2"], ["task-4", "task-5"], ["task-7"]];
        const newest = [["task-7", "task-5"], ["task-4", "task-2"], ["task-1"]];
        assert.deepEqual(steps, order === "oldest first" ? oldest : newest);
      }
    },
  },
  {
    rule: "walkTasks passes over what has changed since a stamp",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1, FAILED), newTask(2), newTask(3, FAILED));
      const upToSeq = await reader.lastSeq();
      await insert(store, newTask(4, FAILED));
      await change(store, [2], (task) => claimOf(task));
      await change(store, [2], (task) => changeOf(task, { ...FAILED, incarnation: null }));
      const { ids } = await walk(reader, { status: ["failed"] }, { upToSeq });
      assert.deepEqual(ids, ["task-1", "task-3"]);
      const now = await walk(reader, { dead: true }, { upToSeq: await reader.lastSeq() });
      assert.deepEqual(now.ids, ["task-1", "task-2", "task-3", "task-4"]);
    },
  },
];
