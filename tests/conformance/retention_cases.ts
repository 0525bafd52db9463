/** Retention: what has ended, and what holds it back. */
import assert from "node:assert/strict";
import type { EndedQuery } from "../../actors/storage/port/retention.ts";
import { ENDED, endedTask, endedWorkflow, IN_WORKFLOW } from "./ended_work.ts";
import {
  blockedTask,
  change,
  changeOf,
  type ConformanceCase,
  insert,
  newTask,
  NOT_READY,
  present,
  T0,
} from "./store_fixture.ts";

const LATE = T0 + 1_000_000;

function ended(more: Partial<EndedQuery> = {}): EndedQuery {
  return { kind: "task", status: "completed", until: LATE, after: null, limit: 9, ...more };
}

export const RETENTION_CASES: readonly ConformanceCase[] = [
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
  {
    rule: "withLiveDependents finds them among nums that follow each other",
    check: async ({ store }) => {
      const parents = Array.from({ length: 9 }, (_, index) => endedTask(index + 1, T0));
      const [, second, , , fifth] = parents;
      const waiting = blockedTask(20, [second, fifth].map(present));
      await insert(store, ...parents, waiting, blockedTask(21, parents.slice(2, 4), ENDED));
      const nums = parents.map(({ num }) => num);
      assert.deepEqual(await store.write((tx) => tx.withLiveDependents(nums)), new Set([2, 5]));
    },
  },
];
