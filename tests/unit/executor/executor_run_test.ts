import assert from "node:assert/strict";
import { z } from "zod";
import { NonRetryableError, RetryAfter, task, type TaskContext } from "../../../mod.ts";
import { assignment, ExecutorHarness } from "./executor_harness.ts";

const started: string[] = [];
const gates = new Map<string, () => void>();

task({ name: "echo", mode: "async", run: (args) => args });
task({ name: "late", run: async (args) => (await Promise.resolve(), args[0]) });
task({ name: "promise", run: (args) => Promise.resolve(args[0]) });
task({
  name: "gate",
  async run([name]) {
    started.push(String(name));
    await new Promise<void>((resolve) => gates.set(String(name), resolve));
    return name;
  },
});
task({
  name: "throws",
  mode: "async",
  run([kind]) {
    if (kind === "never") throw new NonRetryableError("no use");
    if (kind === "later") throw new RetryAfter(1_234);
    if (kind === "string") throw "just text";
    throw new Error("boom", { cause: new TypeError("deep") });
  },
});
task({
  name: "pair",
  mode: "async",
  input: z.tuple([z.number(), z.string().default("x")]).or(z.tuple([z.number()])),
  run: (input) => input,
});
task({
  name: "refined",
  mode: "async",
  input: z.tuple([z.number()]).refine(([n]) => Promise.resolve(n > 0), "must be positive"),
  run: ([n]) => n,
});
task({ name: "twice", mode: "async", run: () => "async" });
task({ name: "twice", mode: "blocking", run: () => "blocking" });
task({ name: "large", mode: "async", run: ([n]) => "x".repeat(Number(n)) });
task({ name: "function", mode: "async", run: () => ({ f: () => 1 }) });
task({ name: "deps", mode: "async", run: (_args, ctx) => ({ ...ctx.deps }) });

Deno.test("executor reports what a task returns, in the notation of values", async () => {
  const harness = await open();
  const { scheduler } = harness;
  await harness.assign(
    assignment(1, "echo", { args: '[1,{"$int64":"5"},{"a":null}]' }),
    assignment(2, "late", { args: '["x"]' }),
    assignment(3, "promise", { args: "[true]", mode: "blocking" }),
  );
  assert.equal(scheduler.outcomeOf(1).outcome, "completed");
  assert.equal(scheduler.outcomeOf(1).result, '[1,{"$int64":"5"},{"a":null}]');
  assert.equal(scheduler.outcomeOf(2).result, '"x"');
  assert.equal(scheduler.outcomeOf(3).result, "true");
});

Deno.test("executor sends the outcomes of one turn in one message", async () => {
  const harness = await open();
  const { scheduler } = harness;
  await harness.assign(...Array.from({ length: 50 }, (_, num) => assignment(num, "late")));
  assert.ok(scheduler.batches.length <= 50 / 4 + 1, `${scheduler.batches.length} messages`);
  assert.equal(scheduler.outcomes.length, 50);
});

Deno.test("executor runs as many at a time as it has slots, in the order of assignment", async () => {
  const harness = await open(2);
  const { scheduler } = harness;
  started.length = 0;
  await harness.assign(
    ...["a", "b", "c", "d"].map((name, num) =>
      assignment(num, "gate", { args: JSON.stringify([name]) })
    ),
  );
  assert.deepEqual(started, ["a", "b"]);
  gates.get("b")?.();
  await harness.clock.settle();
  assert.deepEqual(started, ["a", "b", "c"]);
  for (const name of ["a", "c"]) gates.get(name)?.();
  await harness.clock.settle();
  gates.get("d")?.();
  await harness.clock.settle();
  assert.deepEqual(scheduler.outcomes.map(({ num }) => num), [1, 0, 2, 3]);
});

Deno.test("executor ignores a run that it was assigned already", async () => {
  const harness = await open();
  const { scheduler } = harness;
  started.length = 0;
  const run = assignment(1, "gate", { args: '["once"]' });
  await harness.assign(run);
  await harness.assign(run);
  assert.deepEqual(started, ["once"]);
  gates.get("once")?.();
  await harness.clock.settle();
  assert.equal(scheduler.outcomeOf(1).outcome, "completed");
});

Deno.test("executor reports what a task throws, with its causes", async () => {
  const harness = await open();
  const { scheduler } = harness;
  await harness.assign(
    assignment(1, "throws"),
    assignment(2, "throws", { args: '["never"]' }),
    assignment(3, "throws", { args: '["later"]' }),
    assignment(4, "throws", { args: '["string"]' }),
  );
  const [plain, never, later, text] = [1, 2, 3, 4].map((num) => scheduler.outcomeOf(num));
  assert.equal(plain?.outcome, "threw");
  assert.equal(plain?.retryable, true);
  assert.equal(plain?.error?.message, "boom");
  assert.match(plain?.error?.stack ?? "", /Error: boom[^]*Caused by: TypeError: deep/);
  assert.equal(never?.retryable, false);
  assert.equal(never?.invalidInput, false);
  assert.equal(later?.retryable, true);
  assert.equal(later?.retryAfterMs, 1_234);
  assert.deepEqual(text?.error, { name: "Error", message: "just text", stack: null });
});

Deno.test("executor hands a task the output of its schema, and none that does not fit", async () => {
  const harness = await open();
  const { scheduler } = harness;
  await harness.assign(
    assignment(1, "pair", { args: '[1,"y"]' }),
    assignment(2, "pair", { args: '["no"]' }),
    assignment(3, "refined", { args: "[5]" }),
    assignment(4, "refined", { args: "[-5]" }),
  );
  assert.equal(scheduler.outcomeOf(1).result, '[1,"y"]');
  assert.equal(scheduler.outcomeOf(3).result, "5");
  for (const num of [2, 4]) {
    const { outcome, retryable, invalidInput, error } = scheduler.outcomeOf(num);
    assert.deepEqual({ outcome, retryable, invalidInput }, {
      outcome: "threw",
      retryable: false,
      invalidInput: true,
    });
    assert.match(error?.message ?? "", /does not fit task/);
  }
  assert.match(scheduler.outcomeOf(4).error?.message ?? "", /args: must be positive/);
});

Deno.test("executor chooses between two tasks of one name by mode", async () => {
  const harness = await open();
  const { scheduler } = harness;
  await harness.assign(
    assignment(1, "twice", { mode: "async" }),
    assignment(2, "twice", { mode: "blocking" }),
  );
  assert.equal(scheduler.outcomeOf(1).result, '"async"');
  assert.equal(scheduler.outcomeOf(2).result, '"blocking"');
});

Deno.test("executor fails a method that it does not have for good", async () => {
  const harness = await open();
  const { scheduler } = harness;
  await harness.assign(assignment(1, "missing"));
  const { outcome, retryable, error } = scheduler.outcomeOf(1);
  assert.equal(outcome, "threw");
  assert.equal(retryable, false);
  assert.match(error?.message ?? "", /Cannot run task "missing".*no async task of that name/);
});

Deno.test("executor refuses results over the limit and results that are no values", async () => {
  const harness = await open();
  const { scheduler } = harness;
  await harness.assign(
    assignment(1, "large", { args: `[${(1 << 20) - 2}]` }),
    assignment(2, "large", { args: `[${(1 << 20) - 1}]` }),
    assignment(3, "function"),
  );
  assert.equal(scheduler.outcomeOf(1).outcome, "completed");
  assert.equal(scheduler.outcomeOf(2).retryable, false);
  assert.match(scheduler.outcomeOf(2).error?.message ?? "", /longer than 1048576 bytes/);
  assert.equal(scheduler.outcomeOf(3).retryable, false);
  assert.match(scheduler.outcomeOf(3).error?.message ?? "", /result\.f is a function/);
});

Deno.test("executor replaces $result and fills ctx.deps by id and key, keys first", async () => {
  const harness = await open();
  const { scheduler } = harness;
  const deps = [
    { id: "t-1", key: "first", status: "completed", result: "41" },
    { id: "first", key: "t-1", status: "completed", result: '{"$int64":"7"}' },
    { id: "t-3", key: null, status: "failed", result: null },
  ] as const;
  await harness.assign(
    assignment(1, "echo", { args: '[{"$result":"first"},{"$result":"t-1"}]', deps }),
    assignment(2, "deps", { deps }),
    assignment(3, "echo", { args: '[{"$result":"t-3"}]', deps }),
    assignment(4, "echo", {
      args: '[{"$result":"big"}]',
      deps: [{ id: "big", key: null, status: "completed", result: null, omitted: true }],
    }),
  );
  assert.equal(scheduler.outcomeOf(1).result, '[41,{"$int64":"7"}]');
  assert.equal(scheduler.outcomeOf(2).result, '{"t-1":{"$int64":"7"},"first":41}');
  assert.equal(scheduler.outcomeOf(3).invalidInput, true);
  assert.match(scheduler.outcomeOf(3).error?.message ?? "", /"t-3"/);
  assert.match(scheduler.outcomeOf(4).error?.message ?? "", /longer than 16777216 bytes/);
});

Deno.test("executor fails a run whose arguments can't be read, and goes on", async () => {
  const harness = await open(1);
  await harness.assign(
    assignment(1, "echo", { args: "5" }),
    assignment(2, "echo", { args: '[{"$int64":5}]' }),
    assignment(3, "echo", { args: "[" }),
    assignment(4, "echo"),
  );
  for (const num of [1, 2, 3]) {
    assert.equal(harness.scheduler.outcomeOf(num).outcome, "threw");
    assert.match(
      harness.scheduler.outcomeOf(num).error?.message ?? "",
      /Cannot read the arguments/,
    );
  }
  assert.equal(harness.scheduler.outcomeOf(4).outcome, "completed");
});

Deno.test("executor lets messages in between starts that take long", async () => {
  const harness = await open(100);
  task({
    name: "busy",
    mode: "async",
    run: () => {
      harness.clock.block(6);
      return Promise.resolve(1);
    },
  });
  const runs = Array.from({ length: 6 }, (_, num) => assignment(num, "busy"));
  harness.actor.receive({ kind: "AssignRuns", runs });
  // Two start in the slice of this turn; the last waits for a later one, and can be dropped yet.
  await harness.abort("cancelled", { num: 5, run: 1 });
  assert.equal(harness.scheduler.outcomeOf(5).outcome, "cancelled");
  assert.equal(
    harness.scheduler.outcomes.filter(({ outcome }) => outcome === "completed").length,
    5,
  );
});

Deno.test("executor hands task code its context", async () => {
  let seen: TaskContext | undefined;
  task({ name: "context", mode: "async", run: (_args, ctx) => void (seen = ctx) });
  const harness = await open();
  await harness.assign(
    assignment(9, "context", {
      run: 7,
      attempt: 3,
      workflowId: "w",
      traceparent: "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
    }),
  );
  assert.ok(seen !== undefined);
  const { taskId, workflowId, run, attempt, traceparent, signal } = seen;
  assert.deepEqual({ taskId, workflowId, run, attempt }, {
    taskId: "task-9",
    workflowId: "w",
    run: 7,
    attempt: 3,
  });
  assert.match(traceparent ?? "", /^00-0123/);
  assert.equal(signal.aborted, false);
});

function open(slots?: number): Promise<ExecutorHarness> {
  return new ExecutorHarness(slots === undefined ? {} : { slots }).connect();
}
