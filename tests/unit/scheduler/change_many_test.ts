import assert from "node:assert/strict";
import type { BatchDecision } from "../../../actors/protocol.ts";
import { outcome, SchedulerRig, THREW } from "../../support/scheduler_rig.ts";

const ONCE = { maxAttempts: 1 };

async function statuses(rig: SchedulerRig, ...ids: readonly string[]): Promise<readonly string[]> {
  return (await Promise.all(ids.map((id) => rig.task(id)))).map(({ status }) => status);
}

async function cancel(rig: SchedulerRig, ...ids: readonly string[]): Promise<BatchDecision> {
  const answer = await rig.ask({ kind: "CancelTasks", ids });
  assert.ok(answer.ok);
  return answer.value;
}

async function retry(
  rig: SchedulerRig,
  ids: readonly string[],
  more: { readonly args?: string; readonly upToSeq?: number } = {},
): Promise<BatchDecision> {
  const { args = null, upToSeq = null } = more;
  const answer = await rig.ask({ kind: "RetryTasks", ids, args, upToSeq });
  assert.ok(answer.ok);
  return answer.value;
}

Deno.test("change_many cancels those that live, and repeating it changes nothing", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "running" });
  const [run] = (await rig.claim()).runs;
  assert.ok(run);
  await rig.submit(
    { id: "waiting" },
    { id: "after", deps: ["waiting"] },
    { id: "later", delayMs: 10_000 },
    { id: "other", deps: ["waiting"] },
  );
  const ids = ["absent", "after", "waiting", "later", "running", "waiting"];
  assert.deepEqual(await cancel(rig, ...ids), { matched: 4, changed: 4 });
  assert.deepEqual(await statuses(rig, "waiting", "after", "later", "running", "other"), [
    ...["cancelled", "cancelled", "cancelled", "running", "skipped"],
  ]);
  assert.deepEqual(rig.toldDispatcher("CancelRequested")[0]?.runs, [{ num: run.num, run: 1 }]);
  assert.deepEqual(await cancel(rig, ...ids), { matched: 1, changed: 0 });
  assert.equal(rig.toldDispatcher("CancelRequested").length, 1);
  await rig.report(outcome(run, { outcome: "cancelled" }));
  assert.deepEqual(await cancel(rig, ...ids), { matched: 0, changed: 0 });
});

Deno.test("change_many retries failed and cancelled tasks with what they had skipped", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit(
    { id: "a", retry: ONCE },
    { id: "of a", deps: ["a"] },
    { id: "b", delayMs: 10_000 },
    { id: "of b", deps: ["b"] },
    { id: "done" },
  );
  await cancel(rig, "b", "of b");
  const { runs } = await rig.claim();
  await rig.report(...runs.map((run) => outcome(run, run.id === "a" ? THREW : {})));
  const ids = ["of b", "done", "a", "b", "absent", "of a"];
  assert.deepEqual(await retry(rig, ids, { args: "[7]" }), { matched: 3, changed: 3 });
  assert.deepEqual(await statuses(rig, "a", "of a", "b", "of b", "done"), [
    ...["pending", "blocked", "scheduled", "blocked", "completed"],
  ]);
  assert.equal((await rig.task("a")).args, "[7]");
  assert.deepEqual(await retry(rig, ids), { matched: 0, changed: 0 });
});

Deno.test("change_many retries nothing that has failed since the walk began", async () => {
  await using rig = await SchedulerRig.open();
  await rig.submit({ id: "a", retry: ONCE }, { id: "b", retry: ONCE });
  const { runs } = await rig.claim();
  const [first, second] = runs;
  assert.ok(first && second);
  await rig.report(outcome(first, THREW));
  const { seq: upToSeq } = await rig.task(first.id);
  await rig.report(outcome(second, THREW));
  const answer = await retry(rig, ["a", "b"], { upToSeq });
  assert.deepEqual(answer, { matched: 1, changed: 1 });
  assert.deepEqual(await statuses(rig, first.id, second.id), ["pending", "failed"]);
});
