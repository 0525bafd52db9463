/** A run of this length or more is worth some waiting before it, in ms. */
const QUICK_MS = 2;
/** Quick runs that it takes to forget a long one. */
const RUNS_TO_FORGET = 20;
/** Names that are remembered; more than a node has tasks. */
const MAX_METHODS = 10_000;

/** Which methods have been quick of late. A single long run makes a method slow for a while. */
export class MethodPace {
  /** By method: how many quick runs it takes until the method counts as quick. */
  readonly #slowFor = new Map<string, number>();

  /** True when the last runs were all quick: the next one probably is. */
  isQuick(method: string): boolean {
    return this.#slowFor.get(method) === 0;
  }

  /** Takes note of a run of `method`. */
  note(method: string, elapsedMs: number): void {
    const left = this.#slowFor.get(method) ?? 1;
    if (this.#slowFor.size >= MAX_METHODS) this.#slowFor.clear();
    this.#slowFor.set(method, elapsedMs < QUICK_MS ? Math.max(0, left - 1) : RUNS_TO_FORGET);
  }
}
