import assert from "node:assert/strict";
import fc from "fast-check";
import { checkHistory } from "./check_history.ts";
import type { History, StoredRun, StoredTask } from "./history.ts";
import { LIMITED, sampleHistory } from "./history_sample.ts";

const seeds = fc.integer();

Deno.test("check_history finds nothing in a history that is as it should be", () => {
  fc.assert(fc.property(seeds, (seed) => {
    assert.deepEqual(checkHistory(sampleHistory(seed)), []);
  }));
});

/** What breaks one rule, in a history that is right but for that. */
const BREAKS: Readonly<Record<string, (history: History) => History>> = {
  lost: (history) => ({ ...history, accepted: new Set([...history.accepted, "never-stored"]) }),
  not_ended: (history) => withTask(history, (task) => ({ ...task, status: "pending" })),
  run_numbers: (history) => withTask(history, (task) => ({ ...task, run: task.run + 1 })),
  outcome_missing: (history) => withLastRun(history, (run) => ({ ...run, outcome: null })),
  outcome_twice: (history) =>
    withTask(history, (task) => {
      const { finishedAt } = task;
      const run = { run: task.run + 1, node: "n-2", startedAt: finishedAt ?? 0, finishedAt };
      return { ...task, runs: [...task.runs, { ...run, outcome: "completed" }] };
    }),
  outcome_contradicts: (history) => withLastRun(history, (run) => ({ ...run, outcome: "threw" })),
  wrong_result: (history) => withTask(history, (task) => ({ ...task, result: "another" })),
  overlap: (history) =>
    withTask(history, (task) => {
      const startedAt = (task.finishedAt ?? 0) - 1;
      const run = { run: task.run + 1, node: "n-2", startedAt, finishedAt: startedAt + 9 };
      return { ...task, runs: [...task.runs, { ...run, outcome: "given_back" }] };
    }),
  before_dependency: (history) =>
    withTask(history, (task) => ({ ...task, deps: [history.tasks.at(-1)?.id ?? ""] })),
  older_term: (history) => withLastRun(history, (run) => ({ ...run, node: "n-0" }), -1),
  final_changed: (history) => withTask(history, (task) => ({ ...task, status: "failed" })),
  started_after_end: (history) => withLateStart(history, firstTask(history)),
  started_after_cancel: (history) => {
    const cancelled = history.tasks.find(({ status }) => status === "cancelled");
    return withLateStart({ ...history, readings: [] }, cancelled ?? firstTask(history));
  },
  run_unrecorded: (history) => {
    const { id, run, finishedAt } = firstTask(history);
    const start = { task: id, run: run + 1, pid: 1, at: (finishedAt ?? 0) - 1 };
    return { ...history, starts: [...history.starts, start] };
  },
  run_started_twice: (history) => ({
    ...history,
    starts: [...history.starts, ...history.starts.slice(0, 1)],
  }),
  code_overlap: (history) => {
    const { id } = firstTask(history);
    const late = (run: StoredRun) => ({ ...run, outcome: "threw" });
    const broken = withTask(
      history,
      (task) => ({ ...task, run: 2, runs: [...task.runs.slice(0, 1).map(late), secondRun(task)] }),
    );
    const start = { task: id, run: 2, pid: 1, at: secondRun(firstTask(history)).startedAt };
    const end = { task: id, run: 1, pid: 2, at: start.at + 1 };
    return { ...broken, starts: [...broken.starts, start], ends: [...broken.ends, end] };
  },
  outcome_invented: (history) => ({ ...history, ends: [] }),
  limit_exceeded: (history) => crowded(history, [10, 10, 10], [null, null, null]),
  key_limit_exceeded: (history) => crowded(history, [10, 10], ["a", "a"]),
  rate_exceeded: (history) => crowded(history, [1, 1, 1], [null, null, null]),
  tick_lost: (history) => withSchedule(history, ({ expected }) => ({ expected: [...expected, 7] })),
  tick_twice: (history) => withSchedule(history, ({ ticks }) => ({ ticks: [...ticks, ...ticks] })),
  two_leaders: (history) => withView(history, { term: 1, leader: "n-3" }),
  term_shrinks: (history) => withView(history, { term: 1, leader: "n-1" }),
};

for (const [rule, breakIt] of Object.entries(BREAKS)) {
  Deno.test(`check_history notices what breaks the rule ${rule}`, () => {
    fc.assert(fc.property(seeds, (seed) => {
      const found = checkHistory(breakIt(sampleHistory(seed))).map((violation) => violation.rule);
      assert.ok(found.includes(rule), `found ${found.join(", ") || "nothing"}`);
    }));
  });
}

Deno.test("check_history lets a retry change what was final, and start it again", () => {
  fc.assert(fc.property(seeds, (seed) => {
    const history = sampleHistory(seed);
    const { id, finishedAt, run, runs } = firstTask(history);
    const at = (finishedAt ?? 0) + 100;
    const revival = { task: id, sentAt: at, answeredAt: at + 1, httpStatus: 200 };
    const again = {
      ...{ run: run + 1, node: "n-1", startedAt: at + 2, finishedAt: at + 9 },
      outcome: "cancelled",
    };
    const threw = runs.map((each) => ({ ...each, outcome: "threw" }));
    const moment = { task: id, run: run + 1, pid: 1 };
    const revived: History = {
      ...withTask(history, (task) => ({
        ...{ ...task, status: "cancelled", run: run + 1, finishedAt: at + 9 },
        runs: [...threw, again],
      })),
      starts: [...history.starts, { ...moment, at: at + 3 }],
      ends: [...history.ends, { ...moment, at: at + 4 }],
    };
    assert.deepEqual(checkHistory({ ...revived, revivals: [revival] }), []);
    const rules = new Set(checkHistory(revived).map(({ rule }) => rule));
    assert.ok(rules.has("final_changed") && rules.has("started_after_end"));
  }));
});

Deno.test("check_history lets a run that was given up start late", () => {
  const history = sampleHistory(1);
  const task = firstTask(history);
  const at = (task.finishedAt ?? 0) + 1_000;
  const lost = { run: 1, node: "n-0", startedAt: 1_000_000, finishedAt: 1_000_001 };
  const runs = [{ ...lost, outcome: "crashed" }, secondRun(task)];
  const late: History = {
    ...withTask(history, (each) => ({
      ...{ ...each, run: 2, finishedAt: secondRun(task).finishedAt, runs },
    })),
    readings: [],
    starts: [{ task: task.id, run: 1, pid: 1, at }],
    ends: [],
  };
  assert.deepEqual(checkHistory(late), []);
});

Deno.test("check_history forgives as much as it is told", () => {
  const history = crowded(sampleHistory(1), [10, 10, 10], [null, null, null]);
  const rules = (given: History, toleranceMs: number, handoverMs: number) =>
    checkHistory(given, { toleranceMs, handoverMs }).map(({ rule }) => rule);
  assert.deepEqual(rules(history, 0, 0), ["limit_exceeded", "rate_exceeded"]);
  assert.deepEqual(rules(history, 10, 50), ["limit_exceeded"], "what code said is exact");
  const givenUp = history.tasks.map((task) => {
    const runs = task.runs.map((run) => ({ ...run, outcome: "crashed" }));
    return task.id.startsWith("crowd-") ? { ...task, status: "cancelled", runs } : task;
  });
  assert.deepEqual(rules({ ...history, tasks: givenUp }, 9, 50), ["limit_exceeded"]);
  assert.deepEqual(rules({ ...history, tasks: givenUp }, 10, 50), []);
});

function firstTask({ tasks: [first] }: History): StoredTask {
  assert.ok(first !== undefined);
  return first;
}

function withTask(history: History, change: (task: StoredTask) => StoredTask, at = 0): History {
  const changed = history.tasks.at(at);
  return { ...history, tasks: history.tasks.map((task) => task === changed ? change(task) : task) };
}

function withLastRun(history: History, change: (run: StoredRun) => StoredRun, at = 0): History {
  return withTask(history, (task) => {
    const last = task.runs.at(-1);
    assert.ok(last !== undefined);
    return { ...task, runs: [...task.runs.slice(0, -1), change(last)] };
  }, at);
}

/** A run that comes after a first one of 50 ms at most. */
function secondRun({ runs: [first] }: StoredTask): StoredRun {
  const startedAt = (first?.startedAt ?? 0) + 50;
  return { run: 2, node: "n-1", startedAt, finishedAt: startedAt + 9, outcome: "completed" };
}

/** The last run starts once more after everybody was told of its end; its row is open until then. */
function withLateStart(history: History, { id, run }: StoredTask): History {
  const at = history.tasks.findIndex((task) => task.id === id);
  const open = withLastRun(history, (each) => ({ ...each, finishedAt: null }), at);
  const start = { task: id, run, pid: 2, at: 9_000_000 };
  return { ...open, starts: [...open.starts, start] };
}

/** Tasks of the limited queue that all start at once and run for as many ms as said. */
function crowded(
  history: History,
  durations: readonly number[],
  keys: readonly (string | null)[],
): History {
  const [startedAt, { queue }] = [500_000, LIMITED];
  const tasks = durations.map((duration, index): StoredTask => {
    const finishedAt = startedAt + duration;
    const run = { run: 1, node: "n-1", startedAt, finishedAt, outcome: "completed" };
    const more = { queue, concurrencyKey: keys[index] ?? null, deps: [], runs: [run] };
    return { id: `crowd-${index}`, status: "completed", run: 1, finishedAt, result: null, ...more };
  });
  return { ...history, tasks: [...history.tasks, ...tasks] };
}

type Schedule = History["schedules"][number];

function withSchedule(history: History, change: (schedule: Schedule) => Partial<Schedule>) {
  const schedules = history.schedules.map((each) => ({ ...each, ...change(each) }));
  return { ...history, schedules };
}

function withView(history: History, view: { readonly term: number; readonly leader: string }) {
  const late = { observer: 1, sentAt: 2_000_000, answeredAt: 2_000_001, gone: [], ...view };
  return { ...history, views: [...history.views, late] };
}
