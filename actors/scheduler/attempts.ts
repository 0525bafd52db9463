/**
 * One commit, tried until it is known whether it stands. Over a database that other nodes write to as
 * well, a transaction can collide with one of theirs, and the connection can go while it commits.
 */
import {
  ConstraintError,
  type Store,
  StoreConflictError,
  StoreHeldError,
  StoreUnavailableError,
  StoreUncertainError,
  type StoreWriter,
} from "../storage/port.ts";
import { Commit, type CommitContext } from "./commit.ts";
import type { Effects } from "./effects.ts";
import { isItemError } from "./item_error.ts";
import { countTraffic } from "./traffic_counts.ts";

/** What a transaction did that stands. */
export interface Transacted<A> {
  readonly effects: Effects;
  readonly answers: A;
  readonly now: number;
}

/** The work of one commit. */
export interface Work<A> {
  /** Does all of it. */
  readonly together: (commit: Commit) => Promise<A>;
  /** Does it item by item, so that one that breaks a rule of the store answers for itself alone. */
  readonly oneByOne: (commit: Commit) => Promise<A>;
  /** See `WriteOptions`. */
  readonly hurried: boolean;
}

export interface AttemptsOptions {
  readonly store: Store;
  readonly context: () => CommitContext;
  /** Called, again and again, while it can't be known whether a commit stands. */
  readonly onUncertain: (error: StoreUncertainError) => void;
  /** Waits; false when nobody waits for the commit any more. */
  readonly pause: (ms: number) => Promise<boolean>;
  readonly random: () => number;
}

/** How often a commit is tried that collides with others; they get out of each other's way by chance. */
const MAX_TRIES = 10;
const FIRST_PAUSE_MS = 4;
const MAX_PAUSE_MS = 250;
/** Between two questions whether a commit stands. */
const ASK_PAUSE_MS = 250;

export class Attempts {
  readonly #options: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /**
   * Does `work` in a transaction that stands once this resolves, and has left nothing when it rejects.
   *
   * @throws {StoreHeldError} Another transaction was in the way for long: less work may get by.
   */
  async transact<A>(work: Work<A>): Promise<Transacted<A>> {
    let handle = work.together;
    let raced = !this.#options.store.shared;
    for (let tries = 1;; tries++) {
      const made: { value: Transacted<A> | null } = { value: null };
      try {
        return await this.#once(handle, made, work.hurried);
      } catch (error) {
        if (error instanceof StoreUncertainError && await this.#stands(error)) {
          if (made.value === null) throw new Error("a commit stands that was never made");
          return made.value;
        }
        if (error instanceof ConstraintError && !raced) {
          // Another node was a moment earlier with the same name; the next look finds it.
          raced = true;
        } else if (isItemError(error) && handle !== work.oneByOne) {
          handle = work.oneByOne;
        } else {
          await this.#beforeNextTry(error, tries);
        }
      }
    }
  }

  #once<A>(
    handle: (commit: Commit) => Promise<A>,
    made: { value: Transacted<A> | null },
    hurried: boolean,
  ): Promise<Transacted<A>> {
    const { store, context } = this.#options;
    return store.write(async (tx: StoreWriter) => {
      const commit = new Commit(tx, tx.now(), context());
      const answers = await handle(commit);
      await commit.closeWorkflows();
      await countTraffic(commit);
      return made.value = { effects: commit.effects, answers, now: commit.now };
    }, { hurried });
  }

  /** Waits where another try can help, and throws where it can't. */
  async #beforeNextTry(error: unknown, tries: number): Promise<void> {
    // A commit that is known not to stand is as good as never made.
    const helps = error instanceof StoreConflictError || error instanceof StoreUncertainError;
    if (!helps || error instanceof StoreHeldError) throw error;
    if (tries >= MAX_TRIES) {
      const message = `none of ${tries} tries of a commit stood, the last for: ${error.message}`;
      throw new StoreUnavailableError(message, { cause: error });
    }
    const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** tries, MAX_PAUSE_MS);
    if (!await this.#options.pause(this.#options.random() * longestMs)) throw error;
  }

  /** Asks until there is an answer: nothing else may be written before it is known. */
  async #stands(error: StoreUncertainError): Promise<boolean> {
    const { store, pause, onUncertain } = this.#options;
    for (;;) {
      try {
        return await store.outcomeOf(error) === "committed";
      } catch (failure) {
        // It will not answer this any more: nobody is told what nobody knows.
        if (!(failure instanceof StoreUnavailableError)) throw error;
        onUncertain(error);
        if (!await pause(ASK_PAUSE_MS)) throw error;
      }
    }
  }
}
