/** Takes a batch of events; resolves to false when it could not be delivered. */
export type SendEvents<E> = (events: readonly E[]) => Promise<boolean>;

export interface EventStreamOptions<E> {
  /** Most events that wait for one subscriber. */
  readonly maxBuffered: number;
  /** Told instead of the events that a subscriber has missed. */
  readonly lost: E;
}

/**
 * Publishes events to subscribers, each at its own pace: while one delivery is under way what
 * follows is collected. Who is too slow loses what it has not got, and is told so, so that nobody
 * can hold up the publisher or fill its memory.
 */
export class EventStream<E> {
  readonly #options: EventStreamOptions<E>;
  readonly #subscriptions = new Map<string, Subscription<E>>();

  constructor(options: EventStreamOptions<E>) {
    this.#options = options;
  }

  /** Adds a subscriber, up, under a name that no other has. */
  subscribe(name: string, send: SendEvents<E>): void {
    this.#subscriptions.set(name, new Subscription(send, this.#options));
  }

  /** The subscriber is dead: nothing is kept for it until `resume`. */
  suspend(name: string): void {
    this.#subscriptions.get(name)?.suspend();
  }

  /** The subscriber is up again: it gets `lost` first, for what it has missed. */
  resume(name: string): void {
    this.#subscriptions.get(name)?.resume();
  }

  /** Delivers `event` to every subscriber that is up. */
  publish(event: E): void {
    for (const subscription of this.#subscriptions.values()) subscription.add(event);
  }
}

/** A delivery that failed although the subscriber is up is tried again after this time. */
const RETRY_MS = 100;

/** One subscriber: what waits for it, and whether it is there. */
class Subscription<E> {
  readonly #send: SendEvents<E>;
  readonly #maxBuffered: number;
  readonly #lost: E;
  #buffer: E[] = [];
  #up = true;
  /** Counts the times it came up: a failed delivery to the time before says nothing of this one. */
  #times = 0;
  #delivering = false;
  #scheduled = false;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor(send: SendEvents<E>, { maxBuffered, lost }: EventStreamOptions<E>) {
    this.#send = send;
    this.#maxBuffered = maxBuffered;
    this.#lost = lost;
  }

  add(event: E): void {
    if (!this.#up) return;
    // The marker stands for all that was dropped, this event included: its reader looks anew.
    if (this.#buffer.length >= this.#maxBuffered) this.#buffer = [this.#lost];
    else this.#buffer.push(event);
    this.#deliverSoon();
  }

  suspend(): void {
    this.#up = false;
    this.#buffer = [];
    this.#clearRetry();
  }

  resume(): void {
    if (this.#up) return;
    this.#up = true;
    this.#times++;
    this.#buffer = [this.#lost];
    this.#deliverSoon();
  }

  /** After the running turn of the event loop, so that what it publishes goes together. */
  #deliverSoon(): void {
    if (this.#scheduled || this.#delivering || this.#retry !== null) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      void this.#deliver();
    });
  }

  async #deliver(): Promise<void> {
    if (this.#delivering) return;
    this.#delivering = true;
    while (this.#buffer.length > 0) {
      const events = this.#buffer;
      const times = this.#times;
      this.#buffer = [];
      const delivered = await this.#send(events);
      if (!delivered && this.#up && times === this.#times) {
        this.#buffer = [this.#lost];
        this.#deliverLater();
        break;
      }
    }
    this.#delivering = false;
  }

  #deliverLater(): void {
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.#deliver();
    }, RETRY_MS);
  }

  #clearRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }
}
