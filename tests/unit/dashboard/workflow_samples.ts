/** Workflows for tests of the pages about them. */
import fc from "fast-check";
import {
  type GraphTask,
  type TaskGraph,
  taskGraph,
} from "../../../api/dashboard/pages/workflow/task_graph.ts";
import type { TaskView, WorkflowRunView } from "../../../api/schema.ts";
import { readGraph } from "../../support/graphs.ts";

/** Epoch ms at which the workflows of the tests are submitted. */
export const T0 = Date.parse("2026-11-21T20:00:00.000Z");

/** `T0` and `ms`, as the API writes times. */
export function at(ms: number): string {
  return new Date(T0 + ms).toISOString();
}

/** A task of a graph; depends on the ids `deps`. */
export function graphTask(id: string, deps: readonly string[] = [], more: Partial<GraphTask> = {}) {
  return {
    id,
    key: id,
    method: "noop",
    wave: 0,
    deps: [...deps],
    triggerRule: "all_success",
    ...more,
  };
}

/** A task as the API gives it, pending since `T0`. */
export function taskView(id: string, more: Partial<TaskView> = {}): TaskView {
  return {
    ...{ id, workflowId: "w", key: id, method: "noop", args: null, argsOmitted: true, deps: [] },
    ...{ triggerRule: "all_success", queue: "default", priority: 0, status: "pending" },
    ...{ reason: null, wave: 0, run: 0, attempt: 0, maxAttempts: 5, crashes: 0, runAt: null },
    ...{ createdAt: at(0), startedAt: null, finishedAt: null, cancelRequestedAt: null },
    ...{ timeoutMs: 1_000, result: null, error: null, progress: null, labels: {} },
    ...{ concurrencyKey: null, node: null, executor: null, definition: null, seq: "1" },
    ...more,
  };
}

/** A run of task `taskId` from ms `from` to `to` after `T0`; null: it lasts. */
export function runView(
  taskId: string,
  [from, to]: readonly [number, number | null],
  more: Partial<WorkflowRunView> = {},
): WorkflowRunView {
  return {
    ...{ taskId, run: 1, attempt: 1, node: "n-1", startedAt: at(from) },
    ...{ finishedAt: to === null ? null : at(to), outcome: to === null ? null : "completed" },
    ...more,
  };
}

/** The recorded Montage workflow: 619 tasks in 8 waves. */
export function montage(): TaskGraph {
  const { tasks } = readGraph("montage-619");
  const waves = new Map<string, number>();
  const waveOf = (key: string): number => {
    const known = waves.get(key);
    if (known !== undefined) return known;
    const deps = tasks.find((task) => task.key === key)?.deps ?? [];
    const wave = deps.reduce((most, dep) => Math.max(most, waveOf(dep) + 1), 0);
    waves.set(key, wave);
    return wave;
  };
  return taskGraph(
    tasks.map(({ key, deps }) =>
      graphTask(key, deps, { wave: waveOf(key), method: key.replace(/_.*/, "") })
    ),
  );
}

/** Any graph of up to `most` tasks of a few methods: dependencies are on earlier waves. */
export function graphs(most = 60): fc.Arbitrary<TaskGraph> {
  const task = fc.record({
    method: fc.constantFrom("a", "b", "c"),
    deps: fc.array(fc.nat(most), { maxLength: 4 }),
  });
  return fc.array(task, { maxLength: most }).map((drawn) => {
    const waves: number[] = [];
    return taskGraph(drawn.map(({ method, deps }, index) => {
      const inside = [...new Set(deps.filter((dep) => dep < index))];
      const wave = inside.reduce((latest, dep) => Math.max(latest, (waves[dep] ?? 0) + 1), 0);
      waves.push(wave);
      return graphTask(`t${index}`, inside.map((dep) => `t${dep}`), { method, wave });
    }));
  });
}
