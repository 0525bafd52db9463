/** Schedulers that share a store, whatever happens to their transactions, and to some of them. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Assignment, SchedulerReplies } from "../../../actors/protocol.ts";
import type { Store } from "../../../actors/storage/port.ts";
import { eventually } from "../../support/eventually.ts";
import { ImitatedCluster } from "../../support/imitated_cluster.ts";
import { announceSeed, seededRandom } from "../../support/random.ts";
import { outcome, type SchedulerRig, THREW } from "../../support/scheduler_rig.ts";
import { type SharedBackend, SharedRig } from "../../support/shared_rig.ts";
import { submission } from "../../support/submission.ts";
import { type Trouble, TroubledStore } from "../../support/troubled_store.ts";

const STORIES = 6;
const STEPS = 60;
const LIMIT = 4;
const TROUBLES: readonly Trouble[] = [
  "conflict",
  "race",
  "lost_committed",
  "lost_aborted",
  "lost_committed",
  "conflict",
  "away",
];

/** A cluster to whose nodes' transactions anything may happen, unless it is calm, as it is at first. */
class TroubledBackend implements SharedBackend {
  readonly #inner: ImitatedCluster;
  readonly #random: () => number;
  #calm = true;

  constructor(inner: ImitatedCluster, random: () => number) {
    this.#inner = inner;
    this.#random = random;
  }

  async join(node: string): Promise<Store> {
    const store = new TroubledStore(await this.#inner.join(node));
    store.drawn(() => this.#drawn());
    return store;
  }

  become(calm: boolean): void {
    this.#calm = calm;
  }

  async calmly(work: () => Promise<unknown>): Promise<void> {
    this.#calm = true;
    await work();
    this.#calm = false;
  }

  lead(node: string): Promise<number> {
    return this.#inner.lead(node);
  }

  lose(node: string): Promise<void> {
    return this.#inner.lose(node);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #drawn(): Trouble {
    if (this.#calm || this.#random() > 0.15) return "none";
    return TROUBLES[Math.floor(this.#random() * TROUBLES.length)] ?? "none";
  }
}

/** One run of a task, where it was handed out. */
interface Held {
  readonly node: SchedulerRig;
  readonly run: Assignment;
}

/** Plays users and executors of several nodes at random, and remembers what was promised. */
class Story {
  readonly #rig: SharedRig;
  readonly #backend: TroubledBackend;
  readonly #random: () => number;
  readonly #accepted = new Set<string>();
  readonly #started = new Set<string>();
  readonly #lost = new Set<SchedulerRig>();
  #held: Held[] = [];
  #made = 0;

  constructor(rig: SharedRig, backend: TroubledBackend, random: () => number) {
    this.#rig = rig;
    this.#backend = backend;
    this.#random = random;
  }

  async step(): Promise<void> {
    const chance = this.#random();
    if (chance < 0.35) await this.#submit();
    else if (chance < 0.65) await this.#claim();
    else if (chance < 0.93) await this.#report();
    else if (chance < 0.96) await this.#lead();
    else if (this.#rig.nodes.length - this.#lost.size > 2) await this.#lose();
    else await this.#backend.calmly(() => this.#rig.add());
  }

  /** Lets everything end; what failed a moment ago is tried again by itself. */
  async finish(): Promise<void> {
    await this.#lead();
    await eventually(async () => {
      for (const node of this.#rig.nodes) await this.#settled(node);
      await this.#claim();
      while (this.#held.length > 0) await this.#report(false);
      return await this.#hasEnded();
    }, { what: "everything has ended", deadlineMs: 60_000 });
  }

  async #hasEnded(): Promise<boolean> {
    // The first node is never lost.
    const tasks = await this.#rig.store(0).write((tx) => tx.findTasks([...this.#accepted]));
    assert.equal(tasks.size, this.#accepted.size, "nothing is lost");
    return [...tasks.values()].every(({ finishedAt }) => finishedAt !== null);
  }

  async #settled(node: SchedulerRig): Promise<void> {
    if (this.#lost.has(node)) return;
    const settled = () => node.settle().then(() => true, () => false);
    await eventually(settled, { what: "the node has found its store again" });
  }

  async #lead(): Promise<void> {
    const node = this.#anyone();
    // Whether it could do at once what a leader does is another matter.
    await this.#rig.lead(this.#rig.nodes.indexOf(node)).catch(() => {});
  }

  /** The same tasks, some new and some known, are sent to two nodes at once. */
  async #submit(): Promise<void> {
    const ids = Array.from({ length: 1 + Math.floor(this.#random() * 4) }, () => this.#id());
    const items = ids.map((id) => {
      const deps = [...this.#accepted].filter(() => this.#random() < 0.03);
      const concurrencyKey = this.#random() < 0.5 ? "k" : null;
      return submission({ id, deps: deps.filter((dep) => dep !== id), concurrencyKey });
    });
    const nodes = [this.#anyone(), this.#anyone()];
    const answers = await Promise.all(
      nodes.map((node) => node.ask({ kind: "SubmitTasks", items })),
    );
    for (const answer of answers) this.#note(ids, answer);
    for (const [index, id] of ids.entries()) {
      const created = answers.filter((each) => isCreated(each[index]));
      assert.ok(created.length <= 1 || nodes[0] === nodes[1], `${id} was made twice`);
    }
  }

  #note(ids: readonly string[], answers: SchedulerReplies["SubmitTasks"]): void {
    for (const [index, answer] of answers.entries()) {
      const id = ids[index];
      if (answer.ok && id !== undefined) this.#accepted.add(id);
    }
  }

  async #claim(): Promise<void> {
    const nodes = [this.#anyone(), this.#anyone()];
    const max = 1 + Math.floor(this.#random() * 4);
    // What was lost twice runs alone.
    const pool = this.#random() < 0.8 ? "async" : "alone";
    // One that fails time and again has claimed nothing; a dispatcher tries it again.
    const claims = await Promise.all(
      nodes.map((node) => node.claim({ max, pool }).catch(() => ({ runs: [] }))),
    );
    for (const [index, { runs }] of claims.entries()) {
      const node = nodes[index];
      for (const run of runs) {
        const name = `${run.id} ${run.run}`;
        assert.ok(!this.#started.has(name), `${name} was handed out twice`);
        this.#started.add(name);
        if (node) this.#held.push({ node, run });
      }
    }
    const running = await this.#rig.store(0).write((tx) => tx.countRunning("default", 1_000))
      .catch(() => 0);
    assert.ok(running <= LIMIT, `${running} run at a time`);
  }

  async #report(mayThrow = true): Promise<void> {
    const next = this.#held.shift();
    if (next === undefined || this.#lost.has(next.node)) return;
    const { node, run } = next;
    const throws = mayThrow && this.#random() < 0.2;
    try {
      await node.report(outcome(run, throws ? { ...THREW, retryAfterMs: 1 } : {}));
    } catch {
      // An executor keeps what nobody has acknowledged.
      this.#held.push(next);
      await delay(1);
    }
  }

  async #lose(): Promise<void> {
    const node = this.#anyone();
    const index = this.#rig.nodes.indexOf(node);
    if (index === 0) return;
    this.#lost.add(node);
    this.#held = this.#held.filter((held) => held.node !== node);
    await this.#rig.lose(index);
    await this.#lead();
  }

  #anyone(): SchedulerRig {
    const nodes = this.#rig.nodes.filter((node) => !this.#lost.has(node));
    const node = nodes[Math.floor(this.#random() * nodes.length)];
    if (node === undefined) throw new Error("no node is left");
    return node;
  }

  #id(): string {
    const known = Math.floor(this.#random() * (this.#made + 1));
    return this.#random() < 0.2 ? `t-${known}` : `t-${this.#made++}`;
  }
}

function isCreated(answer: SchedulerReplies["SubmitTasks"][number] | undefined): boolean {
  return answer !== undefined && answer.ok && answer.value.created;
}

Deno.test("schedulers that share a store keep what they promise, whatever happens to it", async () => {
  const random = seededRandom(announceSeed("schedulers over a troubled store"));
  for (let story = 0; story < STORIES; story++) {
    const backend = new TroubledBackend(await ImitatedCluster.open(Date.now), random);
    await using rig = await SharedRig.open(backend);
    await rig.node(0).ask({
      kind: "ConfigureQueue",
      name: "default",
      patch: { concurrency: LIMIT, keyConcurrency: 2 },
    });
    backend.become(false);
    const told = new Story(rig, backend, random);
    for (let step = 0; step < STEPS; step++) await told.step();
    backend.become(true);
    await told.finish();
  }
});
