import type { TaskRecord } from "../../actors/domain/task.ts";
import type { SchedulerInit } from "../../actors/scheduler/scheduler_actor.ts";
import type { Store } from "../../actors/storage/port.ts";
import type { ManualTimer } from "./manual_timer.ts";
import { SchedulerRig } from "./scheduler_rig.ts";

/** Something that several schedulers can share. */
export interface SharedBackend {
  /** A store by which `node`, which becomes a member, writes. */
  join(node: string): Promise<Store>;
  /** Makes a member the leader; answers its term. */
  lead(node: string): Promise<number>;
  /** Declares a member lost. */
  lose(node: string): Promise<void>;
  close(): Promise<void>;
}

/** Schedulers in one process over one store, each with neighbours of straw of its own. */
export class SharedRig implements AsyncDisposable {
  readonly #backend: SharedBackend;
  readonly #nodes: SchedulerRig[] = [];
  readonly #names: string[] = [];
  readonly #stores: Store[] = [];
  readonly #timerOf: (index: number) => ManualTimer | null;

  private constructor(backend: SharedBackend, timers: readonly ManualTimer[]) {
    this.#backend = backend;
    this.#timerOf = (index) => timers[index] ?? null;
  }

  /** Starts as many nodes as there are settings; none leads as yet. `timers`: theirs, in the same order. */
  static async open(
    backend: SharedBackend,
    inits: readonly Partial<SchedulerInit>[] = [{}, {}],
    timers: readonly ManualTimer[] = [],
  ): Promise<SharedRig> {
    const rig = new SharedRig(backend, timers);
    try {
      for (const init of inits) await rig.add(init);
      return rig;
    } catch (error) {
      await rig[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts one more node. */
  async add(init: Partial<SchedulerInit> = {}): Promise<SchedulerRig> {
    const node = `n-${crypto.randomUUID()}`;
    const store = await this.#backend.join(node);
    const rig = await SchedulerRig.open({ node, ...init }, {
      now: store.now(),
      timer: this.#timerOf(this.#nodes.length),
      openStore: () => Promise.resolve(store),
    });
    this.#nodes.push(rig);
    this.#names.push(node);
    this.#stores.push(store);
    return rig;
  }

  get nodes(): readonly SchedulerRig[] {
    return this.#nodes;
  }

  node(index: number): SchedulerRig {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error(`the rig has no node ${index}`);
    return node;
  }

  /** The store by which a node writes. */
  store(index: number): Store {
    const store = this.#stores[index];
    if (store === undefined) throw new Error(`the rig has no node ${index}`);
    return store;
  }

  name(index: number): string {
    const name = this.#names[index];
    if (name === undefined) throw new Error(`the rig has no node ${index}`);
    return name;
  }

  /** Has a node lead, and tells it. */
  async lead(index: number): Promise<void> {
    const term = await this.#backend.lead(this.name(index));
    await this.node(index).tell({ kind: "LeadershipChanged", term });
  }

  /** Has somebody else lead, of which the node does not hear. */
  async depose(index: number): Promise<void> {
    await this.#backend.lead(this.name(index === 0 ? 1 : 0));
  }

  /** Declares a node lost, which goes on all the same. */
  async lose(index: number): Promise<void> {
    await this.#backend.lose(this.name(index));
  }

  /** Tasks as they are stored. */
  async tasks(...ids: readonly string[]): Promise<readonly TaskRecord[]> {
    const store = this.#stores.at(-1);
    if (store === undefined) throw new Error("the rig has no node");
    const found = await store.write((tx) => tx.findTasks(ids));
    return ids.map((id) => {
      const task = found.get(id);
      if (task === undefined) throw new Error(`no task ${id}`);
      return task;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#nodes) await node[Symbol.asyncDispose]();
    await this.#backend.close();
  }
}
