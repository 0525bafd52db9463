import assert from "node:assert/strict";
import { assignment } from "./executor_harness.ts";
import { outcomeIn, startExecutor } from "./executor_node.ts";

const INTRUDER = new URL("./user_tasks/intruder.ts", import.meta.url).href;

/** What a task without rights is told when it tries. */
const REFUSALS: Readonly<Record<string, RegExp>> = {
  readFile: /Requires read access/,
  writeFile: /Requires write access/,
  environment: /Requires env access/,
  processEnvironment: /Requires env access/,
  connect: /Requires net access/,
  fetch: /Requires net access/,
  listen: /Requires net access/,
  run: /Requires run access/,
  importRemote: /./,
  worker: /Can't escalate parent thread permissions|Requires/,
  exit: /Task code cannot call Deno\.exit\(\)/,
  processExit: /Task code cannot call process\.exit\(\)/,
  close: /Task code cannot call self\.close\(\)/,
  postMessage: /Task code cannot call self\.postMessage\(\)/,
  onmessage: /Task code cannot set onmessage/,
};

Deno.test("task code without rights reaches nothing of the host, and not its isolate's life", async () => {
  await using node = await startExecutor({ moduleUrls: [INTRUDER] });
  let reached = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    reached += 1;
    return new Response("export {};", { headers: { "content-type": "text/javascript" } });
  });
  const names = Object.keys(REFUSALS);
  const args = JSON.stringify([server.addr.port]);
  await node.assign(names.map((name, num) => assignment(num, `intruder.${name}`, { args })));
  const outcomes = await node.outcomes(names.length);
  await server.shutdown();
  names.forEach((name, num) => {
    const { outcome, error } = outcomeIn(outcomes, num);
    assert.equal(outcome, "threw", name);
    assert.match(error?.message ?? "", REFUSALS[name] ?? /^$/, name);
  });
  assert.equal(reached, 0, "no connection was made");
  await node.assign([assignment(100, "noop")]);
  assert.equal(outcomeIn(await node.outcomes(names.length + 1), 100).outcome, "completed");
});

Deno.test("executor tells the definitions of built-in and user tasks on being ready", async () => {
  await using node = await startExecutor({ moduleUrls: [INTRUDER] });
  const names = node.definitions.map(({ name }) => name);
  for (const name of ["add", "noop", "sleep", "spin", "intruder.exit"]) {
    assert.ok(names.includes(name), name);
  }
  const add = node.definitions.find(({ name }) => name === "add");
  assert.equal(add?.mode, "blocking");
  assert.deepEqual(add?.aliases, ["task_scheduler::tasks::builtin::add"]);
  assert.match(add?.definition ?? "", /^sha256-[0-9a-f]{64}$/);
});

Deno.test("executor ends with what escapes its tasks, and its successor announces itself", async () => {
  await using node = await startExecutor({ moduleUrls: [INTRUDER] });
  await node.assign([assignment(1, "intruder.escape")]);
  await node.system.event("ActorDied", "executor-1");
  const announcements = await node.announcements(2);
  assert.notEqual(announcements[0]?.incarnation, announcements[1]?.incarnation);
  await node.assign([assignment(2, "noop")]);
  assert.equal(outcomeIn(await node.outcomes(1), 2).outcome, "completed");
});

Deno.test("executor made to fail on purpose is replaced, closing its isolate included", async () => {
  await using node = await startExecutor();
  for (const [index, fault] of (["throw", "close"] as const).entries()) {
    node.system.system.injectFault("executor-1", fault);
    const announcements = await node.announcements(index + 2);
    assert.equal(new Set(announcements.map(({ incarnation }) => incarnation)).size, index + 2);
  }
  await node.assign([assignment(1, "noop")]);
  assert.equal(outcomeIn(await node.outcomes(1), 1).outcome, "completed");
});

Deno.test("executor runs on while the scheduler is replaced, and reports to the new one", async () => {
  await using node = await startExecutor({ moduleUrls: [INTRUDER] });
  await node.announcements(1);
  const runs = [1, 2].map((num) => assignment(num, "sleep", { args: "[600000]" }));
  await node.assign(runs);
  await node.system.system.terminate("scheduler", { reason: "test", restart: true });
  const [announcement] = await node.announcements(1);
  assert.deepEqual(announcement?.held, [{ num: 1, run: 1 }, { num: 2, run: 1 }]);
  await node.cancel(runs);
  const outcomes = await node.outcomes(2);
  assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["cancelled", "cancelled"]);
});

Deno.test("executor does not start when a task module throws, and says which", async () => {
  const missing = new URL("./user_tasks/missing.ts", import.meta.url).href;
  await assert.rejects(
    startExecutor({ moduleUrls: [missing] }),
    /Cannot load task module .*missing\.ts/,
  );
});
