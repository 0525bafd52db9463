/**
 * A stream of server-sent events by `fetch`, since `EventSource` can send no token. It reconnects
 * with backoff, also when nothing came for as long as pings should have. A tab that is not seen
 * holds no stream: browsers have few connections to one server, and all tabs share them.
 */
import { signOut } from "../session/session.ts";
import { authorization, readProblem } from "./api.ts";
import { type ServerEvent, ServerEventParser } from "./server_events.ts";

/** What a stream tells. */
export interface EventSourceOptions {
  /** With its query. */
  readonly path: string;
  readonly onEvent: (event: ServerEvent) => void;
  /** The stream stands; `again`: after it was away, so what is shown may be old. */
  readonly onOpen?: (again: boolean) => void;
  readonly onLost?: () => void;
}

/** The server pings every 15 s. */
const SILENCE_MS = 20_000;
const [BACKOFF_MS, BACKOFF_MAX_MS] = [500, 10_000];
/** A tab that is left for less keeps its stream. */
const HIDDEN_MS = 2_000;

/** Opens a stream; the answer closes it for good. */
export function openEventSource(options: EventSourceOptions): () => void {
  const source = new FetchedEventSource(options);
  source.run();
  return () => source.close();
}

class FetchedEventSource {
  readonly #options: EventSourceOptions;
  readonly #closed = new AbortController();
  #lastId: string | null = null;
  #stoodBefore = false;

  constructor(options: EventSourceOptions) {
    this.#options = options;
  }

  close(): void {
    this.#closed.abort();
  }

  async run(): Promise<void> {
    let backoffMs = BACKOFF_MS;
    const closed = this.#closed.signal;
    while (!closed.aborted) {
      await untilVisible(closed);
      const cut = new Cut(closed);
      const stood = await this.#read(cut).finally(() => cut.end());
      if (closed.aborted) return;
      if (cut.hidden) continue;
      this.#options.onLost?.();
      backoffMs = stood ? BACKOFF_MS : Math.min(2 * backoffMs, BACKOFF_MAX_MS);
      await pause(backoffMs * (0.5 + Math.random() / 2), closed);
    }
  }

  /** Reads until the stream ends, breaks or is cut. True if it stood at all. */
  async #read(cut: Cut): Promise<boolean> {
    let stood = false;
    try {
      const resume = this.#lastId === null ? {} : { "last-event-id": this.#lastId };
      const response = await fetch(this.#options.path, {
        headers: { accept: "text/event-stream", ...authorization(), ...resume },
        signal: cut.signal,
      });
      if (response.status === 401) signOut((await readProblem(response)).detail);
      if (!response.ok || response.body === null) return false;
      stood = true;
      this.#options.onOpen?.(this.#stoodBefore);
      this.#stoodBefore = true;
      await this.#take(response.body, cut);
    } catch {
      // Cut off, silent, hidden or closed: `run` knows which, and what to do.
    }
    return stood;
  }

  async #take(body: ReadableStream<Uint8Array<ArrayBuffer>>, cut: Cut): Promise<void> {
    const parser = new ServerEventParser();
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      cut.heard();
      for (const event of parser.push(read.value)) {
        this.#lastId = event.id ?? this.#lastId;
        if (event.data !== "") this.#options.onEvent(event);
      }
    }
  }
}

/** Cuts one connection: closed for good, silent for too long, or not seen any more. */
class Cut {
  readonly signal: AbortSignal;
  hidden = false;
  readonly #controller = new AbortController();
  readonly #onVisibility = () => this.#watchVisibility();
  #silence: ReturnType<typeof setTimeout> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(closed: AbortSignal) {
    this.signal = AbortSignal.any([closed, this.#controller.signal]);
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.heard();
  }

  heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#controller.abort(), SILENCE_MS);
  }

  end(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#leaving);
    document.removeEventListener("visibilitychange", this.#onVisibility);
  }

  #watchVisibility(): void {
    clearTimeout(this.#leaving);
    if (document.visibilityState === "visible") return;
    this.#leaving = setTimeout(() => {
      this.hidden = true;
      this.#controller.abort();
    }, HIDDEN_MS);
  }
}

function untilVisible(closed: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => document.visibilityState === "visible" && resolve();
  look();
  document.addEventListener("visibilitychange", look, { signal: closed });
  closed.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => document.removeEventListener("visibilitychange", look));
}

/** Waits, or less long where the browser says that the network is there again. */
function pause(ms: number, closed: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = () => resolve();
  const timer = setTimeout(over, ms);
  addEventListener("online", over, { once: true });
  closed.addEventListener("abort", over, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    removeEventListener("online", over);
    closed.removeEventListener("abort", over);
  });
}
