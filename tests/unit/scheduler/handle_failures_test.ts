import assert from "node:assert/strict";
import { openSqliteReader } from "../../../actors/storage/sqlite/mod.ts";
import { bareHandler, type FailureHandler } from "../../../actors/domain/failure_handler.ts";
import { LIMITS, type LogLine, type TaskRecord } from "../../../actors/domain/task.ts";
import type { RunOutcome, Submission } from "../../../actors/protocol.ts";
import { query } from "../../conformance/store_fixture.ts";
import { definition, outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";

const ALARM = bareHandler("alarm");
const ONCE = { maxAttempts: 1 };
const DEFINITIONS = [definition("noop", "async"), definition("alarm", "async")];

function openRig(): Promise<SchedulerRig> {
  return SchedulerRig.open({ definitions: DEFINITIONS });
}

/** Claims all that is ready and reports the same end of each run; answers the ids. */
async function runAs(
  rig: SchedulerRig,
  end: Partial<RunOutcome>,
): Promise<readonly string[]> {
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, end)));
  return runs.map(({ id }) => id);
}

async function look<T>(
  rig: SchedulerRig,
  work: (reader: Awaited<ReturnType<typeof openSqliteReader>>) => Promise<T>,
): Promise<T> {
  const reader = await openSqliteReader({ dataDir: rig.dataDir });
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

/** The tasks made of failures of `id`, found by their label, the oldest first. */
async function handlersOf(rig: SchedulerRig, id: string): Promise<readonly TaskRecord[]> {
  const label = { key: "dtask.onFailureOf", value: id };
  const page = { limit: 99, beforeNum: null, scanRows: 999, textBytes: 1 << 21 };
  const { tasks } = await look(rig, (reader) => reader.listTasks(query({ label }), page));
  return tasks.toReversed();
}

async function logsOf(rig: SchedulerRig, id: string): Promise<readonly LogLine[] | undefined> {
  const page = await look(rig, (reader) => reader.listLogs(id, { after: null, limit: 10 }));
  return page?.lines;
}

/** What the one handler of `id` was told, as its last argument. */
async function failureTold(rig: SchedulerRig, id: string): Promise<Record<string, unknown>> {
  const handlers = await handlersOf(rig, id);
  assert.equal(handlers.length, 1);
  return JSON.parse(handlers[0]?.args ?? "[]").at(-1);
}

async function submitWorkflow(rig: SchedulerRig, tasks: readonly Partial<Submission>[]) {
  return await rig.ask({
    ...{ kind: "SubmitWorkflow", id: "w", name: null, contentHash: "h", idempotencyKey: null },
    tasks: tasks.map((task) => submission({ ...task, id: `w-${task.key}` })),
  });
}

Deno.test("onFailure runs when a task is dead-lettered, and is told of the failure", async () => {
  await using rig = await openRig();
  const onFailure = { ...ALARM, args: '["billing"]', queue: "alarms", labels: { team: "web" } };
  await rig.submit({ id: "a", args: '[{"x":1}]', retry: { maxAttempts: 2 }, onFailure });
  await runAs(rig, THREW);
  assert.deepEqual(await handlersOf(rig, "a"), [], "an attempt is left");
  rig.now += 3_600_000;
  await rig.stop();
  await rig.start({ definitions: DEFINITIONS });
  await runAs(rig, THREW);
  const handlers = await handlersOf(rig, "a");
  assert.deepEqual(
    handlers.map(({ id, method, queue, status, labels, workflowId }) => [
      ...[id, method, queue, status, labels, workflowId],
    ]),
    [
      ...[[
        ...["a:on-failure:2", "alarm", "alarms", "pending"],
        ...[{ team: "web", "dtask.onFailureOf": "a" }, null],
      ]],
    ],
  );
  assert.deepEqual(JSON.parse(handlers[0]?.args ?? ""), ["billing", {
    taskId: "a",
    workflowId: null,
    key: null,
    method: "noop",
    reason: "attempts_exhausted",
    attempt: 2,
    run: 2,
    error: THREW.error,
    args: [{ x: 1 }],
  }]);
});

Deno.test("onFailure runs whatever the reason of the failure is", async () => {
  await using rig = await openRig();
  const ends: Readonly<Record<string, Partial<RunOutcome>>> = {
    attempts_exhausted: THREW,
    non_retryable: { ...THREW, retryable: false },
    timeout: { ...THREW, outcome: "timeout" },
    invalid_input: { ...THREW, invalidInput: true, retryable: false },
  };
  for (const [reason, end] of Object.entries(ends)) {
    await rig.submit({ id: reason, retry: ONCE, onFailure: { ...ALARM, queue: "alarms" } });
    await runAs(rig, end);
    assert.equal((await failureTold(rig, reason))["reason"], reason);
  }
});

Deno.test("onFailure runs when a task expires before it has ever run", async () => {
  await using rig = await openRig();
  const later = { delayMs: 60_000, onFailure: ALARM };
  await rig.submit({ id: "a", expiresAt: rig.now + 1, ...later });
  rig.now += 10;
  await rig.stop();
  await rig.start({ definitions: DEFINITIONS });
  const { reason, run, attempt } = await failureTold(rig, "a");
  assert.deepEqual([reason, run, attempt], ["expired", 0, 0]);
});

Deno.test("onFailure runs when a task takes the process down once too often", async () => {
  await using rig = await openRig();
  await rig.submit({ id: "a", onFailure: { ...ALARM, queue: "alarms" } });
  for (let crash = 0; crash < 3; crash++) {
    const claimed = [
      ...(await rig.claim()).runs,
      ...(await rig.claim({ pool: "alone" })).runs,
    ];
    assert.equal(claimed.length, 1);
    await rig.stop();
    await rig.start({ definitions: DEFINITIONS });
  }
  assert.equal((await failureTold(rig, "a"))["reason"], "poison");
});

Deno.test("onFailure does not run when a task is cancelled or skipped, or given up", async () => {
  await using rig = await openRig();
  const onFailure = ALARM;
  await rig.submit({ id: "a", onFailure }, { id: "b", deps: ["a"], onFailure });
  await rig.ask({ kind: "CancelTask", id: "a" });
  assert.equal((await rig.task("b")).status, "skipped");
  await rig.submit({ id: "c", retry: ONCE, onFailure: { ...ALARM, queue: "alarms" } });
  await runAs(rig, THREW);
  const selection = { by: "ids", ids: ["c"] } as const;
  await rig.ask({ kind: "DiscardDeadLetters", selection });
  const made = await Promise.all(["a", "b", "c"].map((id) => handlersOf(rig, id)));
  assert.deepEqual(made.map(({ length }) => length), [0, 0, 1]);
});

Deno.test("onFailure runs again when a redriven task fails again, be it in the same run", async () => {
  await using rig = await openRig();
  const handler = { ...ALARM, queue: "alarms" };
  await rig.submit({ id: "a", retry: ONCE, expiresAt: rig.now + 50, onFailure: handler });
  await runAs(rig, THREW);
  await rig.ask({ kind: "RetryTask", id: "a", args: '["new"]' });
  await runAs(rig, THREW);
  await rig.ask({ kind: "RetryTask", id: "a", args: null });
  rig.now += 100;
  await rig.stop();
  await rig.start({ definitions: DEFINITIONS });
  assert.deepEqual([(await rig.task("a")).reason, (await rig.task("a")).run], ["expired", 2]);
  const handlers = await handlersOf(rig, "a");
  const [first, second, third] = handlers.map(({ id }) => id);
  assert.deepEqual([first, second, handlers.length], ["a:on-failure:1", "a:on-failure:2", 3]);
  assert.match(third ?? "", /^a:on-failure:2:\d+$/);
  const inputs = handlers.map(({ args }) => JSON.parse(args)[0].args);
  assert.deepEqual(inputs, [[], ["new"], ["new"]]);
});

Deno.test("onFailure does not take an id that somebody else has", async () => {
  await using rig = await openRig();
  await rig.submit({ id: "a:on-failure:1", delayMs: 60_000 }, {
    id: "a",
    retry: ONCE,
    onFailure: ALARM,
  });
  await runAs(rig, THREW);
  const [handler] = await handlersOf(rig, "a");
  assert.match(handler?.id ?? "", /^a:on-failure:1:\d+$/);
});

Deno.test("onFailure of a task with a long id has an id within the limit", async () => {
  await using rig = await openRig();
  const id = "x".repeat(200);
  await rig.submit({ id, retry: ONCE, onFailure: ALARM });
  await runAs(rig, THREW);
  const [handler] = await handlersOf(rig, id);
  assert.match(handler?.id ?? "", /^[0-9a-f]{64}:on-failure:1$/);
});

Deno.test("onFailure is the submission's, else the definition's; null means none", async () => {
  const of: FailureHandler = { ...ALARM, args: '["defined"]', queue: "alarms" };
  const definitions = [
    definition("noop", "async", { onFailure: of }),
    definition("alarm", "async"),
  ];
  await using rig = await SchedulerRig.open({ definitions });
  await rig.submit(
    { id: "defined", retry: ONCE },
    { id: "own", retry: ONCE, onFailure: { ...of, args: '["own"]' } },
    { id: "none", retry: ONCE, onFailure: null },
  );
  await runAs(rig, THREW);
  const told = await Promise.all(
    ["defined", "own", "none"].map(async (id) =>
      (await handlersOf(rig, id)).map(({ args }) => JSON.parse(args)[0])
    ),
  );
  assert.deepEqual(told, [["defined"], ["own"], []]);
});

Deno.test("onFailure's task has none itself, not even that of its method", async () => {
  const definitions = [definition("noop", "async", { onFailure: bareHandler("noop") })];
  await using rig = await SchedulerRig.open({ definitions });
  await rig.submit({ id: "a", retry: ONCE, onFailure: { ...bareHandler("noop"), retry: ONCE } });
  assert.deepEqual(await runAs(rig, THREW), ["a"]);
  assert.deepEqual(await runAs(rig, THREW), ["a:on-failure:1"]);
  assert.deepEqual((await rig.task("a:on-failure:1")).status, "failed");
  assert.deepEqual(await runAs(rig, THREW), [], "it has come to an end");
});

Deno.test("onFailure of an unknown method is refused with its submission", async () => {
  await using rig = await openRig();
  const onFailure = bareHandler("absent");
  const replies = await rig.ask({
    kind: "SubmitTasks",
    items: [submission({ id: "a", onFailure }), submission({ id: "b" })],
  });
  const [a, b] = replies.map((reply) =>
    reply.ok || [reply.error.reason, reply.error.errors?.[0]?.pointer]
  );
  assert.deepEqual([a, b], [["unknown_method", "/onFailure/method"], true]);
  const workflow = await submitWorkflow(rig, [{ key: "x" }, { key: "y", onFailure }]);
  assert.equal(!workflow.ok && workflow.error.errors?.[0]?.pointer, "/tasks/1/onFailure/method");
  assert.deepEqual(await rig.runAll(), ["b"]);
});

Deno.test("onFailure of a workflow's task stands outside of the workflow", async () => {
  await using rig = await openRig();
  const accepted = await submitWorkflow(rig, [
    { key: "x", retry: ONCE, onFailure: ALARM },
    { key: "y", deps: ["x"] },
  ]);
  assert.ok(accepted.ok);
  await runAs(rig, THREW);
  const { workflowId, key } = await failureTold(rig, "w-x");
  assert.deepEqual([workflowId, key], ["w", "x"]);
  assert.equal((await handlersOf(rig, "w-x"))[0]?.workflowId, null);
  const workflow = await look(rig, (reader) => reader.getWorkflow("w"));
  assert.deepEqual([workflow?.status, workflow?.counts], ["failed", { failed: 1, skipped: 1 }]);
});

Deno.test("onFailure whose method is gone leaves the failure standing, and says so", async () => {
  await using rig = await openRig();
  await rig.submit({ id: "a", retry: ONCE, onFailure: ALARM });
  await rig.stop();
  await rig.start({ definitions: [definition("noop", "async")] });
  await runAs(rig, THREW);
  assert.equal((await rig.task("a")).status, "failed");
  const [line] = await logsOf(rig, "a") ?? [];
  assert.equal(line?.level, "error");
  assert.match(line?.message ?? "", /onFailure task was not submitted.*"alarm" is not registered/);
});

Deno.test("onFailure that breaks a rule of the store costs neither the failure nor its neighbours", async () => {
  await using rig = await openRig();
  const bad = { ...ALARM, concurrencyKey: "a\0b" };
  await rig.submit(
    { id: "a", retry: ONCE, onFailure: bad },
    { id: "b", retry: ONCE, onFailure: ALARM },
  );
  await runAs(rig, THREW);
  assert.deepEqual([(await rig.task("a")).status, (await rig.task("b")).status], [
    ...["failed", "failed"],
  ]);
  assert.equal((await handlersOf(rig, "a")).length, 0);
  assert.match((await logsOf(rig, "a"))?.[0]?.message ?? "", /NUL/);
  assert.equal((await handlersOf(rig, "b")).length, 1);
  assert.deepEqual(await logsOf(rig, "b"), []);
});

Deno.test("onFailure of very many tasks that fail at once each run once, with long inputs", async () => {
  await using rig = await openRig();
  const long = JSON.stringify(["x".repeat(LIMITS.argsBytes - 10)]);
  const items = Array.from({ length: 50 }, (_, i) => ({
    id: `t${i}`,
    retry: ONCE,
    args: i === 0 ? long : `[${i}]`,
    onFailure: { ...ALARM, queue: "alarms" },
  }));
  await rig.submit(...items);
  assert.equal((await runAs(rig, THREW)).length, 50);
  for (const { id, args } of items) {
    const failure = await failureTold(rig, id);
    if (id === "t0") assert.deepEqual([failure["args"], failure["argsOmitted"]], [null, true]);
    else assert.deepEqual([failure["args"], failure["argsOmitted"]], [JSON.parse(args), undefined]);
  }
});

Deno.test("onFailure is told of references to results as what they are, not what they stand for", async () => {
  await using rig = await openRig();
  await rig.submit({ id: "p" });
  await rig.runAll();
  const args = '[{"$result":"p"},{"a":[{"$map":{"$result":"q","b":{"$result":"p"}}}]}]';
  await rig.submit({ id: "a", deps: ["p"], retry: ONCE, args, onFailure: ALARM });
  await runAs(rig, THREW);
  const { args: told } = await failureTold(rig, "a");
  assert.deepEqual(told, [
    { $map: { $result: "p" } },
    { a: [{ $map: { $result: "q", b: { $map: { $result: "p" } } } }] },
  ]);
});
