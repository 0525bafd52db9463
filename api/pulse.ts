/** The pulse of the node: its numbers, for all who watch, at most once a second and only after a change. */
import type { Result } from "../actors/domain/error.ts";
import type { SubscriberMessage } from "../actors/protocol.ts";
import type { StatsView } from "./schema.ts";

/** What a pulse is made of. */
export interface PulseOptions {
  readonly read: () => Promise<Result<StatsView>>;
  /** Calls `callback` after `delayMs`; the system's timers when absent. */
  readonly startTimer?: (callback: () => void, delayMs: number) => void;
}

/** One who watches. */
export interface PulseListener {
  /** Takes the newest beat, as JSON; it replaces one that was not passed on yet. */
  readonly beat: (json: string) => void;
  /** Called when there will be no more. */
  readonly end: () => void;
}

const LISTENERS_MAX = 500;
const BEAT_MS = 1_000;
/** Rates sink for a minute after the last change: until they are at nothing they are told so often. */
const SINK_MS = 5_000;

/**
 * Read once for everybody, so that a hundred dashboards cost what one does. While nobody listens, or
 * nothing changes, nothing is read.
 */
export class Pulse {
  readonly #options: PulseOptions;
  readonly #listeners = new Set<PulseListener>();
  /** How many changes were heard of. */
  #seq = 0;
  #latest: string | null = null;
  /** Something may have changed since the latest beat was read. */
  #stale = true;
  /** A beat is being read, or was read less than a second ago. */
  #resting = false;
  /** A timer runs for rates that sink. */
  #sinking = false;
  #closed = false;

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  /** Adds one who watches, and tells how it is now; false when there are too many. */
  subscribe(listener: PulseListener): boolean {
    if (this.#closed || this.#listeners.size >= LISTENERS_MAX) return false;
    this.#listeners.add(listener);
    // While resting, a stale one is less than a second old, and the next one is on its way.
    if (this.#latest !== null && (this.#resting || !this.#stale)) listener.beat(this.#latest);
    this.#look();
    return true;
  }

  unsubscribe(listener: PulseListener): void {
    this.#listeners.delete(listener);
  }

  /** Learns that something has changed, or may have where events were lost. */
  onEvents(events: SubscriberMessage["events"]): void {
    this.#seq += events.length;
    this.#stale = true;
    this.#look();
  }

  /** Ends all who watch. */
  close(): void {
    this.#closed = true;
    for (const { end } of this.#listeners) end();
    this.#listeners.clear();
  }

  #look(): void {
    if (this.#stale && !this.#resting && this.#listeners.size > 0) void this.#beat();
  }

  async #beat(): Promise<void> {
    const { read, startTimer = setTimeout } = this.#options;
    this.#stale = false;
    this.#resting = true;
    const seq = this.#seq;
    const stats = await read();
    if (stats.ok) {
      this.#latest = JSON.stringify({ seq, stats: stats.value });
      for (const { beat } of this.#listeners) beat(this.#latest);
      const { submittedPerSecond, finishedPerSecond } = stats.value.rates;
      if (submittedPerSecond + finishedPerSecond > 0) this.#watchSink(startTimer);
    } else {
      // An actor is away for a moment: those who watch stay, and it is tried again.
      this.#stale = true;
    }
    startTimer(() => {
      this.#resting = false;
      this.#look();
    }, BEAT_MS);
  }

  #watchSink(startTimer: NonNullable<PulseOptions["startTimer"]>): void {
    if (this.#sinking) return;
    this.#sinking = true;
    startTimer(() => {
      this.#sinking = false;
      this.#stale = true;
      this.#look();
    }, SINK_MS);
  }
}
