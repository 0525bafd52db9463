/** Retention: what has ended, what holds it back, and that it goes whole. */
import assert from "node:assert/strict";
import type { WorkflowStatus } from "../../actors/domain/task.ts";
import type { NewTask, NewWorkflow, StoreReader } from "../../actors/storage/port.ts";
import type { EndedQuery } from "../../actors/storage/port/retention.ts";
import {
  blockedTask,
  change,
  changeOf,
  complete,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
  query,
  T0,
} from "./store_fixture.ts";

const LATE = T0 + 1_000_000;

/** A task that ended at `finishedAt`. */
function endedTask(num: number, finishedAt: number, more: Partial<NewTask> = {}): NewTask {
  return newTask(num, { ...NOT_READY, status: "completed", run: 1, finishedAt, ...more });
}

function endedWorkflow(num: number, status: WorkflowStatus, finishedAt: number | null) {
  const more: Pick<NewWorkflow, "name" | "contentHash"> = { name: null, contentHash: "h" };
  return { id: `workflow-${num}`, num, status, createdAt: T0, finishedAt, ...more };
}

function ended(more: Partial<EndedQuery> = {}): EndedQuery {
  return { kind: "task", status: "completed", until: LATE, after: null, limit: 9, ...more };
}

const IN_WORKFLOW = { workflowId: "workflow-1", workflowNum: 1 };

async function shown(reader: StoreReader): Promise<readonly string[]> {
  const page = { limit: 99, beforeNum: null, scanRows: 99, textBytes: 99 };
  return (await reader.listTasks(query(), page)).tasks.map(({ id }) => id).toSorted();
}

const SELECTION_CASES: readonly ConformanceCase[] = [
  {
    rule: "selectEnded answers what ended with a status until a time, the oldest first",
    check: async ({ store }) => {
      await insert(
        store,
        endedTask(1, T0 + 30),
        endedTask(2, T0 + 10),
        endedTask(3, T0 + 20, { status: "failed", reason: "timeout" }),
        endedTask(4, T0 + 31),
        newTask(5),
        endedTask(6, T0 + 10),
      );
      await store.write(async (tx) => {
        const found = await tx.selectEnded(ended({ until: T0 + 30 }));
        assert.deepEqual(found, [
          { num: 2, finishedAt: T0 + 10, tasks: 1 },
          { num: 6, finishedAt: T0 + 10, tasks: 1 },
          { num: 1, finishedAt: T0 + 30, tasks: 1 },
        ]);
        const failed = await tx.selectEnded(ended({ status: "failed" }));
        assert.deepEqual(failed.map(({ num }) => num), [3]);
        assert.deepEqual(await tx.selectEnded(ended({ status: "skipped" })), []);
      });
    },
  },
  {
    rule: "selectEnded goes on after a place, inside a millisecond too",
    check: async ({ store }) => {
      await insert(store, ...[1, 2, 3, 4].map((num) => endedTask(num, T0)), endedTask(5, T0 - 1));
      await store.write(async (tx) => {
        const nums: number[] = [];
        for (let after: EndedQuery["after"] = null;;) {
          const [next] = await tx.selectEnded(ended({ after, limit: 1 }));
          if (next === undefined) break;
          nums.push(next.num);
          after = { finishedAt: next.finishedAt, num: next.num };
        }
        assert.deepEqual(nums, [5, 1, 2, 3, 4]);
      });
    },
  },
  {
    rule: "selectEnded knows workflows with the number of their tasks, and none of their tasks",
    check: async ({ store }) => {
      await store.write(async (tx) => {
        await tx.insertWorkflows([
          endedWorkflow(1, "failed", T0 + 5),
          endedWorkflow(2, "running", null),
        ]);
        await tx.insertTasks([endedTask(1, T0, IN_WORKFLOW), endedTask(2, T0, IN_WORKFLOW)]);
        assert.deepEqual(await tx.selectEnded(ended()), []);
        const workflows = await tx.selectEnded(ended({ kind: "workflow", status: "failed" }));
        assert.deepEqual(workflows, [{ num: 1, finishedAt: T0 + 5, tasks: 2 }]);
      });
    },
  },
  {
    rule: "liveWorkflows names those with a live task of their own or outside",
    check: async ({ store }) => {
      const own = (num: number, workflow: number) =>
        endedTask(num, T0, { workflowId: `workflow-${workflow}`, workflowNum: workflow });
      const [one, two, three] = [own(1, 1), own(2, 2), own(3, 3)];
      await store.write(async (tx) => {
        await tx.insertWorkflows([1, 2, 3].map((num) => endedWorkflow(num, "completed", T0)));
        await tx.insertTasks([one, two, three]);
        await tx.insertTasks([
          blockedTask(4, [one], { workflowId: "workflow-1", workflowNum: 1, ...ENDED }),
          blockedTask(5, [two]),
          blockedTask(6, [three], ENDED),
        ]);
        assert.deepEqual([...await tx.liveWorkflows([1, 2, 3, 9])], [2]);
      });
      const revived = { ...NOT_READY, status: "blocked", finishedAt: null } as const;
      await change(store, [4], (task) => changeOf(task, revived));
      await store.write(async (tx) => {
        assert.deepEqual([...await tx.liveWorkflows([1, 2, 3])].toSorted(), [1, 2]);
      });
    },
  },
];

const ENDED = { ...NOT_READY, status: "cancelled", finishedAt: T0 } as const;

const DELETION_CASES: readonly ConformanceCase[] = [
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
  {
    rule: "deleteExpiredKeys forgets the oldest keys that have expired, up to a limit",
    check: async ({ store }) => {
      const key = (name: string, expiresAt: number) => ({
        key: name,
        contentHash: "h",
        id: "task-1",
        expiresAt,
      });
      // Far in the future: inserting lets go of what has expired by the store's own clock.
      const at = Date.now() + 86_400_000;
      await store.write(async (tx) => {
        assert.equal(await tx.nextKeyExpiry(), null);
        await tx.insertIdempotencyKeys([key("b", at + 1), key("a", at), key("c", at + 2)]);
        assert.equal(await tx.nextKeyExpiry(), at);
        assert.equal(await tx.deleteExpiredKeys(at - 1, 9), 0);
        assert.equal(await tx.deleteExpiredKeys(at + 1, 1), 1);
        assert.equal(await tx.nextKeyExpiry(), at + 1);
        assert.equal(await tx.deleteExpiredKeys(at + 1, 9), 1);
        const known = await tx.findIdempotencyKeys(["a", "b", "c"], at - 9);
        assert.deepEqual([...known.keys()], ["c"]);
      });
    },
  },
];

export const RETENTION_CASES: readonly ConformanceCase[] = [...SELECTION_CASES, ...DELETION_CASES];
