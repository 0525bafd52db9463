import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { LeaseEnd } from "../../../actors/supervisor/lease_end.ts";
import { type Answer, FakeSystem } from "./fake_system.ts";

/** Ends the lease of a node with one async and one blocking executor. */
async function terminateWith(answers: Readonly<Record<string, Answer>>) {
  const system = new FakeSystem(["executor-1", "executor-2", "scheduler"]);
  for (const [name, answer] of Object.entries(answers)) system.answers.set(name, answer);
  const abandoned: string[] = [];
  const end = new LeaseEnd({
    system,
    poolOf: (name) => name === "executor-1" ? "async" : "blocking",
    goingOn: () => ["goes.on"],
    onAbandoned: (name) => abandoned.push(name),
  });
  end.terminate();
  // Several answers follow each other, each in a turn of its own.
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  return { ...system, system, abandoned };
}

const STOPPED = () => ({ running: 0 });
const STUBBORN = () => ({ running: 2 });
const SILENT = () => undefined;

Deno.test("lease end leaves isolates alone whose code has stopped", async () => {
  const { terminated } = await terminateWith({ "executor-1": STOPPED, "executor-2": STOPPED });
  assert.deepEqual(terminated, []);
});

Deno.test("lease end terminates isolates whose code has not stopped, once it was judged", async () => {
  const { terminated, sent } = await terminateWith({
    "executor-1": STUBBORN,
    "executor-2": STOPPED,
    "dispatcher": () => ({ spared: false }),
  });
  assert.deepEqual(terminated, ["executor-1: lease"]);
  assert.equal(sent.at(-1), "dispatcher: CondemnExecutor");
});

Deno.test("lease end terminates silent isolates, also without a dispatcher", async () => {
  const { terminated, abandoned } = await terminateWith({
    "executor-1": SILENT,
    "executor-2": SILENT,
  });
  assert.deepEqual(terminated, ["executor-1: lease", "executor-2: lease"]);
  assert.deepEqual(abandoned, ["executor-1"], "blocking code ends with its timeout");
});

Deno.test("lease end spares a silent isolate that runs only what goes on", async () => {
  const asked: unknown[] = [];
  const { terminated } = await terminateWith({
    "executor-1": STOPPED,
    "executor-2": SILENT,
    "dispatcher": (message) => {
      asked.push(message);
      return { spared: true };
    },
  });
  assert.deepEqual(terminated, []);
  assert.deepEqual(asked, [{
    kind: "CondemnExecutor",
    executor: "executor-2",
    incarnation: "i-executor-2",
    sparing: ["goes.on"],
  }]);
});
