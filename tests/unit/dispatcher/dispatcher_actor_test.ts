import assert from "node:assert/strict";
import type { Assignment, DispatcherReplies } from "../../../actors/protocol.ts";
import { eventually } from "../../support/eventually.ts";
import { assignment } from "../executor/executor_harness.ts";
import { DispatcherHarness, NoReply, type Sent } from "./dispatcher_harness.ts";

Deno.test("dispatcher spreads blocking tasks over all executors, and fetches no unknown ones ahead", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "blocking", 1);
  await node.join("executor-2", "blocking", 1);
  await node.hint("blocking", ...tasks(3));
  assert.deepEqual([node.assigned("executor-1"), node.assigned("executor-2")], [[1], [2]]);
  await node.end("executor-2", [ref(2)], 10_000);
  assert.deepEqual(node.assigned("executor-2"), [2, 3]);
});

Deno.test("dispatcher gives back what would wait behind a task that it does not know", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "blocking", 1);
  await node.hint("blocking", ...tasks(1));
  await node.end("executor-1", [ref(1)], 1);
  await node.hint("blocking", assignment(5, "unknown"), assignment(6, "quick"));
  assert.deepEqual(node.assigned("executor-1"), [1, 5]);
  const [back] = node.outcomes();
  assert.deepEqual([back?.num, back?.outcome, back?.giveBack], [6, "given_back", "neighbour"]);
});

Deno.test("dispatcher gives back runs that were claimed for an executor that is gone", async () => {
  await using node = await new DispatcherHarness().start();
  const claim = node.answers.get("ClaimRuns");
  node.answers.set("ClaimRuns", (message) => {
    const answer = claim?.(message);
    node.dispatcher.onPeer({ peer: "executor-1", state: "down", incarnation: "i-executor-1" });
    return answer;
  });
  await node.join("executor-1", "async", 4);
  await node.hint("async", ...tasks(2));
  assert.deepEqual(node.assigned("executor-1"), []);
  assert.deepEqual(node.outcomes().map(({ num, outcome }) => [num, outcome]), [
    [1, "given_back"],
    [2, "given_back"],
  ]);
});

Deno.test("dispatcher runs one suspect at a time on the node, whatever their pools", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "alone", 1);
  await node.join("executor-2", "alone+env=*", 1);
  await node.hint("alone", assignment(1, "a"), assignment(2, "a"));
  await node.hint("alone+env=*", assignment(3, "a"));
  assert.equal(node.of("AssignRuns").length, 1);
  await node.end("executor-1", [ref(1)]);
  assert.equal(node.of("AssignRuns").length, 2);
});

Deno.test("dispatcher asks for a pool's executors once, and again when that failed", async () => {
  await using node = await new DispatcherHarness().start();
  await node.hint("async+env=*", ...tasks(1));
  await node.hint("async+env=*", ...tasks(1));
  assert.equal(node.of("EnsurePool").length, 1);
  const error = { code: "internal", reason: "executor_start_failed", message: "no" };
  node.answers.set("EnsurePool", () => ({ ok: false, error }));
  for (let i = 0; i < 2; i++) await node.hint("async+net=*", ...tasks(1));
  assert.equal(node.of("EnsurePool").length, 3);
});

Deno.test("dispatcher ends the isolate of a cancelled blocking run at once, its neighbours uncharged", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "blocking", 1);
  await node.hint("blocking", ...tasks(1));
  await node.end("executor-1", [ref(1)], 1);
  await node.hint("blocking", assignment(2, "quick"), assignment(3, "quick"));
  await cancel(node, "executor-1", 2);
  assert.deepEqual(node.of("TerminateExecutor").map(({ cause }) => cause), ["cancelled"]);
  await node.die("executor-1");
  assert.deepEqual(node.outcomes().map(({ num, outcome }) => [num, outcome]), [
    [2, "cancelled"],
    [3, "given_back"],
  ]);
});

Deno.test("dispatcher aborts a cancelled async run, and ends its isolate after the grace", async () => {
  await using node = await new DispatcherHarness({ graceMs: 1_000 }).start();
  await node.join("executor-1", "async", 4);
  await node.hint("async", ...tasks(2));
  await cancel(node, "executor-1", 1);
  assert.deepEqual(node.of("AbortRuns").map(({ reason }) => reason), ["cancelled"]);
  assert.equal(node.of("TerminateExecutor").length, 0);
  node.now += 1_001;
  await eventually(() => node.of("TerminateExecutor").length === 1, { what: "it is ended" });
  await node.die("executor-1");
  assert.deepEqual(node.outcomes().map(({ num, outcome }) => [num, outcome]), [
    [1, "cancelled"],
    [2, "given_back"],
  ]);
});

Deno.test("dispatcher ends the isolate of code that stays silent beyond the grace, and charges it", async () => {
  await using node = await new DispatcherHarness({ graceMs: 1_000 }).start();
  await node.join("executor-1", "async", 4);
  await node.hint("async", ...tasks(2));
  const runs = [{ ...ref(2), silent: true }];
  node.dispatcher.receive({ kind: "RunsOverdue", executor: "executor-1", runs });
  node.now += 900;
  node.dispatcher.receive({ kind: "RunsOverdue", executor: "executor-1", runs });
  await eventually(() => node.of("AbortRuns").length > 0, { what: "it is looked at" });
  assert.equal(node.of("TerminateExecutor").length, 0);
  node.now += 101;
  await eventually(() => node.of("TerminateExecutor").length === 1, { what: "it is ended" });
  await node.die("executor-1");
  assert.deepEqual(node.outcomes().map(({ num, outcome }) => [num, outcome]), [
    [1, "given_back"],
    [2, "timeout"],
  ]);
  assert.match(node.outcomes()[1]?.error?.message ?? "", /silent for longer/);
});

Deno.test("dispatcher hears from the executor when a run from before its own start is overdue", async () => {
  await using node = await new DispatcherHarness({ graceMs: 1_000 }).start();
  await node.join("executor-1", "async", 4, [ref(7)]);
  const runs = [{ ...ref(7), silent: false }, { ...ref(8), silent: false }];
  node.dispatcher.receive({ kind: "RunsOverdue", executor: "executor-1", runs });
  node.now += 1_001;
  await eventually(() => node.of("TerminateExecutor").length === 1, { what: "it is ended" });
  await node.die("executor-1");
  const [outcome, ...others] = node.outcomes();
  assert.deepEqual([outcome?.num, outcome?.outcome, others], [7, "timeout", []]);
  assert.equal(outcome?.startedAt, 0, "when it was claimed");
  assert.match(outcome?.error?.message ?? "", /took longer than its timeoutMs and/);
});

Deno.test("dispatcher takes no code for late because the clock was set forward", async () => {
  await using node = await new DispatcherHarness({ graceMs: 1_000 }).start();
  await node.join("executor-1", "async", 2);
  await node.hint("async", ...tasks(1));
  node.clockSetByMs = 86_400_000;
  node.now += 6_000;
  await eventually(() => node.of("AbortRuns").length > 0, { what: "silence is asked about" });
  await node.settle();
  assert.deepEqual(node.of("AbortRuns").map(({ runs }) => runs), [[]]);
  assert.deepEqual(node.of("TerminateExecutor"), []);
});

Deno.test("dispatcher keeps to deadlines when the clock was set back", async () => {
  await using node = await new DispatcherHarness({ graceMs: 1_000 }).start();
  await node.join("executor-1", "async", 2);
  await node.hint("async", ...tasks(1));
  node.clockSetByMs = -86_400_000;
  node.now += 62_000;
  await eventually(() => node.of("TerminateExecutor").length === 1, { what: "it is ended" });
  await node.die("executor-1");
  const wall = node.now + node.clockSetByMs;
  const times = node.outcomes().map((run) => [run.outcome, run.startedAt, run.finishedAt]);
  assert.deepEqual(times, [["timeout", wall - 62_000, wall]]);
});

Deno.test("dispatcher charges nobody of several when an isolate does not answer after a deadline", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "async", 2);
  await node.hint("async", ...tasks(2));
  node.answers.set("AbortRuns", () => undefined);
  node.now += 61_000;
  await eventually(() => node.of("TerminateExecutor").length === 1, { what: "it is ended" });
  assert.equal(node.of("TerminateExecutor")[0]?.["cause"], "blocked");
  await node.die("executor-1");
  assert.deepEqual(node.outcomes().map(({ outcome, alone }) => [outcome, alone]), [
    ["given_back", true],
    ["given_back", true],
  ]);
});

Deno.test("dispatcher charges a timeout to the only run of an isolate that does not answer", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "alone", 1);
  await node.hint("alone", ...tasks(1));
  node.answers.set("AbortRuns", () => undefined);
  node.now += 61_000;
  await eventually(() => node.of("TerminateExecutor").length === 1, { what: "it is ended" });
  await node.die("executor-1");
  assert.deepEqual(node.outcomes().map(({ outcome }) => outcome), ["timeout"]);
});

Deno.test("dispatcher looks after a deadline even while it waits for a sign of life", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "async", 2);
  await node.hint("async", ...tasks(1));
  const never = new Promise<never>(() => {});
  const overdue = ({ runs }: Sent) => Array.isArray(runs) && runs.length > 0;
  node.answers.set("AbortRuns", (message) => overdue(message) ? undefined : never);
  node.now += 6_000;
  await eventually(() => node.of("AbortRuns").length === 1, { what: "silence is asked about" });
  node.now += 55_000;
  await eventually(() => node.of("TerminateExecutor").length === 1, { what: "it is ended" });
  assert.deepEqual(node.of("AbortRuns").map(overdue), [false, true]);
});

Deno.test("dispatcher replaces an idle isolate that does not take its runs", async () => {
  await using node = await new DispatcherHarness().start();
  node.answers.set("AssignRuns", () => undefined);
  await node.join("executor-1", "async", 2);
  await node.hint("async", ...tasks(1));
  assert.deepEqual(node.of("TerminateExecutor").map(({ cause }) => cause), ["unreachable"]);
});

Deno.test("dispatcher gives runs back that an executor had no room to take", async () => {
  await using node = await new DispatcherHarness().start();
  node.answers.set("AssignRuns", () => new NoReply("overloaded"));
  await node.join("executor-1", "async", 2);
  await node.hint("async", ...tasks(1));
  assert.deepEqual(node.outcomes().map(({ num, outcome }) => [num, outcome]), [[1, "given_back"]]);
});

Deno.test("dispatcher reports a dead executor until that is committed", async () => {
  await using node = await new DispatcherHarness().start();
  let tries = 0;
  node.answers.set("ExecutorLost", () => ++tries < 3 ? new NoReply("threw") : null);
  await node.join("executor-1", "async", 2);
  await node.die("executor-1");
  await eventually(() => tries === 3, { what: "it is committed" });
  await node.settle();
  assert.equal(node.of("ExecutorLost").length, 3);
});

Deno.test("dispatcher fetches back what waits behind long runs where it can", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "async", 1);
  await node.hint("async", ...tasks(1));
  await node.end("executor-1", [ref(1)], 1);
  await node.hint("async", assignment(2, "quick"), assignment(3, "quick"));
  node.now += 1_000;
  await eventually(() => node.of("AbortRuns").length > 0, { what: "it is fetched back" });
  const [message] = node.of("AbortRuns");
  assert.deepEqual([message?.["reason"], message?.["runs"]], ["timeout", [ref(3)]]);
});

Deno.test({
  name: "dispatcher tries a failed claim again once, however much becomes ready meanwhile",
  // Complains of timers that are left.
  sanitizeOps: true,
  async fn() {
    await using node = await new DispatcherHarness().start();
    node.answers.set("ClaimRuns", () => new NoReply("threw"));
    await node.join("executor-1", "async", 2);
    for (let i = 0; i < 3; i++) await node.hint("async", ...tasks(1));
    assert.equal(node.of("ClaimRuns").length, 3);
  },
});

Deno.test("dispatcher tries a claim again that the scheduler could not answer", async () => {
  await using node = await new DispatcherHarness().start();
  const claim = node.answers.get("ClaimRuns");
  node.answers.set("ClaimRuns", () => undefined);
  await node.join("executor-1", "async", 2);
  await node.hint("async", ...tasks(1));
  assert.ok(claim !== undefined);
  node.answers.set("ClaimRuns", claim);
  await eventually(() => node.assigned("executor-1").length === 1, { what: "it is claimed" });
});

Deno.test("dispatcher's drain waits for what runs, claims nothing more, and says what is left", async () => {
  await using node = await new DispatcherHarness({ graceMs: 50 }).start();
  await node.join("executor-1", "async", 2);
  await node.hint("async", ...tasks(2));
  const patient = node.dispatcher.receive({ kind: "DrainRuns", deadlineMs: 60_000 });
  const brief = node.dispatcher.receive({ kind: "DrainRuns", deadlineMs: 1 });
  await node.hint("async", assignment(9, "quick"));
  assert.deepEqual(await brief, { left: 2 });
  await node.end("executor-1", [ref(1), ref(2)]);
  assert.deepEqual(await patient, { left: 0 });
  assert.deepEqual(node.assigned("executor-1"), [1, 2]);
});

async function cancel(node: DispatcherHarness, executor: string, num: number): Promise<void> {
  node.dispatcher.receive({ kind: "CancelRequested", executor, runs: [ref(num)] });
  await node.settle();
}

function tasks(count: number): readonly Assignment[] {
  return Array.from({ length: count }, (_, index) => assignment(index + 1, "quick"));
}

function ref(num: number) {
  return { num, run: 1 };
}

Deno.test("dispatcher says what each executor runs now, the longest first, and how much that is", async () => {
  await using node = await new DispatcherHarness().start();
  await node.join("executor-1", "async", 30, [ref(7)]);
  await node.join("executor-2", "blocking", 1);
  await node.hint("async", ...Array.from({ length: 29 }, (_, i) => assignment(100 + i, "slow")));
  const answer = await node.dispatcher.receive({ kind: "GetExecutors" });
  const [first, second] = answer as DispatcherReplies["GetExecutors"];
  assert.deepEqual([first?.executor, first?.held, first?.running, first?.runs.length], [
    "executor-1",
    30,
    30,
    20,
  ]);
  assert.deepEqual(first?.runs[0], { id: "t-7", method: "noop", run: 1, startedAt: 0 });
  assert.deepEqual(
    [first?.runs[1]?.method, first?.runs[1]?.startedAt],
    ["slow", node.now],
  );
  assert.deepEqual(second, {
    executor: "executor-2",
    pool: "blocking",
    slots: 1,
    held: 0,
    running: 0,
    runs: [],
  });
});
