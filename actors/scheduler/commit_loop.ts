import { setImmediate } from "node:timers";
import { type Store, StoreHeldError, StoreUncertainError } from "../storage/port.ts";
import { Attempts, type Transacted } from "./attempts.ts";
import type { CommitContext } from "./commit.ts";
import {
  type Answer,
  halves,
  handleOneByOne,
  type Handler,
  handleTogether,
  type Item,
  type LockedQueues,
  type Stage,
  STAGES,
  stagesOf,
} from "./commit_batch.ts";
import type { Effects } from "./effects.ts";
import { PutOff } from "./put_off.ts";
import { isAbsent, StoreAbsence } from "./store_absence.ts";

export interface CommitLoopOptions {
  readonly store: Store;
  readonly context: () => CommitContext;
  readonly random?: () => number;
  /** Called after every commit, before its items are answered. What it throws ends the actor. */
  readonly onCommitted: (effects: Effects, commit: CommitReport) => void;
  /**
   * Called when a commit failed as a whole, before its items are rejected with `error`, and whenever it
   * turns out that the store is away.
   */
  readonly onFailed: (error: unknown) => void;
  /** Most weight of one stage in a commit; a single heavier item is the only one of its stage. */
  readonly maxWeight?: number;
}

export interface CommitReport {
  readonly items: number;
  /** The same by stage. */
  readonly stages: Readonly<Record<Stage, number>>;
  readonly seconds: number;
  readonly now: number;
}

/** Work for a commit. */
export interface Submitted<W> {
  readonly work: W;
  /** How many tasks it may touch. */
  readonly weight?: number;
  /** Waits for a store that is away, because nobody would ask again. */
  readonly held?: boolean;
  /** The queues by whose settings it decides. */
  readonly queues?: LockedQueues | null;
}

/** Larger batches gain little, and whoever comes next waits for the whole commit. */
const MAX_WEIGHT = 256;
/** So many parts of a batch that are in the way of another transaction are looked for in one go. */
const HELD_MAX = 8;

/**
 * Group commit. Whatever arrives while a commit runs makes up the next one: one transaction, then the
 * effects, then the answers. A batch that an item breaks is replayed item by item under savepoints, so
 * that the bad item answers for itself alone. What meets something that another node holds for long is
 * looked for by halves and put off, so that the rest goes on.
 */
export class CommitLoop {
  readonly #options: CommitLoopOptions;
  readonly #queues: Record<Stage, Item[]> = {
    outcomes: [],
    control: [],
    submissions: [],
    claims: [],
  };
  #running: Promise<void> | null = null;
  readonly #absence = new StoreAbsence();
  readonly #putOff: PutOff<Item>;
  readonly #attempts: Attempts;

  constructor(options: CommitLoopOptions) {
    this.#options = options;
    const { store, context, random = Math.random } = options;
    this.#putOff = new PutOff((items) => this.#takeBack(items), random);
    this.#attempts = new Attempts({
      store,
      context,
      random,
      pause: (ms) => this.#absence.pause(ms),
      onUncertain: (error) => this.#notice(error),
    });
  }

  /**
   * Adds work to the next commit; resolves to its answer when that stands. While the store is away,
   * what is not `held` is rejected at once.
   */
  submit<W, R>(
    stage: Stage,
    handler: Handler<W, R>,
    { work, weight = 1, held = false, queues = null }: Submitted<W>,
  ): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const refused = held ? null : this.#absence.cause;
      if (refused !== null) return reject(refused);
      this.#queues[stage].push({
        stage,
        handler: handler as Handler<unknown, unknown>,
        work,
        weight,
        held,
        queues,
        resolve: resolve as (reply: unknown) => void,
        reject,
      });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits for a commit. */
  async idle(): Promise<void> {
    while (this.#running || this.#putOff.items.length > 0) {
      await (this.#running ?? this.#putOff.returned);
    }
  }

  /** Commits what can be committed now, and waits no more for a store that is away. */
  async stop(): Promise<void> {
    this.#absence.stop();
    await this.idle();
  }

  async #run(): Promise<void> {
    // One turn of the event loop lets everything that has already arrived join the commit.
    await nextTurn();
    for (let batch = await this.#next(); batch !== null; batch = await this.#next()) {
      await this.#commitAll(batch);
      await nextTurn();
    }
  }

  /** What the next commit takes on, which may be nothing but a look whether the store is back. */
  async #next(): Promise<readonly Item[] | null> {
    const { cause } = this.#absence;
    if (cause !== null && await this.#absence.patience()) return this.#take();
    const items = this.#take();
    if (items.length === 0) {
      // In the same moment as it was looked: what comes next starts a new run.
      this.#running = null;
      return null;
    }
    if (cause === null) return items;
    for (const item of items) item.reject(cause);
    return await this.#next();
  }

  #take(): readonly Item[] {
    const max = this.#options.maxWeight ?? MAX_WEIGHT;
    const taken: Item[] = [];
    for (const stage of STAGES) {
      // One may depend on an earlier one: none overtakes those that were put off.
      if (stage === "submissions" && this.#putOff.items.some((item) => item.stage === stage)) {
        continue;
      }
      const queue = this.#queues[stage];
      let weight = 0;
      let count = 0;
      for (const item of queue) {
        if (weight > 0 && weight + item.weight > max) break;
        weight += item.weight;
        count++;
      }
      taken.push(...queue.splice(0, count));
    }
    return taken;
  }

  /** Commits the batch, or what of it does not meet what other transactions hold, and puts the rest off. */
  async #commitAll(batch: readonly Item[]): Promise<void> {
    let hurried = this.#putOff.items.length > 0;
    const parts = [batch];
    let found = 0;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (await this.#commit(part, { hurried }) !== "held") continue;
      hurried = true;
      const smaller = halves(part);
      parts.unshift(...smaller);
      if (smaller.length > 0) continue;
      this.#putOff.add(part);
      if (++found === HELD_MAX) break;
    }
    this.#takeBack(parts.flat());
  }

  async #commit(
    items: readonly Item[],
    { hurried }: { readonly hurried: boolean },
  ): Promise<"held" | "done"> {
    const started = performance.now();
    let done: Transacted<readonly (readonly [Item, Answer])[]>;
    try {
      done = await this.#attempts.transact({
        together: (commit) => handleTogether(commit, items),
        oneByOne: (commit) => handleOneByOne(commit, items, { again: this.#options.store.shared }),
        hurried,
      });
    } catch (error) {
      if (error instanceof StoreHeldError) return "held";
      this.#refuse(items, error);
      return "done";
    }
    // It stands: whatever throws from here on must end the actor, which then reads it anew, and be
    // nobody's answer.
    this.#absence.end();
    const seconds = (performance.now() - started) / 1_000;
    const stages = stagesOf(items);
    this.#options.onCommitted(done.effects, {
      items: items.length,
      stages,
      seconds,
      now: done.now,
    });
    for (const [item, answer] of done.answers) answer(item);
    return "done";
  }

  /** Answers what did not stand, but for what waits for a store that is away. */
  #refuse(items: readonly Item[], error: unknown): void {
    this.#notice(error);
    // Only of what did certainly not stand.
    const mayGoOn = isAbsent(error) && !(error instanceof StoreUncertainError);
    const [again, refused] = [items.filter(({ held }) => held && mayGoOn), new Set(items)];
    for (const item of again) refused.delete(item);
    this.#queueAgain(again);
    for (const item of refused) item.reject(error);
  }

  /** Takes work back that was taken on and not done; nobody waits for a store that is away who can ask again. */
  #takeBack(items: readonly Item[]): void {
    const { cause } = this.#absence;
    const refused = cause === null ? [] : items.filter(({ held }) => !held);
    for (const item of refused) item.reject(cause);
    this.#queueAgain(items.filter((item) => !refused.includes(item)));
    this.#running ??= this.#run();
  }

  /** Before everything else that waits. */
  #queueAgain(items: readonly Item[]): void {
    for (const stage of STAGES) {
      this.#queues[stage].unshift(...items.filter((item) => item.stage === stage));
    }
  }

  /** Learns that the store can't be used, and has nobody wait for it who can ask again. */
  #notice(error: unknown): void {
    this.#options.onFailed(error);
    if (!isAbsent(error)) return;
    this.#absence.begin(error);
    for (const stage of STAGES) {
      const waiting = this.#queues[stage];
      this.#queues[stage] = waiting.filter(({ held }) => held);
      for (const item of waiting) if (!item.held) item.reject(error);
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
