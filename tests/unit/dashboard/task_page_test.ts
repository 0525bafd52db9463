import assert from "node:assert/strict";
import { timelineOf } from "../../../api/dashboard/pages/task/attempt_timeline.ts";
import { explainParts, namesIn } from "../../../api/dashboard/pages/task/explain_text.ts";
import { curlText } from "../../../api/dashboard/pages/task/curl_text.ts";
import {
  CHARACTERS_MAX,
  fieldsText,
  filterLines,
  LINES_MAX,
  type LogLine,
  logText,
  NO_LINES,
  startAfter,
  withLines,
} from "../../../api/dashboard/data/log_lines.ts";
import { handlersQuery, originOf, taskPath } from "../../../api/dashboard/pages/task/task_links.ts";
import type { AttemptView } from "../../../api/schema.ts";
import { taskView } from "../../../api/task_view.ts";
import { fakeTask } from "../../support/fake_task.ts";
import { submission } from "../../support/submission.ts";

const T0 = "2026-11-21T20:00:00.000Z";

function at(ms: number): string {
  return new Date(Date.parse(T0) + ms).toISOString();
}

function attempt(run: number, from: number, to: number | null): AttemptView {
  return {
    ...{ run, attempt: run, node: "n-1", executor: "executor-1", error: null },
    startedAt: at(from),
    finishedAt: to === null ? null : at(to),
    outcome: to === null ? null : "threw",
  };
}

function line(
  run: number,
  number: number,
  more: Partial<LogLine> = {},
): LogLine {
  return {
    run,
    line: number,
    at: T0,
    level: "info",
    message: "m",
    fields: {},
    ...more,
  };
}

Deno.test("explanations name other tasks with links, times and commands as such", () => {
  const text = 'Task "own" waits for "a" and "x y", until 2026-11-21T20:00:00.000Z: `dtask get a`.';
  const names = new Map([["a", "first"]]);
  assert.deepEqual(explainParts(text, { own: "own", names }), [
    { kind: "text", text: "It waits for " },
    { kind: "task", id: "a", name: "first" },
    { kind: "text", text: ' and "x y", until ' },
    { kind: "time", at: T0 },
    { kind: "text", text: ": " },
    { kind: "code", text: "dtask get a" },
    { kind: "text", text: "." },
  ]);
  assert.deepEqual(explainParts('Queue "q" is paused', { own: "own", names }), [
    { kind: "text", text: 'Queue "q" is paused' },
  ]);
});

Deno.test("explanations know the tasks of their causes, by key where there is one", () => {
  const at = { sentence: "", change: "" };
  const running = { id: "r", method: "m", executor: "e", startedAt: T0 };
  const upstream = {
    ...{ triggerRule: "all_success", moreDependencies: false, truncated: false },
    counts: { total: 2, succeeded: 0, failed: 0, skipped: 0 },
    dependencies: [{ id: "a", key: "first", status: "running" as const, reason: null }],
    roots: [{ id: "z", path: [], status: "running" as const, code: "running", ...at }],
  };
  const names = namesIn([
    { code: "awaiting_dependencies", ...at, details: { ...upstream, expiresAt: null } },
    {
      code: "queue_concurrency",
      ...at,
      details: { queue: "q", limit: 1, running: 1, tasks: [running] },
    },
  ]);
  assert.deepEqual(Object.fromEntries(names), { a: "first", z: "z", r: "r" });
});

Deno.test("timeline places runs on one scale, with the waits between them", () => {
  const attempts = [attempt(1, 100, 300), attempt(2, 600, null)];
  const { runs } = timelineOf(attempts, {
    readyAt: T0,
    now: Date.parse(at(1_000)),
  });
  assert.deepEqual(runs.map(({ waitedMs, tookMs }) => [waitedMs, tookMs]), [[
    100,
    200,
  ], [
    300,
    null,
  ]]);
  assert.deepEqual(runs.map(({ start, length }) => [start, length]), [[
    0.1,
    0.2,
  ], [0.6, 0.4]]);
});

Deno.test("timeline shows the shortest run, and stands clocks that disagree", () => {
  const attempts = [attempt(1, -50, -50), attempt(2, -60, 1_000_000)];
  const { runs, from } = timelineOf(attempts, { readyAt: T0, now: 0 });
  assert.equal(from, Date.parse(at(-60)));
  for (const { start, length, waitedMs } of runs) {
    assert.ok(
      start >= 0 && start + length <= 1 && length > 0.005,
      `${start} ${length}`,
    );
    assert.ok(waitedMs !== null && waitedMs >= 0);
  }
  assert.deepEqual(timelineOf([], { readyAt: T0, now: 0 }).runs, []);
});

Deno.test("log lines are held once each, in order", () => {
  const first = withLines(NO_LINES, [line(1, 1), line(1, 2)]);
  const second = withLines(first, [line(1, 2), line(1, 3), line(2, 1)]);
  assert.deepEqual(second.lines.map(({ run, line }) => `${run}.${line}`), [
    "1.1",
    "1.2",
    "1.3",
    "2.1",
  ]);
  assert.equal(withLines(second, [line(1, 3)]), second);
});

Deno.test("log lines are bounded in number and size, and say that older ones went", () => {
  const many = Array.from(
    { length: LINES_MAX + 5 },
    (_, index) => line(1, index + 1),
  );
  const held = withLines(NO_LINES, many);
  assert.deepEqual([held.lines.length, held.lines[0]?.line, held.dropped], [
    LINES_MAX,
    6,
    true,
  ]);
  const long = line(2, 1, { message: "x".repeat(CHARACTERS_MAX) });
  assert.deepEqual(withLines(held, [long]).lines, [long]);
  assert.equal(withLines(NO_LINES, [line(1, 1)]).dropped, false);
});

Deno.test("log lines are filtered by level and run", () => {
  const lines = [
    line(1, 1),
    line(1, 2, { level: "error" }),
    line(2, 1, { level: "warn" }),
  ];
  const places = (least: LogLine["level"], run: number | null) =>
    filterLines(lines, { least, run }).map(({ run, line }) => `${run}.${line}`);
  assert.deepEqual(places("debug", null), ["1.1", "1.2", "2.1"]);
  assert.deepEqual(places("warn", null), ["1.2", "2.1"]);
  assert.deepEqual(places("debug", 1), ["1.1", "1.2"]);
  assert.deepEqual(places("error", 2), []);
});

Deno.test("log text has what a line has", () => {
  assert.equal(fieldsText({ a: "x y", n: { b: 1 } }), 'a=x y n={"b":1}');
  assert.equal(
    logText([line(1, 1, { fields: { a: 1 } }), line(2, 1, { level: "error" })]),
    `${T0}  run 1  info   m  a=1\n${T0}  run 2  error  m`,
  );
});

Deno.test("a log starts with the newest runs", () => {
  assert.equal(startAfter(5, 5), null);
  assert.equal(startAfter(6, 5), "1.999999999");
});

Deno.test("curl text submits the same again, quoted for a shell, without a token", () => {
  const labels = { of: "x", "dtask.schedule": "s" };
  const record = fakeTask(submission({ args: `["it's"]` }));
  const task = taskView({ ...record, labels, priority: 5 });
  const text = curlText(task, { origin: "http://127.0.0.1:8080", open: false });
  assert.match(
    text,
    /^curl -X POST 'http:\/\/127\.0\.0\.1:8080\/api\/tasks' \\\n/,
  );
  assert.match(text, /Bearer \$DTASK_TOKEN/);
  assert.match(text, /"args":\["it'\\''s"\]/);
  assert.match(text, /"priority":5.*"labels":\{"of":"x"\}/);
  assert.doesNotMatch(
    curlText(task, { origin: "http://h", open: true }),
    /authorization/,
  );
});

Deno.test("task links say where a task comes from, and escape ids", () => {
  assert.deepEqual(
    originOf({ labels: { "dtask.schedule": "s", "dtask.tick": T0 } }),
    {
      schedule: "s",
      tick: T0,
      failed: null,
    },
  );
  assert.equal(originOf({ labels: { "dtask.onFailureOf": "a" } }).failed, "a");
  assert.deepEqual(handlersQuery("a"), {
    q: "a:on-failure:",
    label: "dtask.onFailureOf:a",
  });
  assert.equal(taskPath("a:b"), "/tasks/a%3Ab");
});
