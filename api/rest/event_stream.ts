/** One watcher's server-sent events. */
import type { Watch } from "../watch.ts";

/** Pulled by its reader, and pulls its watch. */
export class EventStream<T> implements UnderlyingDefaultSource<Uint8Array> {
  readonly #watch: Watch<T>;
  readonly #write: (update: T) => string;
  readonly #encoder = new TextEncoder();
  #cancelled = false;

  /** `watch` is open; `write` makes an event of what it tells. */
  constructor(watch: Watch<T>, write: (update: T) => string) {
    this.#watch = watch;
    this.#write = write;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#send(controller, `retry: 1000\n${this.#write(this.#watch.opening())}`);
  }

  /** Sends the next events; resolves when something was sent or the stream is over. */
  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const updates = await this.#watch.next();
    if (updates !== null) this.#send(controller, updates.map(this.#write).join(""));
    else this.#end(controller);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#watch.close();
  }

  #send(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    if (!this.#cancelled) controller.enqueue(this.#encoder.encode(text));
  }

  #end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (!this.#cancelled) controller.close();
  }
}
