/** One watcher's server-sent events. */
import { unreachable } from "../../actors/domain/exhaustive.ts";
import { encodeEventId } from "../event_id.ts";
import type { TaskWatch, WatchUpdate } from "../task_watch.ts";
import { taskView } from "../task_view.ts";

/** Pulled by its reader, and pulls its watch. */
export class EventStream implements UnderlyingDefaultSource<Uint8Array> {
  readonly #watch: TaskWatch;
  readonly #encoder = new TextEncoder();
  #cancelled = false;

  /** `watch` is open. */
  constructor(watch: TaskWatch) {
    this.#watch = watch;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#send(controller, `retry: 1000\n${write(this.#watch.opening())}`);
  }

  /** Sends the next events; resolves when something was sent or the stream is over. */
  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const updates = await this.#watch.next();
    if (updates !== null) this.#send(controller, updates.map(write).join(""));
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

function write(update: WatchUpdate): string {
  switch (update.kind) {
    case "task":
      return event("task", update.seq, JSON.stringify(taskView(update.task)));
    case "deleted":
      return event("deleted", update.seq, JSON.stringify({ id: update.id }));
    case "reset":
      return event("reset", update.seq, "{}");
    case "ping":
      // A comment, and an id alone: it moves the place to resume from past what the filter leaves out.
      return `: ping\nid: ${encodeEventId(update.seq)}\n\n`;
    default:
      return unreachable(update);
  }
}

function event(name: string, seq: number, data: string): string {
  return `event: ${name}\nid: ${encodeEventId(seq)}\ndata: ${data}\n\n`;
}
