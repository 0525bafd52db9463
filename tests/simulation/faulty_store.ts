import {
  type Store,
  StoreConflictError,
  StoreFullError,
  StoreHeldError,
  StoreUnavailableError,
  StoreUncertainError,
  type StoreWriter,
} from "../../actors/storage/port.ts";

/** What can go wrong with one commit. */
export const STORE_FAULTS = [
  /** The database is locked by somebody else: rolled back, the error is of no known kind. */
  "busy",
  /** No room: rolled back. */
  "full",
  /** Another node was in the way: rolled back. */
  "conflict",
  /** The database can't be reached: rolled back. */
  "away",
  /** The answer to a commit that stands is lost. */
  "lost_answer",
  /** The connection is lost before the commit, and nobody knows that it was before. */
  "lost_commit",
  /** The process ends with everything decided and nothing committed. */
  "crash_before_commit",
  /** The process ends with everything committed and nobody answered. */
  "crash_after_commit",
] as const;
export type StoreFault = (typeof STORE_FAULTS)[number];

/** Tells by its num whether a task is held by a transaction of another node. */
export type Held = (num: number) => boolean;

export interface FaultyStoreOptions {
  readonly store: Store;
  /** What is held now; null: nothing. */
  readonly held: () => Held | null;
  /** The fault of the commit that is about to be made; null for none. */
  readonly takeFault: () => StoreFault | null;
  /** Ends the process. What it still does is seen by nobody. */
  readonly crash: () => void;
  readonly onCommitted: () => void;
}

class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
}

class UncertainError extends StoreUncertainError {
  constructor() {
    super("the connection was lost in a commit", { transaction: "the last" });
  }
}

/** A real store in whose commits things go wrong on demand. */
export class FaultyStore implements Store {
  readonly #options: FaultyStoreOptions;
  #cut = false;
  /** What became of the commit whose outcome was uncertain last. */
  #outcome: "committed" | "aborted" = "aborted";

  constructor(options: FaultyStoreOptions) {
    this.#options = options;
  }

  /** Its user is dead: nothing is written any more, and nobody is told. */
  cut(): void {
    this.#cut = true;
  }

  async write<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    if (this.#cut) return await forever();
    const { takeFault, crash, onCommitted } = this.#options;
    const fault = takeFault();
    if (fault === null || fault === "crash_after_commit" || fault === "lost_answer") {
      const value = await this.#transact(work);
      onCommitted();
      if (fault === null) return value;
      this.#outcome = "committed";
      if (fault === "lost_answer") throw new UncertainError();
      crash();
      return await forever();
    }
    this.#outcome = "aborted";
    try {
      return await this.#transact(async (writer) => {
        await work(writer);
        throw errorOf(fault);
      });
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error;
      crash();
      return await forever();
    }
  }

  #transact<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    const { store, held } = this.#options;
    return store.write((writer) => {
      const isHeld = held();
      return work(isHeld === null ? writer : besideAnother(writer, isHeld));
    });
  }

  get shared(): boolean {
    return this.#options.store.shared;
  }

  now(): number {
    return this.#options.store.now();
  }

  outcomeOf(): Promise<"committed" | "aborted"> {
    return Promise.resolve(this.#outcome);
  }

  close(): Promise<void> {
    return this.#options.store.close();
  }
}

/**
 * A writer beside a transaction of another node, which holds tasks, and the names of new ones. A claim
 * passes over such tasks in the database, so that here none meets them.
 */
function besideAnother(writer: StoreWriter, isHeld: Held): StoreWriter {
  const meet = (nums: readonly number[]) => {
    if (nums.some(isHeld)) throw new StoreHeldError("a lock was not to be had in time");
  };
  const verbs: Partial<StoreWriter> = {
    insertTasks: async (tasks) => {
      meet(tasks.map(({ num }) => num));
      return await writer.insertTasks(tasks);
    },
    updateTasks: async (changes) => {
      const others = changes.filter(({ before, after }) =>
        before.status !== "pending" || after.status !== "running"
      );
      meet(others.map(({ before }) => before.num));
      return await writer.updateTasks(changes);
    },
  };
  return new Proxy(writer, {
    get: (target, name) => {
      const verb = Reflect.get(verbs, name) ?? Reflect.get(target, name);
      return typeof verb === "function" ? verb.bind(target) : verb;
    },
  });
}

function errorOf(fault: Exclude<StoreFault, "crash_after_commit" | "lost_answer">): Error {
  switch (fault) {
    case "busy":
      return new Error("database is locked");
    case "full":
      return new StoreFullError("no space is left on the disk");
    case "conflict":
      return new StoreConflictError("another transaction was in the way");
    case "away":
      return new StoreUnavailableError("the database does not answer");
    case "lost_commit":
      return new UncertainError();
    case "crash_before_commit":
      return new ProcessEnded("the process has ended");
  }
}

/** What a process that has ended waits for. */
function forever<T>(): Promise<T> {
  return new Promise(() => {});
}
