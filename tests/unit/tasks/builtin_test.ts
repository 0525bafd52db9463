import assert from "node:assert/strict";
import type { TaskValue } from "../../../mod.ts";
import { findTask, registeredTasks } from "../../../tasks/sdk/task_registry.ts";
import { runBuiltin } from "./run_builtin.ts";

const MODES = {
  add: "blocking",
  remove: "blocking",
  delete: "async",
  process_collection: "blocking",
  echo_bool: "blocking",
  echo_string: "blocking",
  echo_bytes: "blocking",
  noop: "async",
  sleep: "async",
  fail: "blocking",
  spin: "blocking",
} as const;

type Name = keyof typeof MODES;

Deno.test("built-in tasks go by their own name and by that of the older service", () => {
  const names = [...Object.keys(MODES), "http.request", "shell.run"];
  assert.deepEqual(registeredTasks().map(({ name }) => name).sort(), names.sort());
  for (const [name, mode] of Object.entries(MODES)) {
    const task = findTask(name, mode);
    assert.ok(task !== undefined, name);
    assert.equal(findTask(`task_scheduler::tasks::builtin::${name}`, mode), task);
  }
});

Deno.test("add and remove count in numbers, and in bigints when all are whole and one is", async () => {
  const cases: readonly [Name, readonly TaskValue[], TaskValue][] = [
    ["add", [1, 2, 3], 6],
    ["add", [0.5, 0.25], 0.75],
    ["add", [1n, 2], 3n],
    ["add", [2n ** 62n, 2n ** 62n], 2n ** 63n],
    ["add", [1n, 0.5], 1.5],
    ["add", [-1, 1], 0],
    ["remove", [10, 3, 2], 5],
    ["remove", [10n, 3], 7n],
    ["remove", [-(2n ** 63n), 0n], -(2n ** 63n)],
    ["add", [2n ** 63n, 2n ** 63n], "18446744073709551616"],
    ["remove", [-(2n ** 63n), 1n], "-9223372036854775809"],
    ["add", [1], "Error: Need at least 2 arguments"],
    ["remove", [], "Error: Need at least 2 arguments"],
  ];
  for (const [name, args, result] of cases) assert.deepEqual(await run(name, args), result);
});

Deno.test("add and remove refuse what is no number, by its place", async () => {
  await assert.rejects(run("add", [1, "2"]), /1: must be a number, not a string/);
  await assert.rejects(run("remove", [null, 2]), /0: must be a number, not null/);
});

Deno.test("delete takes about 100 ms, ends with its signal, and says how many arguments it got", async () => {
  assert.equal(await run("delete", ["a", "b", [1, 2]]), "Deleted 3 items");
  assert.equal(await run("delete", []), "Deleted 0 items");
  await assert.rejects(run("delete", [], AbortSignal.abort(new Error("stop"))), /stop/);
});

Deno.test("process_collection counts over all arrays and all maps among its arguments", async () => {
  const cases: readonly [readonly TaskValue[], string][] = [
    [[], "Array: 0 items, Map: 0 items"],
    [[[1, 2, 3], { a: 1, b: 2 }], "Array: 3 items, Map: 2 items"],
    [[[1], [2, [3, 4]], { a: { b: 1, c: 2 } }], "Array: 3 items, Map: 1 items"],
    [["text", 5, null, new Uint8Array(4)], "Array: 0 items, Map: 0 items"],
  ];
  for (const [args, result] of cases) assert.equal(await run("process_collection", args), result);
});

Deno.test("echo tasks join their arguments by commas", async () => {
  assert.equal(await run("echo_bool", [true, false]), "true,false");
  assert.equal(await run("echo_string", ["a", "", "ü"]), "a,,ü");
  const encoder = new TextEncoder();
  const bytes = [encoder.encode("grüß"), encoder.encode("\u{feff}x"), new Uint8Array([0xff])];
  assert.equal(await run("echo_bytes", bytes), "grüß,\u{feff}x,\u{fffd}");
  await assert.rejects(run("echo_bool", ["true"]), /must be a boolean, not a string/);
  await assert.rejects(run("echo_string", [{}]), /must be a string, not a map/);
  await assert.rejects(run("echo_bytes", ["x"]), /must be bytes, not a string/);
});

Deno.test("noop returns null whatever it is given", async () => {
  assert.equal(await run("noop", [1, "x"]), null);
});

Deno.test("sleep gives its time back, and rejects with its signal's reason", async () => {
  assert.equal(await run("sleep", [1]), 1);
  assert.equal(await run("sleep", []), 0);
  const controller = new AbortController();
  const sleeping = run("sleep", [2 ** 40], controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(sleeping, /enough/);
  for (const args of [[-1], [NaN], ["1"], [1, 2]]) {
    await assert.rejects(run("sleep", args), /must be/);
  }
});

Deno.test("fail throws its message, without retry when told so", async () => {
  await assert.rejects(run("fail", []), { name: "Error", message: "Failed on request" });
  await assert.rejects(run("fail", ["why"]), { name: "Error", message: "why" });
  await assert.rejects(run("fail", ["why", false]), { name: "NonRetryableError", message: "why" });
  await assert.rejects(run("fail", [null, true]), { name: "Error" });
});

Deno.test("spin does not return before its time", async () => {
  const start = performance.now();
  assert.equal(await run("spin", [5]), 5);
  assert.ok(performance.now() - start >= 5);
});

/** Runs a built-in task as an executor would, schema first. */
function run(
  name: Name,
  args: readonly TaskValue[],
  signal?: AbortSignal,
): Promise<unknown> {
  return runBuiltin(name, args, { mode: MODES[name], ...(signal && { signal }) });
}
