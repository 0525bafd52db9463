/** How long an executor that is connected may take to join. */
const JOIN_MS = 10_000;

export interface AwaitedExecutorsOptions {
  /** The executor did not join in time. */
  readonly onOverdue: (executor: string, incarnation: string) => void;
  /** How long to wait; `JOIN_MS` when absent. */
  readonly joinMs?: number;
}

/**
 * Executors that are connected and have not joined. One that has ended silently, which nothing tells
 * of, would otherwise keep its runs for ever: nobody asks it for anything before it joins.
 */
export class AwaitedExecutors {
  readonly #options: AwaitedExecutorsOptions;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(options: AwaitedExecutorsOptions) {
    this.#options = options;
  }

  /** The executor is connected. */
  expect(executor: string, incarnation: string): void {
    this.forget(incarnation);
    const timer = setTimeout(() => {
      this.#timers.delete(incarnation);
      this.#options.onOverdue(executor, incarnation);
    }, this.#options.joinMs ?? JOIN_MS);
    this.#timers.set(incarnation, timer);
  }

  /** It has joined, or is gone. */
  forget(incarnation: string): void {
    clearTimeout(this.#timers.get(incarnation));
    this.#timers.delete(incarnation);
  }

  stop(): void {
    for (const incarnation of this.#timers.keys()) this.forget(incarnation);
  }
}
