/** When one watcher reads again, and when it is told that it is still connected. */
import { ok, refuse, type Result } from "../actors/domain/error.ts";
import type { ChangeFeed, Subscription } from "./change_feed.ts";

/** What a watcher takes its turns by. */
export interface FeedTurnsOptions extends Pick<Subscription, "hears"> {
  readonly feed: ChangeFeed;
  readonly pingMs?: number;
}

/** What it is time for. */
export type Turn = "read" | "ping";

const PING_MS = 15_000;
/** Between two reads of one watch, so that many commits a second cost few. */
const PAUSE_MS = 20;

/**
 * A watcher asks for its next turn once it has taken what the last one brought, so that a slow one costs
 * no memory. The first turn is a read; whatever the feed tells of leads to another.
 */
export class FeedTurns {
  readonly #feed: ChangeFeed;
  readonly #pingMs: number;
  readonly #subscription: Subscription;
  #changed = true;
  #closed = false;
  #nextPingAt = 0;
  #resume: (() => void) | null = null;

  constructor({ feed, hears, pingMs = PING_MS }: FeedTurnsOptions) {
    this.#feed = feed;
    this.#pingMs = pingMs;
    this.#subscription = { wake: () => this.#wake(), ...(hears && { hears }) };
  }

  /** Joins the feed; refused when it has too many watchers. */
  open(): Result<null> {
    return this.#feed.subscribe(this.#subscription) ? ok(null) : TOO_MANY_STREAMS;
  }

  /**
   * Resolves when it is time for something; to null once the watch is over. Where `retryInMs` is given, it
   * is asked before each wait how long that may take at most before there is another read.
   */
  async next(retryInMs: () => number = () => Infinity): Promise<Turn | null> {
    while (!this.#over) {
      if (this.#changed) {
        this.#changed = false;
        return "read";
      }
      const pingInMs = this.#nextPingAt - performance.now();
      if (pingInMs <= 0) return "ping";
      const retryMs = retryInMs();
      if (retryMs < Infinity) this.#changed = true;
      await this.#sleep(Math.min(pingInMs, retryMs));
      if (this.#changed && !this.#over) await pause(PAUSE_MS);
    }
    return null;
  }

  /** There is more to read at once. */
  again(): void {
    this.#changed = true;
  }

  /** The watcher is told something, and so needs no ping for a while. */
  told(): void {
    this.#nextPingAt = performance.now() + this.#pingMs;
  }

  /** Leaves the feed; a wait under way ends. */
  close(): void {
    this.#closed = true;
    this.#feed.unsubscribe(this.#subscription);
    this.#wake();
  }

  get #over(): boolean {
    return this.#closed || this.#feed.closed;
  }

  #wake(): void {
    this.#changed = true;
    this.#resume?.();
  }

  async #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#resume = resolve;
    await promise;
    clearTimeout(timer);
    this.#resume = null;
  }
}

/** The answer to one stream too many. */
export const TOO_MANY_STREAMS = refuse(
  "resource_exhausted",
  "too_many_streams",
  "Cannot open the stream: too many are open; close some or try another node",
  { retryAfterMs: 10_000 },
);

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
