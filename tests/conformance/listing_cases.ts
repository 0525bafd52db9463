/** Listing: pages newest first, and pages of changes that event streams resume from. */
import assert from "node:assert/strict";
import type { NewTask, StoreReader, TaskQuery } from "../../actors/storage/port.ts";
import {
  change,
  changeOf,
  claimOf,
  complete,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
  query,
  T0,
} from "./store_fixture.ts";

type ListPage = Parameters<StoreReader["listTasks"]>[1];
type ChangesPage = Parameters<StoreReader["listChanges"]>[1];

async function list(
  reader: StoreReader,
  filter: Partial<TaskQuery> = {},
  page: Partial<ListPage> = {},
) {
  const whole = { limit: 100, beforeNum: null, scanRows: 10_000, textBytes: 4_096, ...page };
  const { tasks, nextBeforeNum } = await reader.listTasks(query(filter), whole);
  return { nums: tasks.map(({ num }) => num), nextBeforeNum };
}

async function changes(
  reader: StoreReader,
  page: Partial<ChangesPage>,
  filter: Partial<TaskQuery> = {},
) {
  const whole = { afterSeq: 0, limit: 100, scanRows: 10_000, textBytes: 4_096, ...page };
  const { tasks, ...rest } = await reader.listChanges(query(filter), whole);
  return { nums: tasks.map(({ num }) => num), ...rest };
}

const LABEL = 'it\'s a "key".$[0]';

const VARIED: readonly NewTask[] = [
  newTask(1, { labels: { [LABEL]: "v" }, createdAt: 10 }),
  newTask(2, { labels: { [LABEL]: "w", other: "v" }, createdAt: 20 }),
  newTask(3, { queue: "b", createdAt: 30 }),
  newTask(4, { method: "add", createdAt: 40, workflowId: "w'1", workflowNum: 1 }),
  newTask(5, { status: "failed", reason: "timeout", ...NOT_READY, id: "a%b", createdAt: 50 }),
  newTask(6, { id: "a_c", createdAt: 60 }),
];

/** Every filter with the nums of `VARIED` that it leaves. */
const FILTERS: readonly (readonly [Partial<TaskQuery>, readonly number[]])[] = [
  [{}, [6, 5, 4, 3, 2, 1]],
  [{ status: ["failed"] }, [5]],
  [{ status: ["running"] }, []],
  [{ status: ["failed", "running", "completed"] }, [5]],
  [{ status: ["failed", "pending"], queue: "b" }, [3]],
  [{ queue: "b" }, [3]],
  [{ method: "add" }, [4]],
  [{ workflowId: "w'1" }, [4]],
  [{ workflowId: "absent" }, []],
  [{ label: { key: LABEL, value: "v" } }, [1]],
  [{ label: { key: LABEL, value: "w" } }, [2]],
  [{ label: { key: "absent", value: "v" } }, []],
  [{ since: 20, until: 40 }, [4, 3, 2]],
  [{ idPrefix: "task-" }, [4, 3, 2, 1]],
  [{ idPrefix: "task-3" }, [3]],
  [{ idPrefix: "a%" }, [5]],
  [{ idPrefix: "a" }, [6, 5]],
  [{ idPrefix: "A" }, []],
  [{ idPrefix: "' OR 1=1 --" }, []],
  [{ queue: "default", method: "noop", since: 20 }, [6, 5, 2]],
];

export const LISTING_CASES: readonly ConformanceCase[] = [
  {
    rule: "listTasks filters, and listChanges with it",
    check: async ({ store, reader }) => {
      await store.write(async (tx) => {
        await tx.insertWorkflows([{
          id: "w'1",
          num: 1,
          name: null,
          status: "running",
          contentHash: "h",
          createdAt: T0,
          finishedAt: null,
        }]);
        await tx.insertTasks(VARIED);
      });
      for (const [filter, expected] of FILTERS) {
        const found = await list(reader, filter);
        assert.deepEqual(found, { nums: expected, nextBeforeNum: null }, JSON.stringify(filter));
        const changed = await changes(reader, {}, filter);
        assert.deepEqual(changed.nums, expected.toReversed(), JSON.stringify(filter));
      }
    },
  },
  {
    rule: "listTasks pages to the end without gap or repetition",
    check: async ({ store, reader }) => {
      await insert(store, ...[1, 2, 3, 4, 5].map((num) => newTask(num)));
      const first = await list(reader, {}, { limit: 2 });
      assert.deepEqual(first.nums, [5, 4]);
      await insert(store, newTask(6));
      const second = await list(reader, {}, { limit: 2, beforeNum: first.nextBeforeNum });
      const third = await list(reader, {}, { limit: 2, beforeNum: second.nextBeforeNum });
      assert.deepEqual([second.nums, third.nums], [[3, 2], [1]]);
      assert.equal(third.nextBeforeNum, null);
      assert.deepEqual(await list(reader, {}, { limit: 5, beforeNum: 6 }), {
        nums: [5, 4, 3, 2, 1],
        nextBeforeNum: null,
      });
    },
  },
  {
    rule: "listTasks scans at most scanRows and goes on from there",
    check: async ({ store, reader }) => {
      const tasks = Array.from({ length: 10 }, (_, index) => newTask(index + 1));
      await insert(store, newTask(11, { queue: "b" }), newTask(12), ...tasks.slice(1));
      await insert(store, newTask(1, { queue: "b" }));
      const found: number[] = [];
      let [beforeNum, pages]: [number | null, number] = [null, 0];
      do {
        const page: Awaited<ReturnType<typeof list>> = await list(reader, { queue: "b" }, {
          scanRows: 4,
          beforeNum,
        });
        found.push(...page.nums);
        beforeNum = page.nextBeforeNum;
        pages++;
      } while (beforeNum !== null && pages < 9);
      assert.deepEqual(found, [11, 1]);
      assert.ok(pages === 3 || pages === 4, `${pages} pages`);
    },
  },
  {
    rule: "lists leave out long texts and say so",
    check: async ({ store, reader }) => {
      const long = JSON.stringify(["é".repeat(50)]);
      await insert(store, newTask(1, { args: long }), newTask(2), newTask(3));
      await complete(store, [1, 2], long);
      await complete(store, [3], "1");
      const page = { limit: 9, beforeNum: null, scanRows: 99, textBytes: 100 };
      const { tasks } = await reader.listTasks(query(), page);
      const shown = tasks.map((task) => [
        task.args,
        task.argsOmitted ?? false,
        task.result,
        task.resultOmitted ?? false,
      ]);
      assert.deepEqual(shown, [
        ["[3]", false, "1", false],
        ["[2]", false, null, true],
        ["[]", true, null, true],
      ]);
      const [whole] = (await reader.listTasks(query(), { ...page, textBytes: 1_000 })).tasks.slice(
        2,
      );
      assert.deepEqual([whole?.args, whole?.result, whole?.argsOmitted], [long, long, undefined]);
    },
  },
  {
    rule: "listChanges delivers the latest state of each task changed since",
    check: async ({ store, reader }) => {
      const seqs = await insert(store, newTask(1), newTask(2), newTask(3));
      const [claimed] = await change(store, [1], (task) => claimOf(task));
      assert.deepEqual(await changes(reader, {}), {
        nums: [2, 3, 1],
        deleted: [],
        lastSeq: claimed,
        more: false,
        reset: false,
      });
      const since = await changes(reader, { afterSeq: seqs[2] ?? 0 });
      assert.deepEqual([since.nums, since.lastSeq], [[1], claimed]);
      assert.deepEqual((await changes(reader, { afterSeq: claimed ?? 0 })).nums, []);
    },
  },
  {
    rule: "listChanges pages by limit and by scan, and passes over what the filter leaves out",
    check: async ({ store, reader }) => {
      await insert(
        store,
        ...[1, 2, 3, 4, 5, 6].map((num) => newTask(num, { queue: num % 3 === 0 ? "b" : "a" })),
      );
      const first = await changes(reader, { limit: 4 });
      assert.deepEqual([first.nums, first.more], [[1, 2, 3, 4], true]);
      const rest = await changes(reader, { limit: 4, afterSeq: first.lastSeq });
      assert.deepEqual([rest.nums, rest.more], [[5, 6], false]);
      const found: number[] = [];
      let page = await changes(reader, { scanRows: 2 }, { queue: "b" });
      for (let pages = 0; page.more && pages < 9; pages++) {
        found.push(...page.nums);
        page = await changes(reader, { scanRows: 2, afterSeq: page.lastSeq }, { queue: "b" });
      }
      assert.deepEqual([...found, ...page.nums], [3, 6]);
      assert.equal((await changes(reader, { afterSeq: page.lastSeq })).nums.length, 0);
    },
  },
  {
    rule: "listChanges of few ids looks at those alone, however much else has changed",
    check: async ({ store, reader }) => {
      await insert(store, ...[1, 2, 3, 4, 5, 6].map((num) => newTask(num)));
      const one = { idPrefix: "task-5" };
      const first = await changes(reader, { scanRows: 2 }, one);
      assert.deepEqual([first.nums, first.more], [[5], false]);
      const later = { scanRows: 2, afterSeq: first.lastSeq };
      assert.deepEqual((await changes(reader, later, one)).nums, []);
      await complete(store, [4, 5, 6]);
      const second = await changes(reader, later, one);
      assert.deepEqual([second.nums, second.more], [[5], false]);
      assert.ok(second.lastSeq > first.lastSeq);
      const none = await changes(reader, { ...later, afterSeq: second.lastSeq }, one);
      assert.deepEqual([none.nums, none.lastSeq], [[], second.lastSeq]);
    },
  },
  {
    rule: "stamps grow over restarts, deletions and undone work",
    check: async (under) => {
      const [first = 0] = await insert(under.store, newTask(1));
      await under.store.write((tx) => tx.deleteTasks([1]));
      await under.reopen();
      const [second = 0] = await insert(under.store, newTask(2));
      assert.ok(second > first);
      const undone = under.store.write(async (tx) => {
        await tx.insertTasks([newTask(3)]);
        throw new Error("undone");
      });
      await assert.rejects(undone);
      const [third = 0] = await insert(under.store, newTask(3));
      assert.ok(third > second);
    },
  },
  {
    rule: "listChanges tells deletions, and reset when that is too long ago",
    check: async ({ store, reader }) => {
      const [first = 0] = await insert(store, newTask(1), newTask(2));
      const { lastSeq: stamp } = await store.write((tx) => tx.deleteTasks([1]));
      const after = await changes(reader, { afterSeq: first });
      assert.deepEqual([after.nums, after.reset], [[2], false]);
      assert.deepEqual(after.deleted, [{ id: "task-1", seq: stamp }]);
      assert.equal(after.lastSeq, stamp);
      const again = await store.write((tx) => tx.deleteTasks([1]));
      assert.equal(again.lastSeq, 0, "there is nothing any more");
      const nums = Array.from({ length: 20_001 }, (_, index) => index + 10);
      await store.write(async (tx) => {
        await tx.insertTasks(nums.map((num) => newTask(num)));
        await tx.deleteTasks(nums);
      });
      const late = await changes(reader, { afterSeq: first });
      assert.deepEqual([late.reset, late.nums], [true, []]);
      const anew = await changes(reader, { afterSeq: late.lastSeq });
      assert.deepEqual([anew.reset, anew.nums, anew.deleted], [false, [], []]);
    },
  },
  {
    rule: "listChanges resets who comes from the future of a restored store",
    check: async ({ store, reader }) => {
      const [seq = 0] = await insert(store, newTask(1));
      assert.equal((await changes(reader, { afterSeq: seq + 1 })).reset, true);
      await change(store, [1], (task) => changeOf(task, { alone: true }));
      assert.equal((await changes(reader, { afterSeq: seq })).reset, false);
    },
  },
];
