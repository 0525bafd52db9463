/** The pulse as one watcher's server-sent events. */
import type { Pulse, PulseListener } from "./pulse.ts";

/** How a stream behaves. */
export interface PulseStreamOptions {
  readonly pingMs?: number;
}

const PING_MS = 15_000;

/** Pulled by its reader: one that is slow gets the newest beat when it is ready for it, and none between. */
export class PulseStream implements UnderlyingDefaultSource<Uint8Array> {
  readonly #pulse: Pulse;
  readonly #pingMs: number;
  readonly #encoder = new TextEncoder();
  readonly #listener: PulseListener = {
    beat: (json) => {
      this.#due = json;
      this.#resume();
    },
    end: () => {
      this.#ended = true;
      this.#resume();
    },
  };
  #due: string | null = null;
  #ended = false;
  #cancelled = false;
  #resume = () => {};

  constructor(pulse: Pulse, { pingMs = PING_MS }: PulseStreamOptions = {}) {
    this.#pulse = pulse;
    this.#pingMs = pingMs;
  }

  /** Joins the pulse; false when it has too many listeners. */
  subscribe(): boolean {
    return this.#pulse.subscribe(this.#listener);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    // Something at once, so that the watcher knows that it is connected.
    this.#send(controller, "retry: 1000\n: ping\n\n");
  }

  /** Sends the newest beat, or a ping where none comes in time; resolves then, or at the end. */
  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (this.#due === null && !this.#ended) await this.#wait();
    if (this.#cancelled) return;
    const due = this.#due;
    this.#due = null;
    if (this.#ended) controller.close();
    else this.#send(controller, due === null ? ": ping\n\n" : `event: pulse\ndata: ${due}\n\n`);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#pulse.unsubscribe(this.#listener);
    this.#resume();
  }

  #send(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    controller.enqueue(this.#encoder.encode(text));
  }

  /** Until there is something to send, or for as long as may pass without. */
  async #wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = resolve;
    const timer = setTimeout(resolve, this.#pingMs);
    await promise;
    clearTimeout(timer);
  }
}
