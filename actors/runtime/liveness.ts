import type { LaneDepths } from "./transport.ts";

export interface LivenessOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly ping: () => Promise<LaneDepths>;
  readonly onAnswer: (depths: LaneDepths) => void;
  readonly onSilent: () => void;
}

/** Asks an isolate over and over whether it still answers, since most ways to die raise no event. */
export class Liveness {
  readonly #options: LivenessOptions;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #stopped = false;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#ping();
  }

  /** Asks no more; `onSilent` is not called any more. */
  stop(): void {
    this.#stopped = true;
    this.#clear();
  }

  #ping(): void {
    const { timeoutMs, intervalMs, onAnswer } = this.#options;
    let answered = false;
    this.#options.ping().then((depths) => {
      answered = true;
      if (this.#stopped) return;
      onAnswer(depths);
      this.#after(intervalMs, () => this.#ping());
    }, () => {/* The isolate's own failure to answer: as good as silence. */});
    this.#awaitAnswer(performance.now() + timeoutMs, () => answered);
  }

  #awaitAnswer(deadline: number, answered: () => boolean): void {
    const { timeoutMs, onSilent } = this.#options;
    this.#after(Math.max(0, deadline - performance.now()), () => {
      const lateMs = performance.now() - deadline;
      // This isolate, or the whole process, was held up: the answer may be waiting behind this timer.
      if (lateMs > timeoutMs / 4) this.#awaitAnswer(performance.now() + timeoutMs, answered);
      else if (!answered()) onSilent();
    });
  }

  #after(delayMs: number, then: () => void): void {
    this.#clear();
    this.#timer = setTimeout(then, delayMs);
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
