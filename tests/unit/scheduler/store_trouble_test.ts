import assert from "node:assert/strict";
import type { SchedulerReplies } from "../../../actors/protocol.ts";
import { openSqliteReader } from "../../../actors/storage/sqlite/mod.ts";
import { ManualTimer } from "../../support/manual_timer.ts";
import { outcome, type RigOptions, SchedulerRig } from "../../support/scheduler_rig.ts";
import { submission } from "../../support/submission.ts";
import { type Trouble, TroubledStore } from "../../support/troubled_store.ts";

interface Troubled extends AsyncDisposable {
  readonly rig: SchedulerRig;
  readonly store: TroubledStore;
}

async function troubled(options: RigOptions = {}): Promise<Troubled> {
  let store: TroubledStore | null = null;
  const rig = await SchedulerRig.open({}, {
    ...options,
    wrapStore: (real) => store = new TroubledStore(real),
  });
  if (store === null) throw new Error("the rig opened no store");
  return { rig, store, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
}

function submit(rig: SchedulerRig, id: string): Promise<SchedulerReplies["SubmitTasks"]> {
  return rig.ask({ kind: "SubmitTasks", items: [submission({ id })] });
}

/** What a submission came to: `created`, `known`, or the reason of its refusal. */
async function fate(answers: Promise<SchedulerReplies["SubmitTasks"]>): Promise<string> {
  const [answer] = await answers;
  if (!answer) throw new Error("a submission was not answered");
  if (!answer.ok) return answer.error.reason;
  return answer.value.created ? "created" : "known";
}

const told = ({ told }: SchedulerRig) =>
  told.flatMap(({ to, message }) => to === "supervisor" ? message.kind : []);

for (
  const [rule, troubles] of [
    ["tries a commit again that another node was in the way of", ["conflict", "conflict"]],
    ["looks again where another node had the same name first", ["race"]],
    ["replays item by item what breaks a rule again and again", ["race", "race"]],
    ["believes a commit that stands although its answer was lost", ["lost_committed"]],
    ["makes a commit anew that is known not to stand", ["lost_aborted", "lost_aborted"]],
    ["stands all of it in a row", ["conflict", "lost_aborted", "race", "lost_committed"]],
  ] as const satisfies readonly (readonly [string, readonly Trouble[]])[]
) {
  Deno.test(`scheduler ${rule}`, async () => {
    await using under = await troubled();
    const { rig, store } = under;
    store.next(...troubles);
    assert.equal(await fate(submit(rig, "a")), "created");
    assert.equal((await rig.task("a")).status, "pending");
    assert.equal(await fate(submit(rig, "a")), "known");
    assert.deepEqual(await rig.runAll(), ["a"]);
  });
}

Deno.test("scheduler refuses what collides with other nodes time and again", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  store.always("conflict");
  const answer = submit(rig, "a");
  assert.equal(await fate(answer), "store_unavailable");
  store.always("none");
  await rig.claim();
  assert.equal(await fate(submit(rig, "a")), "created");
});

Deno.test("scheduler refuses commands while the store is away, and claims once it is back", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  await rig.submit({ id: "before" });
  store.always("away");
  assert.equal(await fate(submit(rig, "meanwhile")), "store_unavailable");
  const cancel = await rig.ask({ kind: "CancelTask", id: "before" });
  assert.equal(!cancel.ok && cancel.error.code, "unavailable");
  const claim = rig.claim();
  await store.tried(2);
  assert.equal(await fate(submit(rig, "later")), "store_unavailable", "known to be away");
  store.always("none");
  assert.deepEqual((await claim).runs.map(({ id }) => id), ["before"]);
  assert.equal(await fate(submit(rig, "after")), "created");
  assert.deepEqual(told(rig), ["StoreUnhealthy", "StoreHealthy"]);
});

Deno.test("scheduler leaves outcomes with the executor while the store is away", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  await rig.submit({ id: "a" });
  const { runs } = await rig.claim();
  store.always("away");
  await assert.rejects(rig.report(...runs.map((run) => outcome(run))), /away/);
  store.always("none");
  await rig.claim();
  await rig.report(...runs.map((run) => outcome(run)));
  assert.equal((await rig.task("a")).status, "completed");
});

Deno.test("scheduler keeps what running code said while the store was away", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  await rig.submit({ id: "a" });
  const [run] = (await rig.claim()).runs;
  assert(run);
  const logs = [{ run: 1, at: rig.now, level: "info", message: "here", fields: {} }] as const;
  const progress = { fraction: 0.5, note: null };
  store.always("away");
  const items = [{ num: run.num, run: run.run, progress, logs }];
  const told = rig.tell({ kind: "ReportProgress", items });
  await store.tried(2);
  store.always("none");
  await told;
  assert.deepEqual((await rig.task("a")).progress, progress);
  const reader = await openSqliteReader({ dataDir: rig.dataDir });
  const page = await reader.listLogs("a", { after: null, limit: 9 });
  await reader.close();
  assert.deepEqual(page?.lines.map(({ message }) => message), ["here"]);
});

Deno.test("scheduler records the loss of an executor once the store is back", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  await rig.submit({ id: "a" });
  await rig.claim();
  store.always("away");
  const lost = rig.ask({
    kind: "ExecutorLost",
    executor: "executor-1",
    incarnation: "i-1",
    verdicts: [],
  });
  await store.tried(2);
  store.always("none");
  await lost;
  const { status, reason } = await rig.task("a");
  assert.deepEqual([status, reason], ["pending", "crash"]);
});

Deno.test("scheduler answers nobody before it is known whether a commit stands", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  store.next("lost_committed");
  store.silentQuestions = 2;
  const first = submit(rig, "a");
  assert.equal(await fate(first), "created");
  assert.equal(store.silentQuestions, 0);
  assert.deepEqual(told(rig), ["StoreUnhealthy", "StoreHealthy"]);
  assert.deepEqual(await rig.runAll(), ["a"]);
});

Deno.test("scheduler stops although the store is away, and says what is not known", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  store.next("lost_committed");
  store.silentQuestions = Infinity;
  const tried = store.tried(1);
  const open = submit(rig, "a");
  await tried;
  const stopped = rig.stop();
  assert.equal(await fate(open), "outcome_unknown");
  await stopped;
});

Deno.test("scheduler does what was due while the store was away", async () => {
  const timer = new ManualTimer();
  await using under = await troubled({ timer });
  const { rig, store } = under;
  await rig.submit({ id: "later", delayMs: 50 });
  store.always("away");
  const claim = rig.claim();
  await store.tried(1);
  rig.now += 50;
  assert(timer.pass(50), "the clock fires");
  store.always("none");
  // The tick is done before the claim, in one commit or two: it has waited just as long.
  const { runs } = await claim;
  const started = runs.length > 0 ? runs : (await rig.claim()).runs;
  assert.deepEqual(started.map(({ id }) => id), ["later"]);
});

Deno.test("scheduler tells the supervisor when its node is no member any more, and takes nothing", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  store.always("fenced");
  assert.equal(await fate(submit(rig, "a")), "store_unavailable");
  assert.equal(await fate(submit(rig, "b")), "store_unavailable");
  const fenced = rig.told.flatMap(({ message }) => message.kind === "NodeFenced" ? message : []);
  assert.deepEqual(fenced[0], {
    kind: "NodeFenced",
    node: "n-1",
    cause: "the node is no member",
  });
});

Deno.test("scheduler tells nobody that nothing was stored where nobody knows", async () => {
  await using under = await troubled();
  const { rig, store } = under;
  store.next("lost_committed");
  store.forget();
  assert.equal(await fate(submit(rig, "a")), "outcome_unknown");
  await rig.claim();
  assert.equal(await fate(submit(rig, "a")), "known");
});
