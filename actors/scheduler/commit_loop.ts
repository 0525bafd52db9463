import { setImmediate } from "node:timers";
import { ConstraintError, type Store, StoreUncertainError } from "../storage/port.ts";
import type { QueueLockPurpose } from "../storage/port/queue_locks.ts";
import { Attempts } from "./attempts.ts";
import type { Commit, CommitContext } from "./commit.ts";
import type { Effects } from "./effects.ts";
import { isItemError } from "./item_error.ts";
import { isAbsent, StoreAbsence } from "./store_absence.ts";

/** Stages of a commit, in the order in which their work is done: ends free what claims then take. */
export const STAGES = ["outcomes", "control", "submissions", "claims"] as const;
export type Stage = (typeof STAGES)[number];

/** Does all the work of one kind that a commit has, and answers it item by item. */
export type Handler<W, R> = (commit: Commit, work: readonly W[]) => Promise<readonly R[]>;

/** Work of any kind; `submit` is the only maker, and pairs each handler with work and answers of its own. */
interface Item {
  readonly stage: Stage;
  /** Items with one handler are handled together. */
  readonly handler: Handler<unknown, unknown>;
  readonly work: unknown;
  /** How many tasks it may touch, to bound a commit. */
  readonly weight: number;
  /** Waits for a store that is away, since nobody would ask again. */
  readonly held: boolean;
  readonly queues: LockedQueues | null;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface CommitLoopOptions {
  readonly store: Store;
  readonly context: () => CommitContext;
  readonly random?: () => number;
  /** Called after every commit, before its items are answered. */
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

/** Queues that work has to do with, and what for. */
interface LockedQueues {
  readonly names: readonly string[];
  readonly purpose: QueueLockPurpose;
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

/** What one commit takes on. */
interface Batch {
  readonly items: readonly Item[];
  readonly stages: Readonly<Record<Stage, number>>;
}

/** Larger batches gain little, and whoever comes next waits for the whole commit. */
const MAX_WEIGHT = 256;

/**
 * Group commit. Whatever arrives while a commit runs makes up the next one: one transaction, then the
 * effects, then the answers. A batch that an item breaks is replayed item by item under savepoints, so
 * that the bad item answers for itself alone.
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
  readonly #attempts: Attempts;

  constructor(options: CommitLoopOptions) {
    this.#options = options;
    const { store, context, random = Math.random } = options;
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
    while (this.#running) await this.#running;
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
      await this.#commit(batch);
      await nextTurn();
    }
    this.#running = null;
  }

  /** What the next commit takes on, which may be nothing but a look whether the store is back. */
  async #next(): Promise<Batch | null> {
    const { cause } = this.#absence;
    if (cause !== null && await this.#absence.patience()) return this.#take();
    const batch = this.#take();
    if (batch.items.length === 0) return null;
    if (cause === null) return batch;
    for (const item of batch.items) item.reject(cause);
    return await this.#next();
  }

  #take(): Batch {
    const max = this.#options.maxWeight ?? MAX_WEIGHT;
    const taken: Item[] = [];
    const stages = { outcomes: 0, control: 0, submissions: 0, claims: 0 };
    for (const stage of STAGES) {
      const queue = this.#queues[stage];
      let weight = 0;
      let count = 0;
      for (const item of queue) {
        if (weight > 0 && weight + item.weight > max) break;
        weight += item.weight;
        count++;
      }
      taken.push(...queue.splice(0, count));
      stages[stage] = count;
    }
    return { items: taken, stages };
  }

  async #commit({ items, stages }: Batch): Promise<void> {
    const started = performance.now();
    try {
      const { effects, answers, now } = await this.#attempts.transact({
        together: (commit) => handleTogether(commit, items),
        oneByOne: (commit) => handleOneByOne(commit, items, { again: this.#options.store.shared }),
      });
      this.#absence.end();
      const seconds = (performance.now() - started) / 1_000;
      this.#options.onCommitted(effects, { items: items.length, stages, seconds, now });
      for (const [item, answer] of answers) answer(item);
    } catch (error) {
      this.#notice(error);
      // Only of what did certainly not stand.
      const mayGoOn = isAbsent(error) && !(error instanceof StoreUncertainError);
      const held = items.filter((item) => item.held && mayGoOn);
      for (const stage of STAGES) {
        this.#queues[stage].unshift(...held.filter((item) => item.stage === stage));
      }
      for (const item of items) if (!held.includes(item)) item.reject(error);
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

type Answer = (item: Item) => void;

/** Locks what is to be changed, then what is claimed from: the same order in every commit of every node. */
async function lockQueues(commit: Commit, items: readonly Item[]): Promise<void> {
  for (const purpose of ["toChange", "toClaim"] as const) {
    const names = items.flatMap(({ queues }) => queues?.purpose === purpose ? queues.names : []);
    if (names.length > 0) await commit.lockQueues([...new Set(names)].sort(), purpose);
  }
}

async function handleTogether(
  commit: Commit,
  items: readonly Item[],
): Promise<readonly (readonly [Item, Answer])[]> {
  await lockQueues(commit, items);
  const groups = Map.groupBy(items, ({ handler }) => handler);
  const answers: [Item, Answer][] = [];
  for (const [handler, group] of groups) {
    const replies = await handler(commit, group.map(({ work }) => work));
    group.forEach((item, index) => answers.push([item, ({ resolve }) => resolve(replies[index])]));
  }
  return answers;
}

async function handleOneByOne(
  commit: Commit,
  items: readonly Item[],
  options: { readonly again: boolean },
): Promise<readonly (readonly [Item, Answer])[]> {
  await lockQueues(commit, items);
  const answers: [Item, Answer][] = [];
  for (const item of items) {
    try {
      const reply = await handleAlone(commit, item, options);
      answers.push([item, ({ resolve }) => resolve(reply)]);
    } catch (error) {
      if (!isItemError(error)) throw error;
      answers.push([item, ({ reject }) => reject(error)]);
    }
  }
  return answers;
}

/** `again`: another node may have been a moment earlier with the same name, and is met at the next try. */
async function handleAlone(
  commit: Commit,
  { handler, work }: Item,
  { again }: { readonly again: boolean },
): Promise<unknown> {
  try {
    const [reply] = await commit.isolated(() => handler(commit, [work]));
    return reply;
  } catch (error) {
    if (!again || !(error instanceof ConstraintError)) throw error;
    const [reply] = await commit.isolated(() => handler(commit, [work]));
    return reply;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
