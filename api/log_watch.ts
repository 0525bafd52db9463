/** One watcher of a task's log: its lines from a place on, as they come, up to the task's end. */
import { ok, type Result } from "../actors/domain/error.ts";
import type { LogPlace, StoredLogLine, TaskRecord, TaskStatus } from "../actors/domain/task.ts";
import { isEnded } from "../actors/domain/task_state.ts";
import type { LogPage, SubscriberMessage } from "../actors/protocol.ts";
import type { ChangeFeed } from "./change_feed.ts";
import { FeedTurns } from "./feed_turns.ts";
import type { TaskService } from "./task_service.ts";

/** What a watch starts from. */
export interface LogWatchOptions {
  readonly service: TaskService;
  readonly feed: ChangeFeed;
  readonly task: Pick<TaskRecord, "id" | "num">;
  /** Lines after this one are told; null: all. */
  readonly after: LogPlace | null;
  /** Goes on after the task's end: it may be run again. */
  readonly endless?: boolean;
  readonly pingMs?: number;
}

/** What a watcher of a log is told. */
export type LogUpdate =
  | { readonly kind: "line"; readonly line: StoredLogLine }
  /** The task has ended, and that was all: there will be no more unless it is run again. */
  | { readonly kind: "end"; readonly status: TaskStatus }
  /** The task was deleted, and its log with it. */
  | { readonly kind: "deleted" }
  /** Nothing new so far. */
  | { readonly kind: "ping" };

/** Where a watch of a log is to begin. */
export interface LogWatchRequest extends Omit<LogWatchOptions, "task"> {
  readonly id: string;
}

/** A watch of the log of task `id`, not open yet; refused where there is no such task. */
export async function findLog({ id, ...options }: LogWatchRequest): Promise<Result<LogWatch>> {
  const found = await options.service.logs(id, { after: options.after, limit: 1 });
  if (!found.ok) return found;
  return ok(new LogWatch({ ...options, task: { id, num: found.value.num } }));
}

/** Lines of one read: with the longest of all, 1.6 MiB. */
const PAGE = 200;

/** Asked by its watcher: lines are only read when the last ones were taken. */
export class LogWatch {
  readonly #options: LogWatchOptions;
  readonly #turns: FeedTurns;
  #after: LogPlace | null;

  constructor(options: LogWatchOptions) {
    this.#options = options;
    this.#turns = new FeedTurns({ ...options, hears: (event) => concerns(event, options.task) });
    this.#after = options.after;
  }

  /** Joins the feed; refused when it has too many watchers. */
  open(): ReturnType<FeedTurns["open"]> {
    return this.#turns.open();
  }

  /** What to say at once, so that the watcher knows that it is connected. */
  opening(): LogUpdate {
    this.#turns.told();
    return { kind: "ping" };
  }

  /** The next lines, or a ping; null once the watch is over. */
  async next(): Promise<readonly LogUpdate[] | null> {
    for (let turn = await this.#turns.next(); turn !== null; turn = await this.#turns.next()) {
      const updates = turn === "ping" ? [{ kind: "ping" } as const] : await this.#read();
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

  async #read(): Promise<readonly LogUpdate[] | null> {
    const { service, task } = this.#options;
    const page = await service.logs(task.id, { after: this.#after, limit: PAGE });
    if (!page.ok && page.error.code !== "not_found") return null;
    // Another task may have its id by now.
    if (page.ok && page.value.num === task.num) return this.#updates(page.value);
    this.#turns.close();
    return [{ kind: "deleted" }];
  }

  #updates({ lines, more, status }: LogPage): readonly LogUpdate[] {
    this.#after = lines.at(-1) ?? this.#after;
    const updates = lines.map((line): LogUpdate => ({ kind: "line", line }));
    if (more) this.#turns.again();
    if (more || !isEnded(status) || this.#options.endless === true) return updates;
    this.#turns.close();
    return [...updates, { kind: "end", status }];
  }
}

/** Whether an event may mean that there is something new in the log of `task`. */
function concerns(
  event: SubscriberMessage["events"][number],
  { id, num }: LogWatchOptions["task"],
): boolean {
  if (event.kind === "EventsLost" || event.logged === null || event.ended === null) return true;
  return event.logged?.includes(num) === true || event.ended.includes(id);
}
