import assert from "node:assert/strict";
import type { Strike } from "./faults.ts";
import type { StoredRun, StoredTask } from "./history.ts";
import { renderReport } from "./report.ts";
import { measureStandStill } from "./stand_still.ts";

const KILL: Strike = {
  ...{ fault: "kill_node", ofDatabase: false, pid: 1, led: false, what: "kill -9 of node 0" },
  ...{ struckAt: 10_000, healedAt: 20_000, until: 30_000 },
};
const RESTART: Strike = {
  ...{ fault: "restart_database", ofDatabase: true, pid: null, led: false, what: "restart" },
  ...{ struckAt: 10_000, healedAt: 12_000, until: 20_000 },
};

Deno.test("stand_still measures from the fault to the next run of what was interrupted", () => {
  const tasks = [
    taskOf("interrupted", [run("n-1", 9_000, 38_000, "crashed"), run("n-2", 39_000, 39_100)]),
    taskOf("over by then", [run("n-1", 8_000, 9_900)]),
    taskOf("of another", [run("n-2", 9_000, 90_000)]),
    taskOf("ends by itself", [run("n-1", 9_000, 11_000)]),
  ];
  const starts = [{ task: "over by then", run: 1, pid: 1, at: 8_001 }];
  const { victims, victimsMs } = measureStandStill(KILL, { tasks, starts });
  assert.deepEqual({ victims, victimsMs }, { victims: 2, victimsMs: 29_000 });
});

Deno.test("stand_still says so where nothing goes on, or nothing was interrupted", () => {
  const starts = [{ task: "stuck", run: 1, pid: 1, at: 9_001 }];
  const stuck = { ...taskOf("stuck", [run("n-1", 9_000, null, null)]), finishedAt: null };
  const seen = { tasks: [stuck], starts };
  assert.equal(measureStandStill(KILL, seen).victimsMs, Infinity);
  assert.equal(measureStandStill({ ...KILL, pid: 7 }, seen).victimsMs, null);
});

Deno.test("stand_still finds the longest time in which no other node started anything", () => {
  const at = (pid: number, times: readonly number[]) =>
    times.map((time) => ({ task: `t${time}`, run: 1, pid, at: time }));
  const starts = [...at(1, [12_000, 13_000]), ...at(2, [9_000, 10_500]), ...at(3, [14_000])];
  const measure = (healedAt: number) => {
    const strike = { ...KILL, healedAt, until: 15_000 };
    const { othersMs, othersAfterMs } = measureStandStill(strike, { tasks: [], starts });
    return [othersMs, othersAfterMs];
  };
  assert.deepEqual(measure(15_000), [3_500, 500]);
  assert.deepEqual(measure(11_500), [1_500, 500], "who is back works, too");
});

Deno.test("stand_still takes the node that came back last after the database", () => {
  const starts = [[1, 11_000], [1, 12_500], [2, 13_000], [1, 13_500]].map(([pid = 0, at = 0]) => (
    { task: `t${at}`, run: 1, pid, at }
  ));
  const { databaseMs, othersMs } = measureStandStill(RESTART, { tasks: [], starts });
  assert.deepEqual({ databaseMs, othersMs }, { databaseMs: 1_000, othersMs: null });
});

Deno.test("report shows what stood still too long, and the rules that were broken", () => {
  const cost = {
    databaseMs: null,
    victims: 3,
    victimsMs: 40_000,
    othersMs: 100,
    othersAfterMs: 2_000,
  };
  const violations = [{ rule: "lost", text: "a was accepted and is not there" }];
  const strikes = [{ ...KILL, ...cost }, { ...KILL, ...cost, led: true }];
  const report = renderReport({ accepted: 9, runs: 10, violations, strikes });
  assert.match(
    report,
    /\| kill -9 of node 0 \| 3 \| 40\.0 s \(more than 35 s\) \| 0\.1 s, from 2\.0 s on \| {2}\|/,
  );
  assert.match(
    report,
    /\| kill -9 of node 0, which led \| 3 \| 40\.0 s \| 0\.1 s, from 2\.0 s on \| {2}\|/,
  );
  assert.match(
    report,
    /1 rules were broken, 1 times in all\n {2}lost: 1\n {2}lost: a was accepted/,
  );
});

function run(
  node: string,
  startedAt: number,
  finishedAt: number | null,
  outcome: string | null = "completed",
): Omit<StoredRun, "run"> {
  return { node, startedAt, finishedAt, outcome };
}

function taskOf(id: string, runs: readonly Omit<StoredRun, "run">[]): StoredTask {
  return {
    ...{ id, status: "completed", run: runs.length, result: null, queue: "default" },
    ...{ concurrencyKey: null, deps: [], finishedAt: runs.at(-1)?.finishedAt ?? null },
    runs: runs.map((each, index) => ({ ...each, run: index + 1 })),
  };
}
