/** What nodes run. */
import assert from "node:assert/strict";
import {
  change,
  claimOf,
  completionOf,
  type ConformanceCase,
  insert,
  newTask,
  T0,
} from "./store_fixture.ts";

export const NODE_RUN_CASES: readonly ConformanceCase[] = [
  {
    rule:
      "listNodeRuns gives the runs of each node that have not ended, the first ones, and no more",
    check: async ({ store, reader }) => {
      const list = (limit: number, ...nodes: readonly string[]) =>
        reader.listNodeRuns({ nodes, limit });
      assert.deepEqual(await list(9, "n-1"), []);
      await insert(
        store,
        ...[1, 2, 3, 4, 5, 6].map((num) => newTask(num, { queue: `queue-${num % 2}` })),
      );
      const claims = [["n-2", 30], ["n-1", 20], ["n-1", 10], ["n-1", 20], ["n-3", 5]] as const;
      for (const [i, [node, at]] of claims.entries()) {
        const more = { node, executor: `executor-${i}`, startedAt: T0 + at };
        await change(store, [i + 1], (task) => claimOf(task, more));
      }
      const idsOf = async (...query: Parameters<typeof list>) =>
        (await list(...query)).map(({ node, id }) => `${node} ${id}`);
      const all = ["n-1 task-3", "n-1 task-2", "n-1 task-4", "n-2 task-1"];
      assert.deepEqual(await idsOf(9, "n-2", "n-1", "n-4"), all);
      assert.deepEqual(await idsOf(2, "n-2", "n-1"), [...all.slice(0, 2), ...all.slice(3)]);
      assert.deepEqual(await list(9, "n-3"), [{
        node: "n-3",
        executor: "executor-4",
        id: "task-5",
        method: "noop",
        run: 1,
        startedAt: T0 + 5,
      }]);
      await change(store, [5], (task) => completionOf(task));
      assert.deepEqual(await list(9, "n-3"), []);
    },
  },
];
