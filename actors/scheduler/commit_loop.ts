import { setImmediate } from "node:timers";
import type { Store } from "../storage/port.ts";
import { Commit, type CommitContext } from "./commit.ts";
import { isItemError } from "./item_error.ts";
import type { Effects } from "./effects.ts";

/** Stages of a commit, in the order in which their work is done: ends free what claims then take. */
export const STAGES = ["outcomes", "control", "submissions", "claims"] as const;
export type Stage = (typeof STAGES)[number];

/** Does all the work of one kind that a commit has, and answers it item by item. */
export type Handler<W, R> = (commit: Commit, work: readonly W[]) => Promise<readonly R[]>;

/** Work of any kind; `submit` is the only maker, and pairs each handler with work and answers of its own. */
interface Item {
  /** Items with one handler are handled together. */
  readonly handler: Handler<unknown, unknown>;
  readonly work: unknown;
  /** How many tasks it may touch, to bound a commit. */
  readonly weight: number;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface CommitLoopOptions {
  readonly store: Store;
  readonly context: () => CommitContext;
  /** Called after every commit, before its items are answered. */
  readonly onCommitted: (effects: Effects, commit: CommitReport) => void;
  /** Called when a commit failed as a whole; its items are rejected with `error` afterwards. */
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

  constructor(options: CommitLoopOptions) {
    this.#options = options;
  }

  /** Adds work to the next commit; resolves to its answer when that stands. */
  submit<W, R>(
    stage: Stage,
    handler: Handler<W, R>,
    { work, weight = 1 }: { readonly work: W; readonly weight?: number },
  ): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#queues[stage].push({
        handler: handler as Handler<unknown, unknown>,
        work,
        weight,
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

  async #run(): Promise<void> {
    // One turn of the event loop lets everything that has already arrived join the commit.
    await nextTurn();
    for (let batch = this.#take(); batch.items.length > 0; batch = this.#take()) {
      await this.#commit(batch);
      await nextTurn();
    }
    this.#running = null;
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
      const { effects, answers, now } = await this.#transact(items);
      const seconds = (performance.now() - started) / 1_000;
      this.#options.onCommitted(effects, { items: items.length, stages, seconds, now });
      for (const [item, answer] of answers) answer(item);
    } catch (error) {
      this.#options.onFailed(error);
      for (const item of items) item.reject(error);
    }
  }

  async #transact(items: readonly Item[]): Promise<Transacted> {
    try {
      return await this.#once(items, handleTogether);
    } catch (error) {
      // With one item there is nobody else to protect. Anything but a bad item fails them all.
      if (!isItemError(error)) throw error;
      return await this.#once(items, handleOneByOne);
    }
  }

  #once(items: readonly Item[], handle: typeof handleTogether): Promise<Transacted> {
    const { store, context } = this.#options;
    return store.write(async (tx) => {
      const commit = new Commit(tx, tx.now(), context());
      const answers = await handle(commit, items);
      await commit.closeWorkflows();
      return { effects: commit.effects, answers, now: commit.now };
    });
  }
}

type Answer = (item: Item) => void;

interface Transacted {
  readonly effects: Effects;
  readonly answers: readonly (readonly [Item, Answer])[];
  readonly now: number;
}

async function handleTogether(
  commit: Commit,
  items: readonly Item[],
): Promise<readonly (readonly [Item, Answer])[]> {
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
): Promise<readonly (readonly [Item, Answer])[]> {
  const answers: [Item, Answer][] = [];
  for (const item of items) {
    try {
      const [reply] = await commit.isolated(() => item.handler(commit, [item.work]));
      answers.push([item, ({ resolve }) => resolve(reply)]);
    } catch (error) {
      if (!isItemError(error)) throw error;
      answers.push([item, ({ reject }) => reject(error)]);
    }
  }
  return answers;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
