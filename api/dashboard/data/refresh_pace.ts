/** How a pace is kept. */
export interface RefreshPaceOptions {
  readonly refresh: () => void;
  /** From one refreshing to the next, at least. */
  readonly everyMs: number;
  /** Calls `callback` after `delayMs` unless what it gives is called; the browser's timers when absent. */
  readonly startTimer?: (callback: () => void, delayMs: number) => () => void;
}

/** Bounds how often something is refreshed that asks for it at any rate, and never does it unseen. */
export class RefreshPace {
  readonly #options: Required<RefreshPaceOptions>;
  #visible = true;
  #asked = false;
  #stopTimer: (() => void) | null = null;

  constructor(options: RefreshPaceOptions) {
    this.#options = { startTimer: startTimeout, ...options };
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
    this.#stopTimer?.();
    this.#asked = false;
  }

  #run(): void {
    if (!this.#asked || !this.#visible || this.#stopTimer !== null) return;
    this.#asked = false;
    const { refresh, everyMs, startTimer } = this.#options;
    this.#stopTimer = startTimer(() => {
      this.#stopTimer = null;
      this.#run();
    }, everyMs);
    refresh();
  }
}

function startTimeout(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
