import assert from "node:assert/strict";
import type { TaskStatus } from "../../../actors/domain/task.ts";
import { LIVE_STATUSES, type Uniqueness } from "../../../actors/domain/uniqueness.ts";
import type { Submission, SubmittedTask } from "../../../actors/protocol.ts";
import { definition, outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";

const BY_ARGS: Uniqueness = { key: null, by: "args", withinMs: null, states: LIVE_STATUSES };
const BY_METHOD: Uniqueness = { ...BY_ARGS, by: "method" };
const HOUR_MS = 3_600_000;

/** Submits in one commit; answers the id of each task, with a star where it is a duplicate. */
async function submit(
  rig: SchedulerRig,
  ...items: readonly Partial<Submission>[]
): Promise<readonly string[]> {
  return (await answers(rig, ...items)).map(({ duplicate, created, task }) => {
    assert.ok(!(created && duplicate), "a duplicate creates nothing");
    return `${task.id}${duplicate === true ? "*" : ""}`;
  });
}

async function answers(
  rig: SchedulerRig,
  ...items: readonly Partial<Submission>[]
): Promise<readonly SubmittedTask[]> {
  const replies = await rig.ask({ kind: "SubmitTasks", items: items.map(submission) });
  return replies.map((reply) => {
    assert.ok(reply.ok, JSON.stringify(reply));
    return reply.value;
  });
}

Deno.test("unique answers with the task of the same method and arguments that has not ended", async () => {
  await using rig = await SchedulerRig.open();
  assert.deepEqual(await submit(rig, { id: "a", args: '[{"x":1,"y":2}]', unique: BY_ARGS }), ["a"]);
  assert.deepEqual(
    await submit(
      rig,
      { id: "b", args: '[{"y":2,"x":1}]', queue: "other", unique: BY_ARGS },
      { id: "c", args: "[2]", unique: BY_ARGS },
      { id: "d", args: '[{"x":1,"y":2}]' },
      { id: "e", method: "spin", args: '[{"x":1,"y":2}]', unique: BY_ARGS },
    ),
    ["a*", "c", "d", "e"],
  );
  await assert.rejects(rig.task("b"), /no task b/);
});

Deno.test("unique decides inside one commit, in order", async () => {
  await using rig = await SchedulerRig.open();
  const items = Array.from({ length: 200 }, (_, i) => ({ id: `t${i}`, unique: BY_ARGS }));
  const ids = (await Promise.all(items.map((item) => submit(rig, item)))).flat();
  assert.deepEqual(ids, ["t0", ...Array(199).fill("t0*")]);
  assert.deepEqual(await rig.runAll(), ["t0"]);
});

Deno.test("unique answers with the task as it is, arguments included", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", args: "[1]", unique: BY_METHOD });
  await rig.claim();
  const [same] = await answers(rig, { args: "[2]", unique: BY_METHOD });
  assert.deepEqual([same?.created, same?.duplicate, same?.task.status, same?.task.args], [
    ...[false, true, "running", "[1]"],
  ]);
});

Deno.test("unique by method takes an alias for its method", async () => {
  const definitions = [definition("noop", "async", { aliases: ["nothing"] })];
  await using rig = await SchedulerRig.open({ definitions });
  await submit(rig, { id: "a", args: "[1]", unique: BY_METHOD });
  const again = { id: "b", method: "nothing", args: "[2]", unique: BY_METHOD };
  assert.deepEqual(await submit(rig, again), ["a*"]);
});

Deno.test("unique keys tell tasks of one method apart", async () => {
  await using rig = await SchedulerRig.open();
  const of = (key: string, args: string, by: Uniqueness["by"] = "method") => ({
    args,
    unique: { ...BY_ARGS, key, by },
  });
  assert.deepEqual(
    await submit(
      rig,
      { id: "a", ...of("k", "[1]") },
      { id: "b", ...of("k", "[2]") },
      { id: "c", ...of("l", "[1]") },
      { id: "d", ...of("k", "[1]", "args") },
      { id: "e", ...of("k", "[2]", "args") },
      { id: "f", method: "spin", ...of("k", "[1]") },
    ),
    ["a", "a*", "c", "d", "e", "f"],
  );
});

Deno.test("unique lets the next one in when the holder has ended, in whatever way", async () => {
  await using rig = await SchedulerRig.open();
  const once = { retry: { maxAttempts: 1 }, unique: BY_METHOD };
  await submit(rig, { id: "a", ...once });
  await rig.runAll();
  await submit(rig, { id: "b", ...once });
  const { runs: [run] } = await rig.claim();
  assert.ok(run);
  await rig.report(outcome(run, THREW));
  assert.deepEqual(await submit(rig, { id: "c", ...once }), ["c"]);
  await rig.ask({ kind: "CancelTask", id: "c" });
  assert.deepEqual(await submit(rig, { id: "d", ...once }, { id: "e", ...once }), ["d", "d*"]);
});

Deno.test("unique holds through retries, delays and dependencies, and over a restart", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "parent", method: "spin" });
  const blocked = { deps: ["parent"], unique: { ...BY_METHOD, key: "blocked" } };
  const delayed = { delayMs: HOUR_MS, unique: { ...BY_METHOD, key: "delayed" } };
  const failing = { unique: { ...BY_METHOD, key: "failing" } };
  await submit(rig, { id: "a", ...blocked }, { id: "b", ...delayed }, { id: "c", ...failing });
  const { runs: [run] } = await rig.claim();
  assert.ok(run);
  await rig.report(outcome(run, THREW));
  assert.equal((await rig.task("c")).status, "scheduled");
  await rig.stop();
  await rig.start();
  assert.deepEqual(await submit(rig, blocked, delayed, failing), ["a*", "b*", "c*"]);
});

Deno.test("unique within a time looks at when the holder was created", async () => {
  await using rig = await SchedulerRig.open();
  const states: readonly TaskStatus[] = [...LIVE_STATUSES, "completed"];
  const unique = { ...BY_METHOD, withinMs: HOUR_MS, states };
  await submit(rig, { id: "a", unique });
  await rig.runAll();
  rig.now += HOUR_MS - 1;
  assert.deepEqual(await submit(rig, { id: "b", unique }), ["a*"]);
  rig.now += 1;
  assert.deepEqual(await submit(rig, { id: "c", unique }, { id: "d", unique }), ["c", "c*"]);
});

Deno.test("unique with ended states holds until the task is deleted", async () => {
  await using rig = await SchedulerRig.open();
  const unique: Uniqueness = { ...BY_METHOD, states: ["completed"] };
  await submit(rig, { id: "a", unique }, { id: "b", unique });
  assert.deepEqual(await rig.runAll(), ["a", "b"], "only completed ones count");
  assert.deepEqual(await submit(rig, { id: "c", unique }), ["b*"], "the newest is the answer");
  await rig.ask({ kind: "DeleteTask", id: "b" });
  assert.deepEqual(await submit(rig, { id: "c", unique }), ["a*"]);
  await rig.ask({ kind: "DeleteTask", id: "a" });
  assert.deepEqual(await submit(rig, { id: "c", unique }), ["c"]);
});

Deno.test("unique finds an older task that lives behind a newer one that has ended", async () => {
  await using rig = await SchedulerRig.open();
  const recent = { ...BY_METHOD, withinMs: 1 };
  await submit(rig, { id: "a", delayMs: HOUR_MS, unique: BY_METHOD });
  rig.now += 10;
  assert.deepEqual(await submit(rig, { id: "b", unique: recent }), ["b"]);
  assert.deepEqual(await rig.runAll(), ["b"]);
  assert.deepEqual(await submit(rig, { id: "c", unique: BY_METHOD }), ["a*"]);
});

Deno.test("unique does not keep a failed task from being retried beside its successor", async () => {
  await using rig = await SchedulerRig.open();
  await submit(rig, { id: "a", unique: BY_METHOD });
  await rig.ask({ kind: "CancelTask", id: "a" });
  await submit(rig, { id: "b", unique: BY_METHOD });
  const retried = await rig.ask({ kind: "RetryTask", id: "a", args: null });
  assert.ok(retried.ok && retried.value.status === "pending");
  assert.deepEqual(await submit(rig, { id: "c", unique: BY_METHOD }), ["b*"]);
  assert.deepEqual((await rig.runAll()).toSorted(), ["a", "b"]);
});

Deno.test("unique looks at a known id and a known idempotency key first", async () => {
  await using rig = await SchedulerRig.open();
  const first = { id: "a", contentHash: "h1", unique: BY_METHOD };
  await submit(rig, first);
  assert.deepEqual(await submit(rig, first), ["a"], "a repetition is no duplicate");
  const [conflict] = await rig.ask({
    kind: "SubmitTasks",
    items: [submission({ ...first, contentHash: "h2" })],
  });
  assert.equal(conflict?.ok === false && conflict.error.code, "already_exists");
  const keyed = { contentHash: "h3", idempotencyKey: "key", unique: BY_METHOD };
  assert.deepEqual(await submit(rig, { id: "b", ...keyed }, { id: "b", ...keyed }), ["a*", "a"]);
  await rig.runAll();
  assert.deepEqual(
    await submit(rig, { id: "b", ...keyed }),
    ["a"],
    "the key stands for its answer",
  );
});

Deno.test("unique refuses what is wrong before it looks for a duplicate", async () => {
  await using rig = await SchedulerRig.open();
  await submit(rig, { id: "a", unique: BY_METHOD });
  const replies = await rig.ask({
    kind: "SubmitTasks",
    items: [
      submission({ method: "absent", unique: BY_METHOD }),
      submission({ deps: ["absent"], unique: BY_METHOD }),
    ],
  });
  assert.deepEqual(replies.map((reply) => reply.ok || reply.error.reason), [
    "unknown_method",
    "unknown_dependency",
  ]);
});

Deno.test("unique makes no task to depend on: the id of a duplicate does not come to be", async () => {
  await using rig = await SchedulerRig.open();
  const [, , dependent] = await rig.ask({
    kind: "SubmitTasks",
    items: [
      submission({ id: "a", unique: BY_METHOD }),
      submission({ id: "b", unique: BY_METHOD }),
      submission({ id: "c", deps: ["b"] }),
    ],
  });
  assert.equal(dependent?.ok === false && dependent.error.reason, "unknown_dependency");
});
