import assert from "node:assert/strict";
import { KEEP_ALL } from "../../../actors/domain/retention.ts";
import { REFRESH_MS } from "../../../actors/scheduler/refresher.ts";
import { ImitatedCluster } from "../../support/imitated_cluster.ts";
import { ManualTimer } from "../../support/manual_timer.ts";
import { outcome } from "../../support/scheduler_rig.ts";
import { scheduleSpec } from "../../support/schedules.ts";
import { SharedRig } from "../../support/shared_rig.ts";

const NOON = Date.UTC(2030, 0, 1, 12);
const MINUTE = 60_000;

/** Two nodes whose time passes only as the test says. */
class Timed implements AsyncDisposable {
  readonly rig: SharedRig;
  readonly #timers: readonly ManualTimer[];
  readonly #clock: { now: number };

  private constructor(rig: SharedRig, timers: readonly ManualTimer[], clock: { now: number }) {
    this.rig = rig;
    this.#timers = timers;
    this.#clock = clock;
  }

  static async open(init: Parameters<SharedRig["add"]>[0] = {}): Promise<Timed> {
    const clock = { now: NOON };
    const timers = [new ManualTimer(), new ManualTimer()];
    const backend = await ImitatedCluster.open(() => clock.now);
    return new Timed(await SharedRig.open(backend, [init, init], timers), timers, clock);
  }

  /** Lets time pass second by second, and everything happen that it brings. */
  async pass(ms: number): Promise<void> {
    for (const until = this.#clock.now + ms; this.#clock.now < until;) {
      this.#clock.now += 1_000;
      for (const timer of this.#timers) timer.pass(1_000);
      await this.#settle();
    }
    await this.#settle();
  }

  async #settle(): Promise<void> {
    for (const node of this.rig.nodes) if (node.isUp) await node.settle();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rig[Symbol.asyncDispose]();
  }
}

/** The ids of tasks that ticks have started, as both nodes may claim them. */
async function started({ rig }: Timed): Promise<readonly string[]> {
  const { runs } = await rig.node(0).claim();
  await rig.node(0).report(...runs.map((run) => outcome(run)));
  return runs.map(({ id }) => id);
}

const tickAt = (minute: number) => `s:2030-01-01T12:0${minute}:00Z`;

Deno.test("ticks are decided by the node that leads, wherever their schedule was set up", async () => {
  await using timed = await Timed.open();
  const { rig } = timed;
  await rig.node(0).ask({ kind: "PutSchedule", name: "s", spec: scheduleSpec() });
  await timed.pass(2 * MINUTE);
  assert.deepEqual(await started(timed), [], "nobody leads");
  await rig.lead(1);
  await timed.pass(MINUTE);
  assert.deepEqual(await started(timed), [1, 2, 3].map(tickAt), "the first two late");
  await rig.lead(0);
  await timed.pass(2 * MINUTE);
  assert.deepEqual(
    await started(timed),
    [4, 5].map(tickAt),
    "each once, though both believe to lead",
  );
});

Deno.test("a leader keeps up with schedules that others pause, resume and remove", async () => {
  await using timed = await Timed.open();
  const { rig } = timed;
  await rig.lead(1);
  await rig.node(0).ask({ kind: "PutSchedule", name: "s", spec: scheduleSpec() });
  await timed.pass(MINUTE);
  assert.deepEqual(await started(timed), [tickAt(1)]);
  await rig.node(0).ask({ kind: "PauseSchedule", name: "s", paused: true });
  await timed.pass(MINUTE);
  assert.deepEqual(await started(timed), []);
  await rig.node(0).ask({ kind: "PauseSchedule", name: "s", paused: false });
  await timed.pass(MINUTE);
  assert.deepEqual(await started(timed), [2, 3].map(tickAt));
  await rig.node(0).ask({ kind: "DeleteSchedule", name: "s" });
  await timed.pass(2 * MINUTE);
  assert.deepEqual(await started(timed), []);
});

Deno.test("a tick that waits is started by the leader when the work before it ended elsewhere", async () => {
  await using timed = await Timed.open();
  const { rig } = timed;
  await rig.lead(1);
  const spec = scheduleSpec({ overlap: "buffer_one" });
  await rig.node(1).ask({ kind: "PutSchedule", name: "s", spec });
  await timed.pass(MINUTE);
  const { runs } = await rig.node(0).claim();
  assert.deepEqual(runs.map(({ id }) => id), [tickAt(1)]);
  await timed.pass(MINUTE);
  assert.deepEqual(await started(timed), [], "it waits");
  await rig.node(0).report(...runs.map((run) => outcome(run)));
  await timed.pass(REFRESH_MS + 1_000);
  assert.deepEqual(await started(timed), [tickAt(2)]);
});

Deno.test("what has ended elsewhere is removed by the leader alone", async () => {
  const retention = { ...KEEP_ALL, completedMs: MINUTE };
  await using timed = await Timed.open({ retention });
  const { rig } = timed;
  await rig.node(0).submit({ id: "a" });
  const { runs } = await rig.node(0).claim();
  await rig.node(0).report(...runs.map((run) => outcome(run, { finishedAt: NOON })));
  await timed.pass(3 * MINUTE);
  assert.equal((await rig.tasks("a"))[0]?.status, "completed", "nobody leads");
  await rig.lead(1);
  await timed.pass(MINUTE);
  await assert.rejects(rig.tasks("a"), /no task/);
});

Deno.test("a node learns by itself of work and settings that nobody told it of", async () => {
  await using timed = await Timed.open();
  const { rig } = timed;
  const patch = { weight: 7 };
  await rig.node(0).submit({ id: "a" }, { id: "later", delayMs: MINUTE });
  await rig.node(0).ask({ kind: "ConfigureQueue", name: "default", patch });
  await timed.pass(REFRESH_MS + 1_000);
  const told = rig.node(1).toldDispatcher("WorkBecameReady").flatMap(({ work }) => work);
  assert.ok(told.some(({ queue, pool }) => queue === "default" && pool === "async"));
  assert.equal(rig.node(1).toldDispatcher("QueueChanged").at(-1)?.queue.weight, 7);
});

Deno.test("a task becomes due although the node is gone that it was sent to", async () => {
  await using timed = await Timed.open();
  const { rig } = timed;
  await rig.node(0).submit({ id: "later", delayMs: MINUTE });
  await rig.node(0).stop();
  await timed.pass(MINUTE);
  assert.deepEqual((await rig.node(1).claim()).runs.map(({ id }) => id), ["later"]);
});
