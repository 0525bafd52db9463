import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ganttRows,
  rowsInSight,
  startedBy,
  ticks,
} from "../../../api/dashboard/pages/workflow/gantt.ts";
import {
  countStatuses,
  withChanges,
  withRuns,
  workflowState,
  workflowStatus,
} from "../../../api/dashboard/pages/workflow/live_workflow.ts";
import { recordingOf, statusesAt } from "../../../api/dashboard/pages/workflow/recording.ts";
import { taskGraph, type TaskStatus } from "../../../api/dashboard/pages/workflow/task_graph.ts";
import type { TaskView, WorkflowRunView } from "../../../api/schema.ts";
import { at, graphTask, runView, T0, taskView } from "./workflow_samples.ts";

/** The statuses of tasks at some ms after the submission. */
function replay(
  tasks: readonly TaskView[],
  runs: readonly WorkflowRunView[],
  ...times: readonly number[]
): readonly (readonly TaskStatus[])[] {
  const graph = taskGraph(tasks);
  const recording = recordingOf(graph, tasks, { runs, until: T0 + 1_000_000 });
  return times.map((ms) => statusesAt(graph, recording, T0 + ms));
}

Deno.test("recording replays a task and what waits for it", () => {
  const tasks = [
    taskView("a", { status: "completed", finishedAt: at(20) }),
    taskView("b", { deps: ["a"], wave: 1, status: "completed", finishedAt: at(40) }),
  ];
  const runs = [runView("b", [30, 40]), runView("a", [10, 20])];
  assert.deepEqual(replay(tasks, runs, 0, 10, 19, 20, 30, 40, 99), [
    ["pending", "blocked"],
    ["running", "blocked"],
    ["running", "blocked"],
    ["completed", "pending"],
    ["completed", "running"],
    ["completed", "completed"],
    ["completed", "completed"],
  ]);
});

Deno.test("recording tells retries, give-backs, a redrive and the end without a run", () => {
  const tasks = [
    taskView("retried", { status: "completed", finishedAt: at(40) }),
    taskView("redriven", { status: "completed", finishedAt: at(40) }),
    taskView("given back", { status: "completed", finishedAt: at(40) }),
    taskView("skipped", { deps: ["retried"], status: "skipped", finishedAt: at(35) }),
    taskView("later", { runAt: at(30), status: "cancelled", finishedAt: at(35) }),
  ];
  const threw = { outcome: "threw" } as const;
  const runs = [
    runView("retried", [10, 20], threw),
    runView("retried", [30, 40], { run: 2, attempt: 2 }),
    runView("redriven", [10, 20], threw),
    runView("redriven", [30, 40], { run: 2, attempt: 1 }),
    runView("given back", [10, 20], { outcome: "given_back" }),
    runView("given back", [30, 40], { run: 2 }),
  ];
  assert.deepEqual(replay(tasks, runs, 5, 25, 32, 36), [
    ["pending", "pending", "pending", "blocked", "scheduled"],
    ["scheduled", "failed", "pending", "blocked", "scheduled"],
    ["running", "running", "running", "blocked", "pending"],
    ["running", "running", "running", "skipped", "cancelled"],
  ]);
});

Deno.test("recording knows rules that do not wait for all", () => {
  const deps = ["a", "b"];
  const tasks = [
    taskView("a", { status: "completed", finishedAt: at(20) }),
    taskView("b", { status: "failed", finishedAt: at(30) }),
    ...["always", "one_success", "one_failed", "all_done"]
      .map((triggerRule) => taskView(triggerRule, { deps, triggerRule, wave: 1 })),
  ];
  const runs = [runView("a", [10, 20]), runView("b", [10, 30], { outcome: "threw" })];
  assert.deepEqual(replay(tasks, runs, 5, 20, 30).map((statuses) => statuses.slice(2)), [
    ["pending", "blocked", "blocked", "blocked"],
    ["pending", "pending", "blocked", "blocked"],
    ["pending", "pending", "pending", "pending"],
  ]);
});

/** A task that has run a few times, one run after the other, and how it stands. */
const LIVES = fc.array(fc.nat(50), { minLength: 1, maxLength: 9 }).chain((gaps) => {
  const moments = gaps.reduce<number[]>((all, gap) => [...all, (all.at(-1) ?? 0) + gap + 1], []);
  return fc.constantFrom("running", "completed", "failed").map((status) => {
    const runs = moments.flatMap((from, index) => {
      if (index % 2 === 1) return [];
      const run = index / 2 + 1;
      const to = moments[index + 1] ?? null;
      const outcome = to === null ? null : "threw" as const;
      return [runView("a", [from, to], { run, attempt: run, outcome })];
    });
    const last = runs.at(-1)?.finishedAt ?? null;
    const ended = last !== null && status !== "running";
    return {
      runs,
      task: taskView("a", ended ? { status: status as TaskStatus, finishedAt: last } : {}),
    };
  });
});

Deno.test("recording says that a task runs exactly while one of its runs does", () => {
  fc.assert(fc.property(LIVES, fc.nat(500), ({ runs, task }, ms) => {
    const [[status] = []] = replay([task], runs, ms);
    const runsThen = runs.some(({ startedAt, finishedAt }) =>
      startedAt <= at(ms) && (finishedAt === null || finishedAt > at(ms))
    );
    assert.equal(status === "running", runsThen);
    if (task.finishedAt !== null && task.finishedAt <= at(ms)) assert.equal(status, task.status);
  }));
});

Deno.test("recording ends with the last that happened, or goes on", () => {
  const graph = taskGraph([graphTask("a"), graphTask("b")]);
  const done = { status: "completed", finishedAt: at(20) } as const;
  const runs = [runView("a", [10, 20])];
  const until = T0 + 90;
  const over = recordingOf(graph, [taskView("a", done), taskView("b", done)], { runs, until });
  assert.deepEqual([over.from, over.to], [T0, T0 + 20]);
  const live = recordingOf(graph, [taskView("a", done), taskView("b")], { runs, until });
  assert.deepEqual([live.from, live.to], [T0, until]);
  const none = recordingOf(taskGraph([]), [], { runs: [], until });
  assert.deepEqual([none.from, none.to], [until, until]);
});

Deno.test("gantt has a row for each task that has run, by the first start", () => {
  const tasks = [taskView("a"), taskView("b"), taskView("c"), taskView("d")];
  const runs = [
    runView("d", [5, 9]),
    runView("a", [30, 40], { run: 2 }),
    runView("a", [7, 20]),
    runView("b", [5, null]),
  ];
  const graph = taskGraph(tasks);
  const recording = recordingOf(graph, tasks, { runs, until: T0 + 50 });
  const rows = ganttRows(graph, recording).map((
    { task, bars },
  ) => [task, bars.map(({ run }) => run)]);
  assert.deepEqual(rows, [[1, [1]], [3, [1]], [0, [1, 2]]]);
  assert.deepEqual([0, 5, 6, 7, 99].map((ms) => startedBy(ganttRows(graph, recording), T0 + ms)), [
    ...[0, 1, 1, 2, 2],
  ]);
});

Deno.test("gantt knows since when a task could have started", () => {
  const tasks = [
    taskView("a", { status: "completed", finishedAt: at(20) }),
    taskView("b", { status: "running", deps: ["a"] }),
    taskView("early", { status: "running", deps: ["b"], triggerRule: "always" }),
  ];
  const graph = taskGraph(tasks);
  const runs = [runView("a", [5, 20]), runView("b", [30, null]), runView("early", [6, null])];
  const rows = ganttRows(graph, recordingOf(graph, tasks, { runs, until: T0 + 50 }));
  const since = rows.map(({ task, readyAt }) => [task, readyAt - T0]);
  assert.deepEqual(since, [[0, 0], [2, 6], [1, 20]]);
});

Deno.test("gantt draws the rows in sight and a few around them", () => {
  const sight = { height: 300, rowHeight: 20, rows: 5_000 };
  assert.deepEqual(rowsInSight({ ...sight, scrollTop: 0 }), { first: 0, end: 23 });
  assert.deepEqual(rowsInSight({ ...sight, scrollTop: 40_000 }), { first: 1_992, end: 2_023 });
  assert.deepEqual(rowsInSight({ ...sight, scrollTop: 99_900 }), { first: 4_987, end: 5_000 });
  assert.deepEqual(rowsInSight({ ...sight, scrollTop: 99_900, rows: 2 }), { first: 2, end: 2 });
});

Deno.test("gantt marks round times, few enough to read", () => {
  assert.deepEqual(ticks(4_000, 6), [0, 1_000, 2_000, 3_000, 4_000]);
  assert.deepEqual(ticks(0, 6), [0]);
  fc.assert(
    fc.property(fc.nat(10 * 365 * 86_400_000), fc.integer({ min: 2, max: 20 }), (ms, most) => {
      const marks = ticks(ms, most);
      assert.ok(marks.length >= 1 && marks.length <= most, `${marks.length} marks`);
      assert.ok((marks.at(-1) ?? 0) <= ms);
    }),
  );
});

const RUNNING = { status: "running", run: 1, attempt: 1, node: "n-1", startedAt: at(10) } as const;

Deno.test("live_workflow follows a task from its start to its end", () => {
  const before = workflowState([taskView("a"), taskView("b")], []);
  const running = withChanges(before, [taskView("a", { ...RUNNING, seq: "2" })]);
  assert.deepEqual(running.runs.get("a"), [runView("a", [10, null])]);
  const completed = { ...RUNNING, status: "completed", finishedAt: at(20), seq: "3" } as const;
  const after = withChanges(running, [taskView("a", completed)]);
  assert.deepEqual(after.runs.get("a"), [runView("a", [10, 20])]);
  assert.deepEqual([after.tasks.get("a")?.status, after.runsStale], ["completed", false]);
  assert.equal(before.runs.size, 0);
});

Deno.test("live_workflow passes over what it knew, and tasks of elsewhere", () => {
  const state = workflowState([taskView("a", { seq: "20" })], []);
  const old = taskView("a", { ...RUNNING, seq: "9" });
  assert.equal(withChanges(state, [old, taskView("other", { seq: "30" })]), state);
});

Deno.test("live_workflow says when runs have to be read again, and takes them", () => {
  const running = workflowState([taskView("a", RUNNING)], [runView("a", [10, null])]);
  const waits = taskView("a", { status: "scheduled", run: 1, attempt: 1, seq: "2" });
  const stale = withChanges(running, [waits]);
  assert.equal(stale.runsStale, true);
  const threw = runView("a", [10, 20], { outcome: "threw" });
  const fresh = withRuns(stale, [threw]);
  assert.deepEqual([fresh.runs.get("a"), fresh.runsStale], [[threw], false]);
  const second = { ...RUNNING, run: 2, attempt: 2, startedAt: at(30), seq: "3" };
  const again = withChanges(fresh, [taskView("a", second)]);
  assert.deepEqual([again.runs.get("a")?.length, again.runsStale], [2, false]);
  // What was read is older than the change.
  const late = withRuns(again, [threw]);
  assert.deepEqual(late.runs.get("a")?.map(({ finishedAt }) => finishedAt), [at(20), null]);
  assert.equal(withChanges(running, [taskView("a", { ...second, seq: "4" })]).runsStale, true);
});

Deno.test("live_workflow counts statuses, and tells the workflow's from them", () => {
  const counts = countStatuses(["failed", "running", "failed"]);
  assert.deepEqual(counts, { failed: 2, running: 1 });
  assert.equal(workflowStatus(counts), "running");
  assert.equal(workflowStatus({ failed: 1, cancelled: 1 }), "failed");
  assert.equal(workflowStatus({ cancelled: 1, completed: 2 }), "cancelled");
  assert.equal(workflowStatus({ completed: 2, skipped: 1 }), "completed");
});
