/** Dead letters: what is one, in pages newest first and in pages to change, and how they are counted. */
import assert from "node:assert/strict";
import type { FailureReason, TaskState } from "../../actors/domain/task.ts";
import type { NewTask, Store, StoreReader, StoreWriter } from "../../actors/storage/port.ts";
import type { DeadLetterHorizon, DeadLetterQuery } from "../../actors/storage/port/dead_letters.ts";
import {
  change,
  changeOf,
  claimOf,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
  PENDING,
  present,
  query,
  T0,
} from "./store_fixture.ts";

type ListPage = Parameters<StoreReader["listDeadLetters"]>[1];
type SelectPage = Parameters<StoreWriter["selectDeadLetters"]>[1];

const DISCARDED: Partial<TaskState> = { discardedAt: T0 + 9_000 };

function failure(reason: FailureReason): Partial<TaskState> {
  const error = { name: "Error", message: reason, stack: null };
  return { ...NOT_READY, status: "failed", reason, finishedAt: T0, error, incarnation: null };
}

function deadTask(num: number, more: Partial<NewTask> = {}): NewTask {
  return newTask(num, { ...failure("timeout"), ...more });
}

function deadLetters(more: Partial<DeadLetterQuery> = {}): DeadLetterQuery {
  const { status: _, ...rest } = query();
  return { ...rest, reason: null, ...more };
}

async function list(
  reader: StoreReader,
  filter: Partial<DeadLetterQuery> = {},
  page: Partial<ListPage> = {},
) {
  const whole = {
    ...{ limit: 100, beforeNum: null, scanRows: 10_000, textBytes: 4_096 },
    ...{ runs: 100, runBytes: 1 << 20, ...page },
  };
  const { items, nextBeforeNum } = await reader.listDeadLetters(deadLetters(filter), whole);
  return { nums: items.map(({ task }) => task.num), nextBeforeNum, items };
}

/** Nums of the page that `page` asks for, as of now where it names no horizon. */
function select(
  store: Store,
  filter: Partial<DeadLetterQuery> = {},
  page: Partial<SelectPage> = {},
) {
  return store.write(async (tx) => {
    const horizon = page.horizon ?? await tx.deadLetterHorizon();
    const whole = { afterNum: 0, limit: 100, scanRows: 10_000, horizon, ...page };
    const { tasks, nextAfterNum } = await tx.selectDeadLetters(deadLetters(filter), whole);
    return { nums: tasks.map(({ num }) => num), nextAfterNum, tasks };
  });
}

/** The horizon of now. Nums of a case are its own: those given out by the store are what a horizon knows. */
function horizonAt(store: Store, num: number): Promise<DeadLetterHorizon> {
  return store.write(async (tx) => ({ ...await tx.deadLetterHorizon(), num }));
}

async function counts(reader: StoreReader): Promise<readonly string[]> {
  const counts = await reader.countDeadLetters();
  return counts.map(({ queue, reason, count }) => `${queue} ${reason} ${count}`).toSorted();
}

/** Claims, fails and lets wait again, `times` over, with a run each; fails at last. */
async function failTimes(store: Store, num: number, times: number): Promise<void> {
  for (let time = 1; time <= times; time++) {
    await change(store, [num], (task) => claimOf(task));
    await store.write(async (tx) => {
      const { run } = present((await tx.loadTasks([num])).get(num));
      const at = { num, run, startedAt: T0 + run };
      await tx.insertRuns([{ ...at, attempt: run, node: "n", executor: "e" }]);
      const error = { name: "Error", message: "x".repeat(200), stack: null };
      await tx.finishRuns([{ ...at, finishedAt: T0 + run, outcome: "threw", error }]);
    });
    await change(store, [num], (task) => changeOf(task, failure("attempts_exhausted")));
    if (time < times) await change(store, [num], (task) => changeOf(task, revived(task)));
  }
}

function revived({ run }: Pick<TaskState, "run">): Partial<TaskState> {
  return { ...PENDING, run };
}

const VARIED: readonly NewTask[] = [
  deadTask(1, { labels: { team: "web" }, createdAt: 10 }),
  deadTask(2, { ...failure("poison"), createdAt: 20 }),
  deadTask(3, { queue: "b", createdAt: 30 }),
  deadTask(4, { method: "add", createdAt: 40, workflowId: "w", workflowNum: 1 }),
  newTask(5),
  newTask(6, { ...NOT_READY, status: "cancelled", finishedAt: T0 }),
  deadTask(7, { id: "a7", ...DISCARDED }),
  deadTask(8, { id: "a8" }),
  newTask(9, { workflowId: "w", workflowNum: 1 }),
  deadTask(10, { ...DISCARDED, workflowId: "w", workflowNum: 1 }),
];

/** Every filter with the nums of `VARIED` that it leaves. */
const FILTERS: readonly (readonly [Partial<DeadLetterQuery>, readonly number[]])[] = [
  [{}, [8, 4, 3, 2, 1]],
  [{ reason: "timeout" }, [8, 4, 3, 1]],
  [{ reason: "poison" }, [2]],
  [{ reason: "expired" }, []],
  [{ queue: "b" }, [3]],
  [{ method: "add" }, [4]],
  [{ workflowId: "w" }, [4]],
  [{ workflowId: "absent" }, []],
  [{ label: { key: "team", value: "web" } }, [1]],
  [{ since: 20, until: 30 }, [3, 2]],
  [{ idPrefix: "a" }, [8]],
  [{ idPrefix: "task-", reason: "timeout" }, [4, 3, 1]],
];

export const DEAD_LETTER_CASES: readonly ConformanceCase[] = [
  {
    rule: "dead letters are failed tasks that were not discarded, by every filter",
    check: async ({ store, reader }) => {
      await store.write(async (tx) => {
        const workflow = { name: null, status: "running", contentHash: "h" } as const;
        await tx.insertWorkflows([
          { ...workflow, id: "w", num: 1, createdAt: T0, finishedAt: null },
        ]);
        await tx.insertTasks(VARIED);
      });
      const horizon = await horizonAt(store, 100);
      for (const [filter, expected] of FILTERS) {
        const { nums, nextBeforeNum } = await list(reader, filter);
        assert.deepEqual([nums, nextBeforeNum], [expected, null], JSON.stringify(filter));
        const selected = await select(store, filter, { horizon });
        assert.deepEqual(selected.nums, expected.toReversed(), JSON.stringify(filter));
        assert.equal(selected.nextAfterNum, null);
      }
      const [first] = (await list(reader, { queue: "b" })).items;
      assert.deepEqual(first?.task, (await reader.getTasks(["task-3"]))[0]);
      const [locked] = (await select(store, { queue: "b" }, { horizon })).tasks;
      assert.deepEqual(locked, { ...first?.task, args: "[]", result: null });
    },
  },
  {
    rule: "dead letters come in pages by limit and by scan, to the end",
    check: async ({ store, reader }) => {
      await insert(
        store,
        ...[1, 2, 3, 4, 5, 6, 7].map((num) => deadTask(num, { queue: num % 3 === 0 ? "b" : "a" })),
      );
      const horizon = await horizonAt(store, 7);
      const pages: (readonly number[])[] = [];
      for (let beforeNum: number | null = 8; beforeNum !== null;) {
        const page: Awaited<ReturnType<typeof list>> = await list(reader, {}, {
          limit: 3,
          beforeNum,
        });
        pages.push(page.nums);
        beforeNum = page.nextBeforeNum;
      }
      assert.deepEqual(pages, [[7, 6, 5], [4, 3, 2], [1]]);
      const found: number[] = [];
      let visits = 0;
      for (let afterNum: number | null = 0; afterNum !== null; visits++) {
        const page: Awaited<ReturnType<typeof select>> = await select(store, { queue: "b" }, {
          ...{ limit: 9, scanRows: 2, afterNum, horizon },
        });
        found.push(...page.nums);
        afterNum = page.nextAfterNum;
      }
      assert.deepEqual([found, visits], [[3, 6], 4]);
      const listed = await list(reader, { queue: "b" }, { scanRows: 2 });
      assert.deepEqual([listed.nums, listed.nextBeforeNum], [[6], 6]);
    },
  },
  {
    rule: "selectDeadLetters passes over what has failed since its horizon",
    check: async ({ store }) => {
      await insert(store, deadTask(1), deadTask(2), newTask(3), deadTask(4));
      const { num } = await store.write(async (tx) => {
        await tx.allocateNums("task", 4);
        return await tx.deadLetterHorizon();
      });
      assert.equal(num, 4);
      const horizon = await store.write((tx) => tx.deadLetterHorizon());
      await insert(store, deadTask(5));
      await change(store, [2], (task) => changeOf(task, revived(task)));
      await change(store, [2, 3], (task) => changeOf(task, failure("timeout")));
      assert.deepEqual((await select(store, {}, { horizon })).nums, [1, 4]);
      const now = await horizonAt(store, 5);
      assert.deepEqual((await select(store, {}, { horizon: now })).nums, [1, 2, 3, 4, 5]);
    },
  },
  {
    rule: "listDeadLetters gives the newest runs of each, and says when there are more",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1), newTask(2), deadTask(3));
      await failTimes(store, 1, 4);
      await failTimes(store, 2, 2);
      const runs = async (page: Partial<ListPage>) => {
        const { items, nextBeforeNum } = await list(reader, {}, page);
        const shown = items.map((item) => [item.runs.map(({ run }) => run), item.runsOmitted]);
        return [shown, nextBeforeNum];
      };
      assert.deepEqual(await runs({ runs: 3 }), [
        [[[], false], [[1, 2], false], [[2, 3, 4], true]],
        null,
      ]);
      assert.deepEqual(await runs({ runBytes: 300 }), [[[[], false], [[1, 2], false]], 2]);
      assert.deepEqual(await runs({ runBytes: 1, beforeNum: 2 }), [[[[1, 2, 3, 4], false]], null]);
      const [item] = (await list(reader, {}, { beforeNum: 3 })).items;
      assert.deepEqual(item?.runs, await reader.listRuns("task-2"));
    },
  },
  {
    rule: "countDeadLetters follows every change, and what is undone",
    check: async ({ store, reader }) => {
      await insert(store, deadTask(1), deadTask(2), deadTask(3, { queue: "b" }), newTask(4));
      await change(store, [4], (task) => changeOf(task, failure("poison")));
      assert.deepEqual(await counts(reader), [
        "b timeout 1",
        "default poison 1",
        "default timeout 2",
      ]);
      await change(store, [1], (task) => changeOf(task, DISCARDED));
      await change(store, [4], (task) => changeOf(task, revived(task)));
      assert.deepEqual(await counts(reader), ["b timeout 1", "default timeout 1"]);
      await store.write((tx) => tx.deleteTasks([1, 2]));
      const undone = store.write(async (tx) => {
        await tx.deleteTasks([3]);
        throw new Error("undone");
      });
      await assert.rejects(undone, /undone/);
      assert.deepEqual(await counts(reader), ["b timeout 1"]);
    },
  },
  {
    rule: "a task is discarded only while it is failed",
    check: async ({ store, reader }) => {
      await insert(store, deadTask(1), newTask(2));
      await change(store, [1], (task) => changeOf(task, DISCARDED));
      assert.equal((await reader.getTasks(["task-1"]))[0]?.discardedAt, DISCARDED.discardedAt);
      await assert.rejects(change(store, [2], (task) => changeOf(task, DISCARDED)), {
        name: "ConstraintError",
      });
      await change(store, [1], (task) => changeOf(task, revived(task)));
      assert.equal((await reader.getTasks(["task-1"]))[0]?.discardedAt, null);
    },
  },
];
