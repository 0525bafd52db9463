/** Deletion: that tasks and workflows go whole, and nothing else with them. */
import assert from "node:assert/strict";
import type { NewTask, StoreReader } from "../../actors/storage/port.ts";
import { ENDED, endedTask, endedWorkflow, IN_WORKFLOW } from "./ended_work.ts";
import {
  blockedTask,
  complete,
  type ConformanceCase,
  insert,
  newTask,
  query,
  T0,
} from "./store_fixture.ts";

async function shown(reader: StoreReader): Promise<readonly string[]> {
  const page = { limit: 99, beforeNum: null, scanRows: 99, textBytes: 99 };
  return (await reader.listTasks(query(), page)).tasks.map(({ id }) => id).toSorted();
}

type Depths = Readonly<Record<string, number>>;

/** Counts of tasks by queue and status. */
function depths(tasks: readonly NewTask[]): Depths {
  const counts: Record<string, number> = {};
  for (const { queue, status } of tasks) {
    counts[`${queue} ${status}`] = (counts[`${queue} ${status}`] ?? 0) + 1;
  }
  return counts;
}

async function depthsOf(reader: StoreReader): Promise<Depths> {
  const rows = (await reader.queueDepths()).filter(({ count }) => count > 0);
  return Object.fromEntries(rows.map(({ queue, status, count }) => [`${queue} ${status}`, count]));
}

const KINDS: readonly Partial<NewTask>[] = [
  {},
  { queue: "other" },
  { status: "failed", reason: "timeout" },
  { status: "failed", reason: "timeout", discardedAt: T0 },
];

/** Ended tasks with nums from 1 to `count`, of which every tenth depends on `parent`. */
function mixedTasks(count: number, parent: NewTask): readonly NewTask[] {
  return Array.from(
    { length: count },
    (_, index) =>
      index % 10 === 5
        ? blockedTask(index + 1, [parent], ENDED)
        : endedTask(index + 1, T0, KINDS[index % KINDS.length]),
  );
}

async function tombstones(reader: StoreReader) {
  const page = { limit: 99, scanRows: 99, textBytes: 99, afterSeq: 0 };
  return (await reader.listChanges(query(), page)).deleted;
}

export const DELETION_CASES: readonly ConformanceCase[] = [
  {
    rule:
      "deleteTasks answers what is gone, with the newest stamp, and passes over what is unknown",
    check: async ({ store, reader }) => {
      await insert(store, endedTask(1, T0), endedTask(2, T0), endedTask(3, T0));
      const deleted = await store.write((tx) => tx.deleteTasks([3, 1, 8]));
      assert.deepEqual(deleted.taskNums.toSorted(), [1, 3]);
      const page = { limit: 9, afterSeq: deleted.lastSeq - 1, scanRows: 99, textBytes: 99 };
      assert.equal((await reader.listChanges(query(), page)).lastSeq, deleted.lastSeq);
      assert.deepEqual(await shown(reader), ["task-2"]);
      const none = await store.write((tx) => tx.deleteTasks([1]));
      assert.deepEqual(none, { taskNums: [], lastSeq: 0 });
    },
  },
  {
    rule:
      "deleteTasks takes tasks of every kind at once, whether their nums follow each other or not",
    check: async ({ store, reader }) => {
      const staying = endedTask(40, T0);
      const tasks = mixedTasks(30, staying);
      await insert(store, staying, ...tasks);
      // A range, a hole, one that is unknown inside a range, and single ones.
      const going = [1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18, 20, 26];
      const deleted = await store.write(async (tx) => {
        await tx.deleteTasks([16]);
        return await tx.deleteTasks(going.toReversed());
      });
      const gone = going.filter((num) => num !== 16);
      assert.deepEqual(deleted.taskNums.toSorted((a, b) => a - b), gone);
      const left = tasks.filter(({ num }) => !going.includes(num));
      const ids = [...left, staying].map(({ id }) => id);
      assert.deepEqual(await shown(reader), ids.toSorted());
      assert.deepEqual(await depthsOf(reader), depths([...left, staying]));
      const dead = left.filter((task) => task.reason !== null && task.discardedAt === null);
      const [count] = await reader.countDeadLetters();
      assert.equal(count?.count, dead.length);
      const children = await store.write((tx) => tx.dependentsOf([staying.num], ["cancelled"]));
      const expected = left.filter(({ depNums }) => depNums.length > 0);
      assert.deepEqual(children.map(({ child }) => child.num), expected.map(({ num }) => num));
      const told = await tombstones(reader);
      assert.deepEqual(new Set(told.map(({ id }) => id)), new Set(going.map((n) => `task-${n}`)));
      assert.equal(new Set(told.map(({ seq }) => seq)).size, going.length);
    },
  },
  {
    rule: "deleteTasks cuts the edges of a child whose dependency stays",
    check: async ({ store }) => {
      const parent = endedTask(1, T0);
      await insert(store, parent, blockedTask(2, [parent], ENDED), blockedTask(3, [parent]));
      await store.write(async (tx) => {
        await tx.deleteTasks([2]);
        const children = await tx.dependentsOf([1], ["blocked", "cancelled"]);
        assert.deepEqual(children.map(({ child }) => child.num), [3]);
      });
    },
  },
  {
    rule: "deleteWorkflows removes workflows with all their tasks, and nothing else",
    check: async ({ store, reader }) => {
      const outside = endedTask(1, T0);
      await store.write(async (tx) => {
        await tx.insertWorkflows([
          endedWorkflow(1, "completed", T0),
          endedWorkflow(2, "completed", T0),
          endedWorkflow(3, "completed", T0),
        ]);
        await tx.insertTasks([outside]);
        const first = endedTask(2, T0, IN_WORKFLOW);
        const other = { workflowId: "workflow-2", workflowNum: 2 };
        await tx.insertTasks([
          first,
          blockedTask(3, [first, outside], { ...IN_WORKFLOW, ...ENDED }),
          endedTask(4, T0, other),
        ]);
      });
      const deleted = await store.write((tx) => tx.deleteWorkflows([1, 3]));
      assert.deepEqual(deleted.taskNums.toSorted(), [2, 3]);
      assert.equal(await reader.getWorkflow("workflow-1"), null);
      assert.equal(await reader.getWorkflow("workflow-3"), null);
      assert.deepEqual((await reader.getWorkflow("workflow-2"))?.counts, { completed: 1 });
      assert.deepEqual(await shown(reader), ["task-1", "task-4"]);
      assert.deepEqual(await reader.queueDepths(), [
        { queue: "default", status: "completed", count: 2 },
      ]);
      await store.write(async (tx) => {
        assert.deepEqual(await tx.dependentsOf([1], ["cancelled"]), []);
      });
    },
  },
  {
    rule: "a queue is forgotten with its last task, and counts anew when it is used again",
    check: async ({ store, reader }) => {
      await insert(store, newTask(1, { queue: "once" }));
      await complete(store, [1]);
      await store.write((tx) => tx.deleteTasks([1]));
      assert.deepEqual(await reader.queueDepths(), []);
      await insert(store, newTask(2, { queue: "once" }));
      assert.deepEqual(await reader.queueDepths(), [
        { queue: "once", status: "pending", count: 1 },
      ]);
    },
  },
];
