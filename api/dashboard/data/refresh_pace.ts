/** Bounds how often something is done that is asked for at any rate, and never does it unseen. */
export class RefreshPace {
  readonly #refresh: () => void;
  readonly #everyMs: number;
  #visible = true;
  #asked = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(refresh: () => void, everyMs: number) {
    this.#refresh = refresh;
    this.#everyMs = everyMs;
  }

  /** Refreshes now, or as soon as it may. */
  ask(): void {
    this.#asked = true;
    this.#run();
  }

  /** What is not seen is refreshed once it is. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#run();
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#asked = false;
  }

  #run(): void {
    if (!this.#asked || !this.#visible || this.#timer !== null) return;
    this.#asked = false;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#run();
    }, this.#everyMs);
    this.#refresh();
  }
}
