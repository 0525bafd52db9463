import assert from "node:assert/strict";
import type { NodeProcess } from "./node_process.ts";

/** A recorded workflow: see `tests/data/README.md`. */
export interface RecordedGraph {
  readonly name: string;
  readonly source: string;
  readonly tasks: readonly {
    readonly key: string;
    readonly deps: readonly string[];
    readonly runtimeSeconds: number;
  }[];
}

/** A task of a workflow request. */
export interface WorkflowTask {
  readonly key: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly deps: readonly string[];
}

/** The body of `POST /api/workflows`. */
export interface WorkflowRequest {
  readonly id: string;
  readonly name: string;
  readonly tasks: readonly WorkflowTask[];
}

/** Longer than any workflow of the tests takes. */
const END_MS = 120_000;

/** Names of the recorded graphs in `tests/data`. */
export const GRAPHS = ["epigenomics-73", "montage-619"] as const;

/** Reads a recorded graph. */
export function readGraph(name: typeof GRAPHS[number]): RecordedGraph {
  return JSON.parse(Deno.readTextFileSync(new URL(`../data/${name}.json`, import.meta.url)));
}

/**
 * Makes a workflow of it. With `msPerSecond`, each task sleeps that many ms for every second that
 * the real one ran; without, it does nothing.
 */
export function workflowOf(
  graph: RecordedGraph,
  { id, msPerSecond }: { readonly id: string; readonly msPerSecond?: number },
): WorkflowRequest {
  const tasks = graph.tasks.map(({ key, deps, runtimeSeconds }) => ({
    key,
    deps,
    method: msPerSecond === undefined ? "noop" : "sleep",
    args: msPerSecond === undefined ? [] : [Math.ceil(runtimeSeconds * msPerSecond)],
  }));
  return { id, name: graph.name, tasks };
}

/** The tasks in an order in which each comes after its dependencies. */
export function dependenciesFirst(tasks: readonly WorkflowTask[]): readonly WorkflowTask[] {
  const placed = new Set<string>();
  const ordered: WorkflowTask[] = [];
  for (let rest = tasks; rest.length > 0;) {
    const ready = rest.filter(({ deps }) => deps.every((key) => placed.has(key)));
    assert.ok(ready.length > 0, "the graph has a cycle");
    for (const task of ready) placed.add(task.key);
    ordered.push(...ready);
    rest = rest.filter(({ key }) => !placed.has(key));
  }
  return ordered;
}

/** A task in the details of a workflow, as far as the order of execution goes. */
export interface FinishedTask {
  readonly id: string;
  readonly key: string;
  readonly status: string;
  readonly deps: readonly string[];
  readonly run: number;
  readonly wave: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly executor: string;
}

/** Asserts that each task completed and none started before all its dependencies had ended. */
export function assertOrder(tasks: readonly FinishedTask[]): void {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  for (const task of tasks) {
    assert.equal(task.status, "completed", `${task.key} is ${task.status}`);
    for (const id of task.deps) {
      const dependency = byId.get(id);
      assert.ok(dependency, `${task.key} depends on ${id}, which is in no answer`);
      assert.ok(
        task.startedAt >= dependency.finishedAt,
        `${task.key} started at ${task.startedAt}, ${dependency.key} ended ${dependency.finishedAt}`,
      );
      assert.ok(task.wave > dependency.wave, `${task.key} is in no later wave than its dependency`);
    }
  }
}

/** How many tasks ran at once at most, and on how many executors. */
export function parallelismOf(
  tasks: readonly FinishedTask[],
): { readonly peak: number; readonly executors: number } {
  const edges = tasks.flatMap(({ startedAt, finishedAt }) => [
    { at: Date.parse(startedAt), change: 1 },
    { at: Date.parse(finishedAt), change: -1 },
  ]).sort((a, b) => a.at - b.at || a.change - b.change);
  let [running, peak] = [0, 0];
  for (const { change } of edges) peak = Math.max(peak, running += change);
  return { peak, executors: new Set(tasks.map((task) => task.executor)).size };
}

/** Submits `request` and waits for the end of the workflow; gives its details. */
export async function runWorkflow(
  node: NodeProcess,
  request: WorkflowRequest,
): Promise<{ readonly status: string; readonly tasks: readonly FinishedTask[] }> {
  const { status, body } = await node.fetchApi("POST", "/api/workflows", request);
  assert.equal(status, 201, JSON.stringify(body));
  return await awaitWorkflow(node, request.id);
}

/** Waits until no task of the workflow is live, by waiting for the result of each of its leaves. */
export async function awaitWorkflow(
  node: NodeProcess,
  id: string,
): Promise<{ readonly status: string; readonly tasks: readonly FinishedTask[] }> {
  const deadline = performance.now() + END_MS;
  for (;;) {
    const { status, body } = await node.fetchApi("GET", `/api/workflows/${id}`);
    assert.equal(status, 200, JSON.stringify(body));
    if (body.status !== "running") return body;
    assert.ok(performance.now() < deadline, `${id} does not end: ${JSON.stringify(body.counts)}`);
    const live = body.tasks.findLast((task: FinishedTask) => task.status !== "completed");
    if (live !== undefined) await node.fetchApi("GET", `/api/tasks/${live.id}/result?waitMs=5000`);
  }
}
