/** Something that ends when its time is over, unless it is cancelled before. */
export interface Expiring {
  /** The slot that it stands in; the wheel's own, 0 when it stands in none. */
  slot: number;
  expire(): void;
}

/** Deadlines are met this many ms late at most (and never early). */
const SLOT_MS = 10;

/**
 * Deadlines of many asks on one timer. Asks come and settle ten thousand times a second while
 * hardly one ever expires, so adding and cancelling are a Set operation each, and a timer is set
 * only when a deadline comes before all those known.
 */
export class DeadlineWheel {
  readonly #slots = new Map<number, Set<Expiring>>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #timerSlot = Infinity;

  /** Calls `entry.expire()` in `delayMs`. */
  add(entry: Expiring, delayMs: number): void {
    const slot = Math.ceil((performance.now() + Math.max(0, delayMs)) / SLOT_MS);
    entry.slot = slot;
    const entries = this.#slots.get(slot);
    if (entries === undefined) this.#slots.set(slot, new Set([entry]));
    else entries.add(entry);
    if (slot < this.#timerSlot) this.#arm(slot);
  }

  /** Forgets `entry`; nothing happens when it was not there. */
  cancel(entry: Expiring): void {
    const entries = this.#slots.get(entry.slot);
    if (entries === undefined || !entries.delete(entry)) return;
    if (entries.size > 0) return;
    this.#slots.delete(entry.slot);
    if (this.#slots.size === 0) this.#disarm();
  }

  /** Forgets all. */
  clear(): void {
    this.#slots.clear();
    this.#disarm();
  }

  #arm(slot: number): void {
    this.#disarm();
    this.#timerSlot = slot;
    const delayMs = Math.min(slot * SLOT_MS - performance.now(), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, delayMs));
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerSlot = Infinity;
  }

  #fire(): void {
    this.#disarm();
    const now = Math.floor(performance.now() / SLOT_MS);
    let next = Infinity;
    for (const [slot, entries] of [...this.#slots]) {
      if (slot > now) {
        next = Math.min(next, slot);
        continue;
      }
      this.#slots.delete(slot);
      for (const entry of entries) entry.expire();
    }
    // An expired entry's owner may have added an earlier one meanwhile.
    if (next < this.#timerSlot) this.#arm(next);
  }
}
