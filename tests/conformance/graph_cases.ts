/** The graph and workflows: edges, counters, what depends on what. */
import assert from "node:assert/strict";
import { ConstraintError } from "../../actors/storage/port.ts";
import {
  blockedTask,
  change,
  changeOf,
  claimOf,
  complete,
  type ConformanceCase,
  insert,
  newTask,
  newWorkflow,
  NOT_READY,
  present,
  T0,
} from "./store_fixture.ts";

const SKIPPED = { ...NOT_READY, status: "skipped", reason: "rule", finishedAt: T0 } as const;

export const GRAPH_CASES: readonly ConformanceCase[] = [
  {
    rule: "dependentsOf answers every edge to a child of the statuses, by the child's num",
    check: async ({ store }) => {
      const [a, b] = [newTask(1), newTask(2)];
      await insert(store, a, b);
      await insert(
        store,
        blockedTask(5, [a]),
        blockedTask(4, [b, a]),
        blockedTask(3, [b], SKIPPED),
      );
      await store.write(async (tx) => {
        const blocked = await tx.dependentsOf([2, 1], ["blocked"]);
        const pairs = blocked.map(({ parent, child }) => [child.num, parent]);
        assert.deepEqual(pairs.map(([child]) => child), [4, 4, 5]);
        assert.deepEqual(pairs.toSorted(), [[4, 1], [4, 2], [5, 1]]);
        assert.equal(blocked[0]?.child.counts.total, 2);
        const both = await tx.dependentsOf([2], ["blocked", "skipped"]);
        assert.deepEqual(both.map(({ child }) => child.num), [3, 4]);
        assert.deepEqual(await tx.dependentsOf([2], []), []);
        assert.deepEqual(await tx.dependentsOf([], ["blocked"]), []);
      });
    },
  },
  {
    rule: "listDependents answers direct dependents of any status, page by page",
    check: async ({ store, reader }) => {
      const [a, b] = [newTask(1), newTask(2)];
      await insert(store, a, b);
      await insert(
        store,
        blockedTask(3, [a]),
        blockedTask(4, [b]),
        blockedTask(5, [a, b], SKIPPED),
      );
      await insert(store, blockedTask(6, [a], { args: '["long"]' }));
      const page = async (afterNum: number | null, limit: number, textBytes = 99) => {
        const found = present(
          await reader.listDependents("task-1", { afterNum, limit, textBytes }),
        );
        return [found.tasks.map(({ num }) => num), found.nextAfterNum];
      };
      assert.deepEqual(await page(null, 2), [[3, 5], 5]);
      assert.deepEqual(await page(5, 2), [[6], null]);
      assert.deepEqual(await page(null, 3), [[3, 5, 6], null]);
      const short = await reader.listDependents("task-1", { afterNum: 5, limit: 1, textBytes: 3 });
      assert.deepEqual(short?.tasks.map(({ argsOmitted }) => argsOmitted), [true]);
      const last = { afterNum: null, limit: 1, textBytes: 9 };
      assert.deepEqual(await reader.listDependents("task-6", last), {
        tasks: [],
        nextAfterNum: null,
      });
      assert.equal(await reader.listDependents("absent", last), null);
      await store.write((tx) => tx.deleteTasks([5]));
      assert.deepEqual(await page(null, 9), [[3, 6], null]);
    },
  },
  {
    rule: "dependenciesOf answers the direct dependencies as they stand",
    check: async ({ store }) => {
      const a = newTask(1, { key: "first" });
      const b = newTask(2);
      await insert(store, a, b, blockedTask(3, [b, a]), newTask(4));
      await complete(store, [2]);
      await store.write(async (tx) => {
        const states = await tx.dependenciesOf([3, 4]);
        assert.deepEqual(present(states.get(3)).toSorted((x, y) => x.num - y.num), [
          { num: 1, id: "task-1", key: "first", status: "pending", reason: null },
          { num: 2, id: "task-2", key: null, status: "completed", reason: null },
        ]);
        assert.deepEqual(states.get(4), []);
      });
    },
  },
  {
    rule: "an edge is kept once, and none to the task itself",
    check: async ({ store }) => {
      const a = newTask(1);
      await insert(store, a);
      await assert.rejects(insert(store, blockedTask(2, [a, a])), ConstraintError);
      await assert.rejects(insert(store, blockedTask(2, [newTask(2)])), ConstraintError);
    },
  },
  {
    rule: "withLiveDependents names the tasks for which something live waits",
    check: async ({ store }) => {
      const [a, b, c] = [newTask(1), newTask(2), newTask(3)];
      await insert(store, a, b, c, blockedTask(4, [a]), blockedTask(5, [b], SKIPPED));
      const ask = () => store.write((tx) => tx.withLiveDependents([1, 2, 3, 9]));
      assert.deepEqual(await ask(), new Set([1]));
      await change(store, [4], (task) => changeOf(task, SKIPPED));
      assert.deepEqual(await ask(), new Set());
    },
  },
  {
    rule: "workflows are found by id and num, and an id is taken once",
    check: async ({ store, reader }) => {
      await store.write(async (tx) => {
        await tx.insertWorkflows([newWorkflow(1, { name: "né'" }), newWorkflow(2)]);
        const found = await tx.findWorkflows(["workflow-1", "absent"]);
        assert.deepEqual([...found.keys()], ["workflow-1"]);
        assert.deepEqual(found.get("workflow-1"), {
          ...newWorkflow(1, { name: "né'" }),
          counts: {},
        });
        assert.deepEqual([...(await tx.loadWorkflows([2, 3])).keys()], [2]);
      });
      const again = store.write((tx) => tx.insertWorkflows([newWorkflow(3, { id: "workflow-1" })]));
      await assert.rejects(again, ConstraintError);
      assert.equal(await reader.getWorkflow("absent"), null);
    },
  },
  {
    rule: "workflow counts follow the tasks, within the transaction too",
    check: async ({ store, reader }) => {
      const inFirst = { workflowId: "workflow-1", workflowNum: 1 };
      await store.write(async (tx) => {
        await tx.insertWorkflows([newWorkflow(1), newWorkflow(2)]);
        await tx.insertTasks([1, 2, 3].map((num) => newTask(num, inFirst)));
        assert.deepEqual((await tx.loadWorkflows([1])).get(1)?.counts, { pending: 3 });
        const task = present((await tx.loadTasks([1])).get(1));
        await tx.updateTasks([claimOf(task)]);
        assert.deepEqual((await tx.loadWorkflows([1])).get(1)?.counts, { pending: 2, running: 1 });
        assert.deepEqual((await tx.loadWorkflows([2])).get(2)?.counts, {});
      });
      await complete(store, [2, 3]);
      const found = await reader.getWorkflow("workflow-1");
      assert.deepEqual(found?.counts, { running: 1, completed: 2 });
    },
  },
  {
    rule: "workflow counts are undone with a savepoint",
    check: async ({ store, reader }) => {
      const inFirst = { workflowId: "workflow-1", workflowNum: 1 };
      await store.write(async (tx) => {
        await tx.insertWorkflows([newWorkflow(1)]);
        await tx.insertTasks([newTask(1, inFirst)]);
        const inner = tx.savepoint(async () => {
          await tx.insertTasks([newTask(2, inFirst)]);
          await tx.loadWorkflows([1]);
          throw new Error("inner");
        });
        await assert.rejects(inner);
      });
      assert.deepEqual((await reader.getWorkflow("workflow-1"))?.counts, { pending: 1 });
    },
  },
  {
    rule: "finishWorkflows ends and reopens workflows",
    check: async ({ store, reader }) => {
      const end = (status: "running" | "failed", finishedAt: number | null) =>
        store.write((tx) => tx.finishWorkflows([{ num: 1, status, finishedAt }]));
      await store.write((tx) => tx.insertWorkflows([newWorkflow(1)]));
      await end("failed", T0 + 1);
      const failed = await reader.getWorkflow("workflow-1");
      assert.deepEqual([failed?.status, failed?.finishedAt], ["failed", T0 + 1]);
      await end("running", null);
      const reopened = await reader.getWorkflow("workflow-1");
      assert.deepEqual([reopened?.status, reopened?.finishedAt], ["running", null]);
    },
  },
  {
    rule: "tasks of a workflow come in order of num, in pages",
    check: async ({ store, reader }) => {
      const of = (num: number) => ({ workflowId: `workflow-${num}`, workflowNum: num });
      await store.write(async (tx) => {
        await tx.insertWorkflows([newWorkflow(1), newWorkflow(2)]);
        await tx.insertTasks([3, 1, 5].map((num) => newTask(num, of(1))));
        await tx.insertTasks([newTask(2, of(2)), newTask(4)]);
        const page = await tx.tasksOfWorkflow(1, { afterNum: 1, limit: 1 });
        assert.deepEqual(page.map(({ num }) => num), [3]);
        const rest = await tx.tasksOfWorkflow(1, { afterNum: 3, limit: 9 });
        assert.deepEqual(rest.map(({ num }) => num), [5]);
      });
      const tasks = await reader.listWorkflowTasks(1, { afterNum: 0, limit: 9 });
      assert.deepEqual(tasks.map(({ num, args }) => ({ num, args })), [
        { num: 1, args: "[]" },
        { num: 3, args: "[]" },
        { num: 5, args: "[]" },
      ]);
      const page = await reader.listWorkflowTasks(1, { afterNum: 1, limit: 1 });
      assert.deepEqual(page.map(({ num }) => num), [3]);
    },
  },
  {
    rule: "a workflow goes with the last of its tasks",
    check: async ({ store, reader }) => {
      const inFirst = { workflowId: "workflow-1", workflowNum: 1 };
      await store.write(async (tx) => {
        await tx.insertWorkflows([newWorkflow(1), newWorkflow(2)]);
        await tx.insertTasks([newTask(1, inFirst), newTask(2, inFirst)]);
      });
      await store.write((tx) => tx.deleteTasks([1]));
      assert.deepEqual((await reader.getWorkflow("workflow-1"))?.counts, { pending: 1 });
      await store.write((tx) => tx.deleteTasks([2]));
      assert.equal(await reader.getWorkflow("workflow-1"), null);
      assert.equal((await reader.getWorkflow("workflow-2"))?.num, 2);
    },
  },
];
