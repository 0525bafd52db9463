/** What can go wrong with a store as a whole, each with what is left of the transaction. */

/** An item of a batch breaks a uniqueness or check constraint: the batch is replayed item by item. */
export class ConstraintError extends Error {
  override readonly name = "ConstraintError";
}

/** There is no room: rolled back, the caller is told 503, and later writes may succeed. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

/** The medium failed in the middle of a commit, whose outcome is unknown: the process has to end. */
export class StoreBrokenError extends Error {
  override readonly name = "StoreBrokenError";
}

/** Another process has the data folder; `message` names it. */
export class StoreLockedError extends Error {
  override readonly name = "StoreLockedError";
}

/** The store was written by a newer version. */
export class SchemaTooNewError extends Error {
  override readonly name = "SchemaTooNewError";
}

/** The store can't be reached, or did not answer in time: nothing was committed, and it may be back later. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** Another node was in the way (deadlock, lock timeout, moved row): rolled back, to be tried again at once. */
export class StoreConflictError extends Error {
  override readonly name: string = "StoreConflictError";
}

/** Another transaction holds what this one needs for longer than one waits: rolled back, and no use to hurry. */
export class StoreHeldError extends StoreConflictError {
  override readonly name = "StoreHeldError";
}

/** This node is no member any more, so that its runs were given to others: nothing was committed. */
export class StoreFencedError extends Error {
  override readonly name = "StoreFencedError";
}

/** The connection was lost during a commit, which may stand or not: `Store.outcomeOf` finds out. */
export class StoreUncertainError extends Error {
  override readonly name = "StoreUncertainError";
  /** By what the store knows the transaction. */
  readonly transaction: string;

  constructor(message: string, options: ErrorOptions & { readonly transaction: string }) {
    super(message, options);
    this.transaction = options.transaction;
  }
}
