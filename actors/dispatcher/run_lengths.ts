/** A run that may be longer than this is worth not waiting behind, in ms. */
const LONG_MS = 100;
/** How much faster the mean follows a new report than an old one. */
const WEIGHT = 0.2;
/** Names that are remembered; more than a node has tasks. */
const MAX_METHODS = 10_000;

/** How long the runs of each method were of late, as all executors together have seen it. */
export class RunLengths {
  readonly #meanMs = new Map<string, number>();

  /** Takes note of runs of `method` that took `runMs` on average. */
  note(method: string, runMs: number): void {
    const before = this.#meanMs.get(method);
    if (before === undefined && this.#meanMs.size >= MAX_METHODS) this.#meanMs.clear();
    this.#meanMs.set(method, before === undefined ? runMs : before + WEIGHT * (runMs - before));
  }

  /** True when others may well wait behind a run of `method`; false for one never seen. */
  isShort(method: string): boolean {
    return (this.#meanMs.get(method) ?? Infinity) < LONG_MS;
  }
}
