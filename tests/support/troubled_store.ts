import {
  ConstraintError,
  type Store,
  StoreConflictError,
  StoreFencedError,
  StoreUnavailableError,
  StoreUncertainError,
  type StoreWriter,
} from "../../actors/storage/port.ts";

/** What happens to one transaction over a store that other nodes use too. */
export type Trouble =
  /** It stands. */
  | "none"
  /** The database can't be reached. */
  | "away"
  /** Another node was in the way. */
  | "conflict"
  /** Another node was a moment earlier with the same name. */
  | "race"
  /** The connection is lost during the commit, which stands. */
  | "lost_committed"
  /** The connection is lost during the commit, which does not stand. */
  | "lost_aborted"
  /** The node is no member any more. */
  | "fenced";

/** A store that passes for a shared one, and in whose transactions things go wrong as they are told to. */
export class TroubledStore implements Store {
  readonly shared = true;
  readonly #store: Store;
  readonly #outcomes = new Map<string, "committed" | "aborted">();
  #troubles: Trouble[] = [];
  /** What happens when none is left of the list. */
  #draw: () => Trouble = () => "none";
  #seen = 0;
  #onWrite = () => {};
  #forgetful = false;
  /** Questions for an outcome that are not answered, since the database is away. */
  silentQuestions = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Has the next transactions fare like this, one after the other; those after them stand. */
  next(...troubles: readonly Trouble[]): void {
    this.#troubles = [...troubles];
  }

  /** Has all transactions fare like this, after those of `next`. */
  always(trouble: Trouble): void {
    this.#draw = () => trouble;
  }

  /** Has each transaction fare as `draw` says. */
  drawn(draw: () => Trouble): void {
    this.#draw = draw;
  }

  /** Loses what is known of the outcomes of commits. */
  forget(): void {
    this.#forgetful = true;
  }

  /** Resolves when `count` more transactions have been tried. */
  tried(count: number): Promise<void> {
    const until = this.#seen + count;
    return new Promise((resolve) => {
      this.#onWrite = () => {
        if (this.#seen >= until) resolve();
      };
    });
  }

  now(): number {
    return this.#store.now();
  }

  async write<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    const trouble = this.#troubles.shift() ?? this.#draw();
    try {
      return await this.#fare(trouble, work);
    } finally {
      this.#seen++;
      this.#onWrite();
    }
  }

  async outcomeOf({ transaction }: StoreUncertainError): Promise<"committed" | "aborted"> {
    if (this.silentQuestions > 0) {
      this.silentQuestions--;
      throw new StoreUnavailableError("nobody answers");
    }
    const outcome = this.#outcomes.get(transaction);
    if (outcome === undefined || this.#forgetful) {
      throw new Error(`nothing is known of ${transaction}`);
    }
    return await Promise.resolve(outcome);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #fare<T>(trouble: Trouble, work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    switch (trouble) {
      case "none":
        return await this.#store.write(work);
      case "away":
        throw new StoreUnavailableError("the database is away");
      case "fenced":
        throw new StoreFencedError("the node is no member");
      case "conflict":
        return await this.#undone(work, new StoreConflictError("deadlock detected"));
      case "race":
        return await this.#undone(work, new ConstraintError("duplicate key"));
      case "lost_committed":
        await this.#store.write(work);
        throw this.#lost("committed");
      case "lost_aborted":
        return await this.#undone(work, this.#lost("aborted"));
    }
  }

  /** Does the work, and undoes it. */
  #undone<T>(work: (writer: StoreWriter) => Promise<T>, error: Error): Promise<T> {
    return this.#store.write(async (tx) => {
      await work(tx);
      throw error;
    });
  }

  #lost(outcome: "committed" | "aborted"): StoreUncertainError {
    const transaction = `t-${this.#outcomes.size + 1}`;
    this.#outcomes.set(transaction, outcome);
    return new StoreUncertainError("the connection was lost", { transaction });
  }
}
