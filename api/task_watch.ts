/** One watcher of tasks: the latest state of each task that changes or goes, from a place on. */
import { invalid } from "./schema.ts";
import { ok, type Result } from "../actors/domain/error.ts";
import type { TaskRecord } from "../actors/domain/task.ts";
import type { Changes, TaskFilter } from "../actors/protocol.ts";
import type { ChangeFeed } from "./change_feed.ts";
import { decodeEventId } from "./event_id.ts";
import { FeedTurns, type Turn } from "./feed_turns.ts";
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
  readonly #turns: FeedTurns;
  #afterSeq: number;
  #retryMs = RETRY_MS;

  constructor(options: TaskWatchOptions) {
    this.#options = options;
    this.#turns = new FeedTurns(options);
    this.#afterSeq = options.afterSeq;
  }

  /** Joins the feed; refused when it has too many watchers. */
  open(): Result<null> {
    return this.#turns.open();
  }

  /** What to say at once, so that the watcher knows that it is connected, and from where. */
  opening(): WatchUpdate {
    this.#turns.told();
    return { kind: this.#options.reset ? "reset" : "ping", seq: this.#afterSeq };
  }

  /** The next changes, or a ping; null once the watch is over. */
  async next(): Promise<readonly WatchUpdate[] | null> {
    for (let turn = await this.#nextTurn(); turn !== null; turn = await this.#nextTurn()) {
      const updates = turn === "ping"
        ? [{ kind: "ping", seq: this.#afterSeq } as const]
        : await this.#read();
      // The reader is away: the watcher comes back with its last place.
      if (updates === null) break;
      if (updates.length === 0) continue;
      this.#turns.told();
      return updates;
    }
    this.close();
    return null;
  }

  /** Leaves the feed; a `next` under way ends. */
  close(): void {
    this.#turns.close();
  }

  #nextTurn(): Promise<Turn | null> {
    return this.#turns.next(() => this.#retryInMs());
  }

  /** When to look again for what was told of; Infinity where all of it was found. */
  #retryInMs(): number {
    if (this.#options.feed.heardSeq <= this.#afterSeq) {
      this.#retryMs = RETRY_MS;
      return Infinity;
    }
    const retryMs = this.#retryMs;
    this.#retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
    return retryMs;
  }

  async #read(): Promise<readonly WatchUpdate[] | null> {
    const { service, filter } = this.#options;
    const changes = await service.changes({ afterSeq: this.#afterSeq, filter, limit: PAGE });
    return changes.ok ? this.#updates(changes.value) : null;
  }

  #updates(changes: Changes): readonly WatchUpdate[] {
    if (changes.more) this.#turns.again();
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
}
