/** Rules on what the store says of each task at the end. */
import {
  type HistoryRule,
  isFinal,
  isGivenUp,
  type StoredTask,
  type Violation,
} from "./history.ts";

/** Every accepted task is there, and every task has ended. */
export const nothingIsLost: HistoryRule = function* ({ accepted, taskById, tasks }) {
  for (const id of accepted) {
    if (!taskById.has(id)) yield { rule: "lost", text: `${id} was accepted and is not there` };
  }
  for (const { id, status } of tasks) {
    if (!isFinal(status)) yield { rule: "not_ended", text: `${id} is ${status}` };
  }
};

/** Each run has one number, one row and one outcome; the one that completed a task is its last. */
export const outcomesAreRecordedOnce: HistoryRule = function* ({ tasks }) {
  for (const task of tasks) {
    for (const [rule, broken] of outcomeFaults(task)) {
      if (broken) yield { rule, text: describe(task) };
    }
  }
};

/** A task's result is its own. */
export const resultsAreRight: HistoryRule = function* ({ echoing, tasks }) {
  for (const { id, status, result } of tasks) {
    if (status !== "completed" || !echoing.has(id) || result === id) continue;
    yield { rule: "wrong_result", text: `${id} has the result ${JSON.stringify(result)}` };
  }
};

/** No run of a task starts before the one before it is over. */
export const runsFollowEachOther: HistoryRule = function* ({ tasks, toleranceMs }) {
  for (const task of tasks) {
    for (const [index, run] of task.runs.entries()) {
      const before = task.runs[index - 1];
      const endedAt = before === undefined ? -Infinity : before.finishedAt ?? Infinity;
      if (run.startedAt < endedAt - toleranceMs) yield { rule: "overlap", text: describe(task) };
    }
  }
};

/** No task starts before what it depends on has ended. */
export const dependenciesComeFirst: HistoryRule = function* (history) {
  const { tasks, taskById, revivalsOf, toleranceMs } = history;
  for (const { id, deps, runs: [first] } of tasks) {
    if (first === undefined) continue;
    for (const dep of deps) {
      if (revivalsOf.has(dep)) continue;
      const endedAt = taskById.get(dep)?.finishedAt ?? Infinity;
      if (first.startedAt >= endedAt - (isGivenUp(first) ? toleranceMs : 0)) continue;
      yield { rule: "before_dependency", text: `${id} started before ${dep} had ended` };
    }
  }
};

/** A run is of a node that was a member when it started. */
export const membersAloneStartRuns: HistoryRule = function* ({ tasks, views, toleranceMs }) {
  const goneSince = new Map<string, number>();
  for (const { gone, answeredAt } of views) {
    for (const node of gone) {
      goneSince.set(node, Math.min(goneSince.get(node) ?? Infinity, answeredAt));
    }
  }
  for (const { id, runs } of tasks) {
    for (const { run, node, startedAt } of runs) {
      const gone = node === null ? Infinity : goneSince.get(node) ?? Infinity;
      if (startedAt <= gone + toleranceMs) continue;
      yield { rule: "older_term", text: `run ${run} of ${id} started on ${node}, which was gone` };
    }
  }
};

function* outcomeFaults(
  { status, run, runs }: StoredTask,
): Generator<[Violation["rule"], boolean]> {
  const completed = runs.filter(({ outcome }) => outcome === "completed").length;
  yield ["run_numbers", runs.some((each, index) => each.run !== index + 1) || runs.length !== run];
  yield ["outcome_missing", isFinal(status) && runs.some(({ outcome }) => outcome === null)];
  yield ["outcome_twice", completed > 1];
  const last = runs.at(-1)?.outcome;
  const completes = completed > 0 ? status === "completed" && last === "completed" : true;
  yield ["outcome_contradicts", !completes || status === "completed" && completed === 0];
}

function describe({ id, status, runs }: StoredTask): string {
  return `${id} is ${status} with the runs ${JSON.stringify(runs)}`;
}
