import { ApiError, ConnectionError, problemOf } from "./api_error.ts";
import { backoffMs, pause } from "./backoff.ts";
import { EventStreamParser, type ServerSentEvent } from "./event_stream_parser.ts";
import type { HttpTransport, RequestOptions } from "./http_transport.ts";

/** How a stream is followed. */
export interface FollowOptions {
  /** Start after this event's id. */
  readonly after?: string;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Longest silence before the connection counts as dead, in ms; the server pings every 15 s. */
  readonly idleMs?: number;
  /** Failed connections in a row before it gives up; 20 when absent. */
  readonly maxReconnects?: number;
}

/** The stream stands: what comes from here on will be told. `resumed`: nothing was missed either. */
export interface StreamOpened {
  readonly kind: "open";
  readonly resumed: boolean;
}

/** A stream of the API, and what its events mean. */
export interface FollowedStream<T> extends Pick<RequestOptions, "path" | "query"> {
  /** Null for an event that this client does not know: a newer node may tell more. */
  readonly read: (event: ServerSentEvent) => T | null;
  /** True for what nothing follows. */
  readonly isLast?: (event: T) => boolean;
}

/**
 * Follows a stream over cut connections and restarts of the node, resuming after the last event. Ends
 * after its last event or when `signal` aborts; throws when the node refuses or stays away.
 */
export async function* followStream<T>(
  transport: HttpTransport,
  stream: FollowedStream<T>,
  options: FollowOptions,
): AsyncGenerator<T | StreamOpened, void> {
  const { idleMs = 45_000, maxReconnects = 20 } = options;
  const signal = transport.signalOf(options);
  let lastId = options.after ?? null;
  let failures = 0;
  let hasOpened = false;
  while (!isAborted(signal)) {
    const connection = new StreamConnection(transport, stream, { lastId, signal, idleMs });
    try {
      for await (const event of connection.events()) {
        hasOpened = true;
        yield event;
        if (connection.ended) return;
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
class StreamConnection<T> {
  readonly #transport: HttpTransport;
  readonly #stream: FollowedStream<T>;
  readonly #options: ConnectionOptions;
  readonly #parser = new EventStreamParser();
  readonly #abort = new AbortController();
  #received = false;
  #ended = false;

  constructor(transport: HttpTransport, stream: FollowedStream<T>, options: ConnectionOptions) {
    this.#transport = transport;
    this.#stream = stream;
    this.#options = options;
  }

  /** True once the server sent something: the connection works. */
  get received(): boolean {
    return this.#received;
  }

  /** True once the last event of all was told. */
  get ended(): boolean {
    return this.#ended;
  }

  get lastId(): string | null {
    return this.#parser.lastId ?? this.#options.lastId;
  }

  close(): void {
    this.#abort.abort();
  }

  async *events(): AsyncGenerator<T | StreamOpened, void> {
    const body = await this.#open();
    yield { kind: "open", resumed: this.#options.lastId !== null };
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await this.#withinIdle(reader.read());
      if (done) return;
      this.#received = true;
      for (const event of this.#parser.push(decoder.decode(value, { stream: true }))) {
        const told = this.#stream.read(event);
        if (told === null) continue;
        this.#ended = this.#stream.isLast?.(told) ?? false;
        yield told;
      }
    }
  }

  async #open(): Promise<ReadableStream<Uint8Array>> {
    const { lastId, signal } = this.#options;
    const { path, query = {} } = this.#stream;
    const signals = signal === undefined ? [this.#abort.signal] : [this.#abort.signal, signal];
    const request = this.#transport.open(
      { path, query, signal: AbortSignal.any(signals) },
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
  async #withinIdle<R>(work: Promise<R>): Promise<R> {
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

/** Whether another try may go better. */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ApiError && [429, 502, 503, 504].includes(error.status);
}

/** A call, because the compiler takes a property that it has seen for unchanged. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
