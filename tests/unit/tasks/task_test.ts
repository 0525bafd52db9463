import assert from "node:assert/strict";
import { z } from "zod";
import {
  NonRetryableError,
  RetryAfter,
  task,
  TaskAbortError,
  type TaskContext,
} from "../../../mod.ts";
import { findTask } from "../../../tasks/sdk/task_registry.ts";

Deno.test("task runs asynchronous functions in the async pool, plain ones in the blocking", () => {
  assert.equal(task({ name: "mode.async", run: async () => await 1 }).mode, "async");
  assert.equal(task({ name: "mode.method", async run() {} }).mode, "async");
  assert.equal(task({ name: "mode.plain", run: () => 1 }).mode, "blocking");
  assert.equal(task({ name: "mode.given", mode: "async", run: () => 1 }).mode, "async");
});

Deno.test("task gives its input the type of the schema", () => {
  const area = task({
    name: "typed.area",
    input: z.tuple([z.number(), z.number()]),
    run: ([width, height]) => width * height,
  });
  const result: number = area.run([2, 3], noContext());
  assert.equal(result, 6);
  task({
    name: "typed.wrong",
    input: z.tuple([z.number()]),
    // @ts-expect-error: the schema has one element
    run: ([one, two]) => [one, two],
  });
});

Deno.test("task is found by its name and aliases, in its mode alone", () => {
  task({ name: "found", aliases: ["old::found", "found.too"], run: () => 1 });
  for (const name of ["found", "old::found", "found.too"]) {
    assert.equal(findTask(name, "blocking")?.name, "found");
    assert.equal(findTask(name, "async"), undefined);
  }
});

Deno.test("task may share its name with one of the other mode, and with no other", () => {
  task({ name: "shared", run: () => 1 });
  task({ name: "shared", run: async () => await 2 });
  assert.throws(
    () => task({ name: "shared", run: () => 3 }),
    /"shared".*taken by another blocking/,
  );
  assert.throws(
    () => task({ name: "other", aliases: ["shared"], run: () => 3 }),
    /"other" with alias "shared": the name is taken/,
  );
  assert.equal(findTask("other", "blocking"), undefined, "nothing is registered by half");
  task({ name: "aliased", aliases: ["nick"], run: () => 1 });
  assert.throws(() => task({ name: "nick", run: () => 1 }), /taken by .*, by task "aliased"/);
  assert.throws(
    () => task({ name: "self", aliases: ["a", "a"], run: () => 1 }),
    /"self": it names itself twice/,
  );
});

Deno.test("task refuses options that are not as they must be, and names them", () => {
  const run = () => 1;
  const cases: readonly [options: Record<string, unknown>, error: RegExp][] = [
    [{ run }, /name undefined must be 1 to 200 characters/],
    [{ name: "", run }, /name "" must be/],
    [{ name: "two words", run }, /name "two words" must be/],
    [{ name: "x".repeat(201), run }, /must be 1 to 200/],
    [{ name: "bad" }, /"bad": option run is undefined, but must be a function/],
    [
      { name: "bad", run, onFailure: "alarm" },
      /option onFailure is "alarm", but must be an object/,
    ],
    [{ name: "bad", run, onFailure: {} }, /onFailure.method is undefined/],
    [{ name: "bad", run, onFailure: { method: "m", args: 1 } }, /onFailure.args is 1/],
    [{ name: "bad", run, onFailure: { method: "m", labels: { a: 1 } } }, /onFailure.labels/],
    [
      { name: "bad", run, onFailure: { method: "m", unique: {} } },
      /there is no option onFailure.u/,
    ],
    [{ name: "bad", run, timeoutMS: 5 }, /there is no option timeoutMS/],
    [{ name: "bad", run, timeoutMs: 0 }, /timeoutMs is 0, but must be a whole number from 1/],
    [{ name: "bad", run, timeoutMs: 86_400_001 }, /timeoutMs/],
    [{ name: "bad", run, heartbeatTimeoutMs: 1.5 }, /heartbeatTimeoutMs/],
    [{ name: "bad", run, mode: "sync" }, /mode is "sync"/],
    [{ name: "bad", run, queue: "a b" }, /queue/],
    [{ name: "bad", run, aliases: "x" }, /aliases/],
    [{ name: "bad", run, input: {} }, /input is an object, but must be a Standard Schema/],
    [{ name: "bad", run, retry: 3 }, /retry is 3, but must be an object/],
    [{ name: "bad", run, retry: { maxAttempts: 0 } }, /retry\.maxAttempts is 0/],
    [{ name: "bad", run, retry: { attempts: 2 } }, /no option retry\.attempts/],
    [{ name: "bad", run, retry: { backoff: "random" } }, /retry\.backoff is "random"/],
    [{ name: "bad", run, permissions: { ffi: true } }, /no option permissions\.ffi/],
    [{ name: "bad", run, permissions: { net: "all" } }, /permissions\.net is "all"/],
  ];
  for (const [options, error] of cases) {
    // What JavaScript may pass, TypeScript would refuse.
    assert.throws(() => Reflect.apply(task, undefined, [options]), error);
  }
  assert.equal(findTask("bad", "blocking"), undefined);
});

Deno.test("RetryAfter refuses a delay that is none", () => {
  assert.equal(new RetryAfter(5).delayMs, 5);
  for (const delay of [-1, NaN, Infinity]) assert.throws(() => new RetryAfter(delay), RangeError);
});

Deno.test("errors of the SDK carry their names and causes", () => {
  assert.equal(new NonRetryableError("x", { cause: 1 }).cause, 1);
  assert.equal(new NonRetryableError("x").name, "NonRetryableError");
  assert.equal(new TaskAbortError("drain").cause, "drain");
});

function noContext(): TaskContext {
  const never = () => assert.fail("the task does not use its context");
  return {
    taskId: "t",
    workflowId: null,
    attempt: 1,
    run: 1,
    signal: new AbortController().signal,
    deps: {},
    traceparent: null,
    log: { debug: never, info: never, warn: never, error: never },
    progress: never,
    heartbeat: never,
  };
}
