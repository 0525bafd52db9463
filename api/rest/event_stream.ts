/** One watcher's server-sent events: the latest state of each task that changes or goes, from a place on. */
import type { Changes, TaskFilter } from "../../actors/protocol.ts";
import type { TaskService } from "../task_service.ts";
import { taskView } from "../task_view.ts";
import type { ChangeFeed, Subscription } from "./change_feed.ts";
import { encodeEventId } from "./event_id.ts";

/** What a stream starts from. */
export interface EventStreamOptions {
  readonly service: TaskService;
  readonly feed: ChangeFeed;
  readonly filter: TaskFilter;
  /** Changes after this stamp are told. */
  readonly afterSeq: number;
  /** The watcher's place is not known any more: it is told so first. */
  readonly reset: boolean;
  readonly pingMs?: number;
}

const PAGE = 200;
const PING_MS = 15_000;
/** Between two reads of one stream, so that many commits a second cost few. */
const PAUSE_MS = 20;
/**
 * What was told of, but is not certain yet, since another node still writes with an older stamp, is
 * looked for again after so long, and after twice as long each time.
 */
const [RETRY_MS, RETRY_MAX_MS] = [25, 1_000];

/**
 * Pulled by its reader: changes are only read when the last ones were taken, so a slow watcher costs
 * no memory and sees the latest states.
 */
export class EventStream implements UnderlyingDefaultSource<Uint8Array> {
  readonly #options: EventStreamOptions;
  readonly #encoder = new TextEncoder();
  readonly #subscription: Subscription = { wake: () => this.#wake() };
  #afterSeq: number;
  #changed = true;
  #cancelled = false;
  #nextPingAt = 0;
  #retryMs = RETRY_MS;
  #resume: (() => void) | null = null;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#afterSeq = options.afterSeq;
  }

  /** Joins the feed; false when it has too many streams. */
  subscribe(): boolean {
    return this.#options.feed.subscribe(this.#subscription);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    // Something at once, so that the watcher knows that it is connected, and from where.
    const opening = this.#options.reset ? event("reset", this.#afterSeq, "{}") : this.#ping();
    this.#send(controller, `retry: 1000\n${opening}`);
  }

  /** Sends the next changes or a ping; resolves when something was sent or the stream is over. */
  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (!this.#cancelled && !this.#options.feed.closed) {
      if (this.#changed) {
        this.#changed = false;
        const changes = await this.#read();
        // The reader is away: the watcher comes back with its last id.
        if (changes === null) break;
        const text = this.#write(changes);
        if (text !== "") return this.#send(controller, text);
        continue;
      }
      const pingInMs = this.#nextPingAt - performance.now();
      if (pingInMs <= 0) return this.#send(controller, this.#ping());
      await this.#sleep(Math.min(pingInMs, this.#retryInMs()));
      if (this.#changed && !this.#options.feed.closed) await pause(PAUSE_MS);
    }
    this.#end(controller);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#options.feed.unsubscribe(this.#subscription);
    this.#wake();
  }

  async #read(): Promise<Changes | null> {
    const { service, filter } = this.#options;
    const changes = await service.changes({ afterSeq: this.#afterSeq, filter, limit: PAGE });
    return changes.ok ? changes.value : null;
  }

  /** When to look again for what was told of; Infinity where all of it was found. */
  #retryInMs(): number {
    if (this.#options.feed.heardSeq <= this.#afterSeq) {
      this.#retryMs = RETRY_MS;
      return Infinity;
    }
    const retryMs = this.#retryMs;
    this.#retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
    this.#changed = true;
    return retryMs;
  }

  #write(changes: Changes): string {
    if (changes.more) this.#changed = true;
    // A reset may lead back: the id came from a store that was ahead of this one.
    this.#afterSeq = changes.lastSeq;
    if (changes.reset) return event("reset", this.#afterSeq, "{}");
    const told = [
      ...changes.tasks.map((task) => ({ seq: task.seq, name: "task", data: taskView(task) })),
      ...changes.deleted.map(({ id, seq }) => ({ seq, name: "deleted", data: { id } })),
    ];
    // In the order of their stamps, or a watcher that resumes after one would miss those before it.
    return told.sort((a, b) => a.seq - b.seq)
      .map(({ seq, name, data }) => event(name, seq, JSON.stringify(data))).join("");
  }

  /** A comment, and an id alone: it moves the place to resume from past what the filter leaves out. */
  #ping(): string {
    return `: ping\nid: ${encodeEventId(this.#afterSeq)}\n\n`;
  }

  #send(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    this.#nextPingAt = performance.now() + (this.#options.pingMs ?? PING_MS);
    if (!this.#cancelled) controller.enqueue(this.#encoder.encode(text));
  }

  #end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#options.feed.unsubscribe(this.#subscription);
    if (!this.#cancelled) controller.close();
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

function event(name: string, seq: number, data: string): string {
  return `event: ${name}\nid: ${encodeEventId(seq)}\ndata: ${data}\n\n`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
