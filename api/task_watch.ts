/** One watcher of tasks: the latest state of each task that changes or goes, from a place on. */
import { invalid } from "./schema.ts";
import { ok, refuse, type Result } from "../actors/domain/error.ts";
import type { TaskRecord } from "../actors/domain/task.ts";
import type { Changes, TaskFilter } from "../actors/protocol.ts";
import type { ChangeFeed, Subscription } from "./change_feed.ts";
import { decodeEventId } from "./event_id.ts";
import type { TaskService } from "./task_service.ts";

/** What a watch starts from. */
export interface TaskWatchOptions extends StartingPlace {
  readonly service: TaskService;
  readonly feed: ChangeFeed;
  readonly filter: TaskFilter;
  readonly pingMs?: number;
}

/** Where a watch begins. */
export interface StartingPlace {
  /** Changes after this stamp are told. */
  readonly afterSeq: number;
  /** The watcher's place is not known any more: it is told so first. */
  readonly reset: boolean;
}

/** What a watcher is told, with the place to resume from. */
export type WatchUpdate =
  & { readonly seq: number }
  & (
    | { readonly kind: "task"; readonly task: TaskRecord }
    | { readonly kind: "deleted"; readonly id: string }
    /** What was missed can't be told: list anew. */
    | { readonly kind: "reset" }
    /** Nothing has changed, as far as the filter goes. */
    | { readonly kind: "ping" }
  );

const PAGE = 200;
const PING_MS = 15_000;
/** Between two reads of one watch, so that many commits a second cost few. */
const PAUSE_MS = 20;
/**
 * What was told of, but is not certain yet, since another node still writes with an older stamp, is
 * looked for again after so long, and after twice as long each time.
 */
const [RETRY_MS, RETRY_MAX_MS] = [25, 1_000];

/**
 * Where to begin: after the event `after`, which has to be one; or after `last`, which a client keeps by
 * itself, so that an id that no stream of this product gave out is told as a reset; or now.
 */
export async function startingPlace(
  feed: ChangeFeed,
  { after, last }: { readonly after: string | undefined; readonly last: string | null },
): Promise<Result<StartingPlace>> {
  const seq = decodeEventId(after ?? last ?? "");
  if (after !== undefined && seq === null) {
    return invalid([{ pointer: "/after", message: "is not the id of an event" }]);
  }
  if (seq !== null) return ok({ afterSeq: seq, reset: false });
  const now = await feed.position();
  return now.ok ? ok({ afterSeq: now.value, reset: Boolean(last) }) : now;
}

/**
 * Asked by its watcher: changes are only read when the last ones were taken, so a slow watcher costs
 * no memory and sees the latest states.
 */
export class TaskWatch {
  readonly #options: TaskWatchOptions;
  readonly #subscription: Subscription = { wake: () => this.#wake() };
  #afterSeq: number;
  #changed = true;
  #closed = false;
  #nextPingAt = 0;
  #retryMs = RETRY_MS;
  #resume: (() => void) | null = null;

  constructor(options: TaskWatchOptions) {
    this.#options = options;
    this.#afterSeq = options.afterSeq;
  }

  /** Joins the feed; refused when it has too many watchers. */
  open(): Result<null> {
    return this.#options.feed.subscribe(this.#subscription) ? ok(null) : TOO_MANY_STREAMS;
  }

  /** What to say at once, so that the watcher knows that it is connected, and from where. */
  opening(): WatchUpdate {
    this.#postponePing();
    return { kind: this.#options.reset ? "reset" : "ping", seq: this.#afterSeq };
  }

  /** The next changes, or a ping; null once the watch is over. */
  async next(): Promise<readonly WatchUpdate[] | null> {
    while (!this.#over) {
      if (this.#changed) {
        this.#changed = false;
        const changes = await this.#read();
        // The reader is away: the watcher comes back with its last place.
        if (changes === null) break;
        const updates = this.#updates(changes);
        if (updates.length > 0) return this.#told(updates);
        continue;
      }
      const pingInMs = this.#nextPingAt - performance.now();
      if (pingInMs <= 0) return this.#told([{ kind: "ping", seq: this.#afterSeq }]);
      await this.#sleep(Math.min(pingInMs, this.#retryInMs()));
      if (this.#changed && !this.#over) await pause(PAUSE_MS);
    }
    this.close();
    return null;
  }

  /** Leaves the feed; a `next` under way ends. */
  close(): void {
    this.#closed = true;
    this.#options.feed.unsubscribe(this.#subscription);
    this.#wake();
  }

  get #over(): boolean {
    return this.#closed || this.#options.feed.closed;
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

  #updates(changes: Changes): WatchUpdate[] {
    if (changes.more) this.#changed = true;
    // A reset may lead back: the place came from a store that was ahead of this one.
    this.#afterSeq = changes.lastSeq;
    if (changes.reset) return [{ kind: "reset", seq: this.#afterSeq }];
    const updates: WatchUpdate[] = [
      ...changes.tasks.map((task) => ({ kind: "task" as const, seq: task.seq, task })),
      ...changes.deleted.map(({ id, seq }) => ({ kind: "deleted" as const, seq, id })),
    ];
    // In the order of their stamps, or a watcher that resumes after one would miss those before it.
    return updates.sort((a, b) => a.seq - b.seq);
  }

  #told(updates: readonly WatchUpdate[]): readonly WatchUpdate[] {
    this.#postponePing();
    return updates;
  }

  #postponePing(): void {
    this.#nextPingAt = performance.now() + (this.#options.pingMs ?? PING_MS);
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
