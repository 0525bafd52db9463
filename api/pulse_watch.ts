/** The pulse as one watcher takes it. */
import { ok, type Result } from "../actors/domain/error.ts";
import { TOO_MANY_STREAMS } from "./feed_turns.ts";
import type { Pulse, PulseListener } from "./pulse.ts";
import type { Watch } from "./watch.ts";

/** What a watcher of the pulse is told. */
export type PulseUpdate =
  /** The newest numbers, as JSON. */
  | { readonly kind: "pulse"; readonly json: string }
  /** Nothing new so far. */
  | { readonly kind: "ping" };

/** How a watch behaves. */
export interface PulseWatchOptions {
  readonly pingMs?: number;
}

const PING_MS = 15_000;

/** Asked by its watcher: one that is slow gets the newest beat when it is ready for it, and none between. */
export class PulseWatch implements Watch<PulseUpdate> {
  readonly #pulse: Pulse;
  readonly #pingMs: number;
  readonly #listener: PulseListener = {
    beat: (json) => {
      this.#due = json;
      this.#resume();
    },
    end: () => this.#end(),
  };
  #due: string | null = null;
  #ended = false;
  #resume = () => {};

  constructor(pulse: Pulse, { pingMs = PING_MS }: PulseWatchOptions = {}) {
    this.#pulse = pulse;
    this.#pingMs = pingMs;
  }

  /** Joins the pulse; refused when it has too many listeners. */
  open(): Result<null> {
    return this.#pulse.subscribe(this.#listener) ? ok(null) : TOO_MANY_STREAMS;
  }

  /** Something at once, so that the watcher knows that it is connected. */
  opening(): PulseUpdate {
    return { kind: "ping" };
  }

  /** The newest beat, or a ping where none comes in time; null at the end. */
  async next(): Promise<readonly PulseUpdate[] | null> {
    if (this.#due === null && !this.#ended) await this.#wait();
    if (this.#ended) return null;
    const json = this.#due;
    this.#due = null;
    return [json === null ? { kind: "ping" } : { kind: "pulse", json }];
  }

  /** Leaves the pulse; a `next` under way ends. */
  close(): void {
    this.#pulse.unsubscribe(this.#listener);
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#resume();
  }

  /** Until there is something to tell, or for as long as may pass without. */
  async #wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = resolve;
    const timer = setTimeout(resolve, this.#pingMs);
    await promise;
    clearTimeout(timer);
  }
}
