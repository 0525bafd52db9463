/**
 * A task and its log as they change, by one stream: browsers have few connections to one server, and
 * with two streams a page those would be used up by three pages.
 */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { withQuery } from "./api.ts";
import { openEventSource } from "./event_source.ts";
import { type HeldLines, type LogLine, NO_LINES, withLines } from "./log_lines.ts";
import { readTaskAnew, takeTaskChange } from "./task.ts";

/** What came so far. */
export interface TaskFeed {
  readonly log: HeldLines;
  /** False while there may be lines already that have not come yet. */
  readonly settled: boolean;
  /** The task was deleted while it was looked at. */
  readonly gone: boolean;
}

const NOTHING: TaskFeed = { log: NO_LINES, settled: false, gone: false };
/** Lines that come in so long are shown together. */
const GATHER_MS = 50;
/** Where none comes for so long, those were all so far. */
const QUIET_MS = 400;

/** What is followed. */
export interface TaskFeedOptions {
  /** The place in the log behind which to begin; null: its beginning. */
  readonly after: string | null;
  /** False for a task that is not there any more. */
  readonly open: boolean;
}

/** Keeps the task `id` up to date, and gathers the lines of its log. */
export function useTaskFeed(id: string, { after, open }: TaskFeedOptions): TaskFeed {
  const client = useQueryClient();
  const [feed, setFeed] = useState(NOTHING);
  useEffect(() => {
    if (!open) return;
    // Another place to begin with: with what is held there would be a gap.
    setFeed(NOTHING);
    const follower = new TaskFollower(client, id, setFeed);
    follower.open(after);
    return () => follower.close();
  }, [client, id, after, open]);
  return feed;
}

type Update = (change: (feed: TaskFeed) => TaskFeed) => void;

class TaskFollower {
  readonly #client: QueryClient;
  readonly #id: string;
  readonly #update: Update;
  #gathered: LogLine[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #close = () => {};

  constructor(client: QueryClient, id: string, update: Update) {
    this.#client = client;
    this.#id = id;
    this.#update = update;
  }

  open(after: string | null): void {
    this.#close = openEventSource({
      path: withQuery(`/api/tasks/${encodeURIComponent(this.#id)}/events`, { log: after }),
      onOpen: (again) => {
        // What was read before the stream stood may have changed in between.
        if (!again) readTaskAnew(this.#client, this.#id);
        this.#in(QUIET_MS, () => this.#flush(true));
      },
      // It may have been removed meanwhile, which a stream that is refused can't tell.
      onLost: () => readTaskAnew(this.#client, this.#id),
      onEvent: ({ name, data }) => this.#take(name, data),
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#close();
  }

  #take(name: string, data: string): void {
    if (name === "line") this.#gather(JSON.parse(data));
    else if (name === "task") takeTaskChange(this.#client, JSON.parse(data));
    else if (name === "reset") readTaskAnew(this.#client, this.#id);
    else if (name === "deleted") {
      this.#close();
      this.#update((feed) => ({ ...feed, gone: true }));
    }
  }

  #gather(line: LogLine): void {
    if (this.#gathered.length === 0) this.#in(GATHER_MS, () => this.#flush(false));
    this.#gathered.push(line);
  }

  #flush(quiet: boolean): void {
    const lines = this.#gathered;
    this.#gathered = [];
    this.#update((feed) => ({
      ...feed,
      log: withLines(feed.log, lines),
      settled: feed.settled || quiet,
    }));
    if (!quiet) this.#in(QUIET_MS, () => this.#flush(true));
  }

  #in(ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms);
  }
}
