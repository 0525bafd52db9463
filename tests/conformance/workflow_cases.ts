/** Looking at workflows: pages of them, and of the runs of their tasks. */
import assert from "node:assert/strict";
import type { StoreReader } from "../../actors/storage/port.ts";
import type { WorkflowQuery } from "../../actors/storage/port/workflows.ts";
import { complete, type ConformanceCase, newTask, newWorkflow, T0 } from "./store_fixture.ts";

type Page = Parameters<StoreReader["listWorkflows"]>[1];

async function list(
  reader: StoreReader,
  page: Partial<Page> = {},
  query: Partial<WorkflowQuery> = {},
) {
  const { workflows, nextBeforeNum } = await reader.listWorkflows(
    { status: null, name: null, prefix: null, ...query },
    { limit: 100, beforeNum: null, scanRows: 10_000, ...page },
  );
  return { nums: workflows.map(({ num }) => num), nextBeforeNum };
}

const FIRST = { taskNum: 0, run: 0 };

export const WORKFLOW_CASES: readonly ConformanceCase[] = [
  {
    rule: "runs of a workflow come by task and run, in pages",
    check: async ({ store, reader }) => {
      const inFirst = { workflowId: "workflow-1", workflowNum: 1 };
      await store.write(async (tx) => {
        await tx.insertWorkflows([newWorkflow(1), newWorkflow(2)]);
        await tx.insertTasks([newTask(1), newTask(2, inFirst), newTask(3, inFirst)]);
        await tx.insertTasks([newTask(4, inFirst)]);
        await tx.insertRuns([[4, 1], [2, 2], [1, 1], [2, 1], [3, 7]].map(([num = 0, run = 0]) => (
          { num, run, attempt: run, node: "n-1", executor: "e", startedAt: T0 + num }
        )));
        const end = { num: 2, run: 1, startedAt: T0 + 3, finishedAt: T0 + 4 };
        await tx.finishRuns([{ ...end, outcome: "threw", error: null }]);
      });
      // So that the page goes over what PostgreSQL keeps apart.
      await complete(store, [3]);
      const places = async (taskNum: number, run: number, limit: number) =>
        (await reader.listWorkflowRuns(1, { after: { taskNum, run }, limit }))
          .map(({ taskNum, run }) => [taskNum, run]);
      assert.deepEqual(await places(0, 0, 9), [[2, 1], [2, 2], [3, 7], [4, 1]]);
      assert.deepEqual(await places(2, 1, 2), [[2, 2], [3, 7]]);
      assert.deepEqual(await places(4, 1, 9), []);
      assert.deepEqual(await reader.listWorkflowRuns(2, { after: FIRST, limit: 9 }), []);
      const of = (run: number) => ({
        taskId: "task-2",
        taskNum: 2,
        run,
        attempt: run,
        node: "n-1",
      });
      assert.deepEqual(await reader.listWorkflowRuns(1, { after: FIRST, limit: 2 }), [
        { ...of(1), startedAt: T0 + 3, finishedAt: T0 + 4, outcome: "threw" },
        { ...of(2), startedAt: T0 + 2, finishedAt: null, outcome: null },
      ]);
    },
  },
  {
    rule: "listWorkflows pages newest first",
    check: async ({ store, reader }) => {
      await store.write((tx) => tx.insertWorkflows([1, 2, 3].map((num) => newWorkflow(num))));
      const first = await list(reader, { limit: 2 });
      assert.deepEqual(first.nums, [3, 2]);
      const rest = await list(reader, { limit: 2, beforeNum: first.nextBeforeNum });
      assert.deepEqual(rest, { nums: [1], nextBeforeNum: null });
    },
  },
  {
    rule: "listWorkflows filters by status, name and prefix of either",
    check: async ({ store, reader }) => {
      await store.write(async (tx) => {
        await tx.insertWorkflows([
          newWorkflow(1, { name: "it's %_" }),
          newWorkflow(2, { name: "it's %_ too" }),
          newWorkflow(3, { name: "work" }),
          newWorkflow(4, { id: "it's" }),
        ]);
        await tx.finishWorkflows([{ num: 2, status: "failed", finishedAt: T0 }]);
      });
      const nums = async (query: Partial<WorkflowQuery>) => (await list(reader, {}, query)).nums;
      assert.deepEqual(await nums({ status: "failed" }), [2]);
      assert.deepEqual(await nums({ status: "running" }), [4, 3, 1]);
      assert.deepEqual(await nums({ name: "it's %_" }), [1]);
      assert.deepEqual(await nums({ prefix: "it's" }), [4, 2, 1]);
      assert.deepEqual(await nums({ prefix: "it's %_", status: "running" }), [1]);
      assert.deepEqual(await nums({ prefix: "%" }), []);
      assert.deepEqual(await nums({ prefix: "work" }), [3, 2, 1]);
    },
  },
  {
    rule: "listWorkflows gives up after a number of rows, and goes on from there",
    check: async ({ store, reader }) => {
      const workflows = [1, 2, 3, 4, 5].map((num) =>
        newWorkflow(num, { name: num === 1 ? "a" : null })
      );
      await store.write((tx) => tx.insertWorkflows(workflows));
      const first = await list(reader, { scanRows: 3 }, { name: "a" });
      assert.deepEqual(first, { nums: [], nextBeforeNum: 3 });
      const rest = await list(reader, { scanRows: 3, beforeNum: 3 }, { name: "a" });
      assert.deepEqual(rest, { nums: [1], nextBeforeNum: null });
    },
  },
];
