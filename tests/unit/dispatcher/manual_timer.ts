/** One timer that fires when the test says so. */
export class ManualTimer {
  #run: (() => void) | null = null;

  /** True while it is set. */
  get isSet(): boolean {
    return this.#run !== null;
  }

  readonly start = (run: () => void): () => void => {
    this.#run = run;
    return () => this.#run = null;
  };

  /** Fires, where it is set. */
  fire(): void {
    const run = this.#run;
    this.#run = null;
    run?.();
  }
}
