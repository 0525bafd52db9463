import { ApiError, ConnectionError, problemOf } from "./api_error.ts";
import { backoffMs, pause } from "./backoff.ts";
import { EventStreamParser, type ServerSentEvent } from "./event_stream_parser.ts";
import type { HttpTransport } from "./http_transport.ts";
import type { TaskFilterJson, TaskJson } from "./task_json.ts";

/** What a follower of tasks is told. */
export type TaskEvent =
  /** The stream stands: every change from here on will come. `resumed`: none was missed either. */
  | { readonly kind: "open"; readonly resumed: boolean }
  /** A task as it is after its latest change. */
  | { readonly kind: "task"; readonly task: TaskJson; readonly eventId: string | null }
  /** A task is gone. Told whatever the filter is, since nobody knows any more what it was. */
  | { readonly kind: "deleted"; readonly id: string; readonly eventId: string | null }
  /** Changes may have been missed: read anew what matters. */
  | { readonly kind: "reset" };

export interface TaskEventsOptions {
  /** Start after this event id instead of now. */
  readonly after?: string;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Longest silence before the connection counts as dead, in ms; the server pings every 15 s. */
  readonly idleMs?: number;
  /** Failed connections in a row before it gives up; 20 when absent. */
  readonly maxReconnects?: number;
}

/**
 * Follows `GET /api/events` over cut connections and restarts of the node, resuming after the last
 * event. Ends when `signal` aborts; throws when the node refuses or stays away.
 */
export async function* followTaskEvents(
  transport: HttpTransport,
  filter: TaskFilterJson,
  options: TaskEventsOptions,
): AsyncGenerator<TaskEvent, void> {
  const { signal, idleMs = 45_000, maxReconnects = 20 } = options;
  let lastId = options.after ?? null;
  let failures = 0;
  let hasOpened = false;
  while (!isAborted(signal)) {
    const connection = new EventConnection(transport, filter, { lastId, signal, idleMs });
    try {
      for await (const event of connection.events()) {
        hasOpened = true;
        yield event;
      }
    } catch (error) {
      if (isAborted(signal)) return;
      if (connection.received) failures = 0;
      // A stream that has stood outlasts a restart of the node; a first one fails like a request.
      const mayFail = hasOpened ? maxReconnects : transport.options.maxRetries;
      if (!isPassing(error) || failures >= mayFail) throw error;
    } finally {
      lastId = connection.lastId;
      connection.close();
    }
    failures = connection.received ? 1 : failures + 1;
    try {
      await pause(backoffMs(failures, transport.options.backoff), signal);
    } catch {
      return; // The pause rejects only because of `signal`.
    }
  }
}

interface ConnectionOptions {
  readonly lastId: string | null;
  readonly signal: AbortSignal | undefined;
  readonly idleMs: number;
}

/** One connection of a follower, from its request to its end. */
class EventConnection {
  readonly #transport: HttpTransport;
  readonly #filter: TaskFilterJson;
  readonly #options: ConnectionOptions;
  readonly #parser = new EventStreamParser();
  readonly #abort = new AbortController();
  #received = false;

  constructor(transport: HttpTransport, filter: TaskFilterJson, options: ConnectionOptions) {
    this.#transport = transport;
    this.#filter = filter;
    this.#options = options;
  }

  /** True once the server sent something: the connection works. */
  get received(): boolean {
    return this.#received;
  }

  get lastId(): string | null {
    return this.#parser.lastId ?? this.#options.lastId;
  }

  close(): void {
    this.#abort.abort();
  }

  async *events(): AsyncGenerator<TaskEvent, void> {
    const body = await this.#open();
    yield { kind: "open", resumed: this.#options.lastId !== null };
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await this.#withinIdle(reader.read());
      if (done) return;
      this.#received = true;
      for (const event of this.#parser.push(decoder.decode(value, { stream: true }))) {
        const told = taskEventOf(event);
        if (told !== null) yield told;
      }
    }
  }

  async #open(): Promise<ReadableStream<Uint8Array>> {
    const { lastId, signal } = this.#options;
    const signals = signal === undefined ? [this.#abort.signal] : [this.#abort.signal, signal];
    const request = this.#transport.open(
      { path: "/api/events", query: { ...this.#filter }, signal: AbortSignal.any(signals) },
      {
        accept: "text/event-stream",
        ...(lastId === null ? {} : { "last-event-id": lastId }),
      },
    );
    const response = await this.#withinIdle(request);
    if (response.ok && response.body !== null) return response.body;
    throw new ApiError(problemOf(response.status, await response.text()));
  }

  /** Cuts the connection when `work` takes longer than a living server would be silent. */
  async #withinIdle<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#abort.abort(), this.#options.idleMs);
    try {
      return await work;
    } catch (error) {
      throw new ConnectionError(this.#transport.options.url, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function taskEventOf({ event, data, id }: ServerSentEvent): TaskEvent | null {
  switch (event) {
    case "reset":
      return { kind: "reset" };
    case "task":
      return { kind: "task", task: JSON.parse(data) as TaskJson, eventId: id };
    case "deleted": {
      const gone = JSON.parse(data) as { readonly id: string };
      return { kind: "deleted", id: gone.id, eventId: id };
    }
    default:
      // A newer node may tell more than this client knows of.
      return null;
  }
}

/** Whether another try may go better. */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ApiError && [429, 502, 503, 504].includes(error.status);
}

/** A call, because the compiler takes a property that it has seen for unchanged. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
