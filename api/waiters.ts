/** Who waits for tasks to end, so that no message between actors ever has to. */

/** Why a wait is over: something about the task is to be read, time is up, or the node stops. */
export type Wake = "woken" | "timeout" | "closed";

/** One wait for one task. It is registered before the task is submitted or read: no end is missed. */
export class Waiter {
  readonly #table: Waiters;
  readonly #id: string;
  #wake: Wake | null = null;
  #resolve: ((wake: Wake) => void) | null = null;

  /** Made by `Waiters.register` alone. */
  constructor(table: Waiters, id: string) {
    this.#table = table;
    this.#id = id;
  }

  /** Resolves at the next wake, at once when one came since the last call, or after `waitMs`. */
  async wait(waitMs: number, signal?: AbortSignal): Promise<Wake> {
    if (this.#wake === null && waitMs > 0 && signal?.aborted !== true) {
      const { promise, resolve } = Promise.withResolvers<Wake>();
      const giveUp = () => resolve("timeout");
      const timer = setTimeout(giveUp, waitMs);
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#resolve = resolve;
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
        this.#resolve = null;
        if (this.#wake === "woken") this.#wake = null;
      }
    }
    const wake = this.#wake ?? "timeout";
    if (wake === "woken") this.#wake = null;
    return wake;
  }

  /** Ends the current wait, or the next one at once. `closed` stays. */
  wake(wake: "woken" | "closed"): void {
    if (this.#wake !== "closed") this.#wake = wake;
    this.#resolve?.(wake);
  }

  /** Leaves the table. */
  release(): void {
    this.#table.release(this.#id, this);
  }
}

/** The bounded table of waiters by task id. */
export class Waiters {
  readonly #max: number;
  readonly #byId = new Map<string, Set<Waiter>>();
  #count = 0;
  #closed = false;

  constructor(max: number) {
    this.#max = max;
  }

  /** Waiters in the table now. */
  get size(): number {
    return this.#count;
  }

  /** Adds a waiter for `id`; null when the table is full. */
  register(id: string): Waiter | null {
    if (this.#count >= this.#max) return null;
    const waiter = new Waiter(this, id);
    const same = this.#byId.get(id);
    if (same === undefined) this.#byId.set(id, new Set([waiter]));
    else same.add(waiter);
    this.#count++;
    if (this.#closed) waiter.wake("closed");
    return waiter;
  }

  /** Removes `waiter`; a second call changes nothing. */
  release(id: string, waiter: Waiter): void {
    const same = this.#byId.get(id);
    if (same === undefined || !same.delete(waiter)) return;
    this.#count--;
    if (same.size === 0) this.#byId.delete(id);
  }

  /** Wakes those who wait for one of `ids`. */
  wake(ids: readonly string[]): void {
    if (this.#count === 0) return;
    for (const id of ids) {
      for (const waiter of this.#byId.get(id) ?? []) waiter.wake("woken");
    }
  }

  /** Wakes everybody: events were lost, so anything may have ended. */
  wakeAll(): void {
    for (const same of this.#byId.values()) for (const waiter of same) waiter.wake("woken");
  }

  /** Ends all waits, and from now on every new one at once. */
  close(): void {
    this.#closed = true;
    for (const same of this.#byId.values()) for (const waiter of same) waiter.wake("closed");
  }
}
