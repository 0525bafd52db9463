import { ApiError, ConnectionError, problemOf } from "./api_error.ts";
import { backoffMs, type BackoffOptions, pause } from "./backoff.ts";

/** A bearer token, or what gives a fresh one before each request; null sends none. */
export type TokenSource = string | null | (() => string | null | Promise<string | null>);

export interface TransportOptions {
  /** Base URL of the node. */
  readonly url: string;
  readonly token: TokenSource;
  readonly fetch: typeof fetch;
  readonly maxRetries: number;
  readonly backoff: BackoffOptions;
  /** How long one try of a request may take, beyond what it asks the server to wait. */
  readonly timeoutMs: number;
  /** Aborts all of it. */
  readonly signal?: AbortSignal | undefined;
}

export interface RequestOptions {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Under the base URL, with its leading slash. */
  readonly path: string;
  /** Lists are joined by commas. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  /** JSON text. */
  readonly body?: string;
  /** False where doing it twice differs from once: then a lost answer is not asked for again. */
  readonly repeatable?: boolean;
  /** How long the server is asked to wait, in ms. */
  readonly waitMs?: number;
  readonly maxRetries?: number;
  readonly signal?: AbortSignal | undefined;
  /** The answer's body is text, and no JSON. */
  readonly text?: boolean;
}

/** A successful answer. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A server's wish for a longer pause is followed up to this. */
const RETRY_AFTER_MAX_MS = 30_000;

/** Sends requests and asks again where that is safe and useful. */
export class HttpTransport {
  readonly options: TransportOptions;
  readonly #base: string;

  constructor(options: TransportOptions) {
    this.options = options;
    this.#base = options.url.replace(/\/+$/, "");
  }

  /** Resolves to a 2xx answer. Throws `ApiError` for any other, `ConnectionError` for none. */
  async request(asked: RequestOptions): Promise<Answer> {
    const request = { ...asked, signal: this.signalOf(asked) };
    const maxRetries = request.maxRetries ?? this.options.maxRetries;
    for (let tries = 1;; tries++) {
      const answer = await this.#try(request);
      if (answer.ok) return answer;
      if (!answer.again || tries > maxRetries) throw answer.error;
      const pauseMs = backoffMs(tries, this.options.backoff);
      await pause(Math.max(pauseMs, answer.retryAfterMs), request.signal);
    }
  }

  /** Opens a stream: one try, resolved when the head of the answer is there. */
  open(request: RequestOptions, headers: Readonly<Record<string, string>>): Promise<Response> {
    return this.#send(request, headers, this.signalOf(request));
  }

  /** What aborts a request: its own signal, or that of all of them. */
  signalOf({ signal }: Pick<RequestOptions, "signal">): AbortSignal | undefined {
    const all = this.options.signal;
    if (signal === undefined || all === undefined) return signal ?? all;
    return AbortSignal.any([signal, all]);
  }

  async #try(request: RequestOptions): Promise<TryOutcome> {
    const timeout = AbortSignal.timeout(this.options.timeoutMs + (request.waitMs ?? 0));
    const signals = request.signal === undefined ? [timeout] : [timeout, request.signal];
    let response: Response;
    let text: string;
    try {
      response = await this.#send(request, {}, AbortSignal.any(signals));
      text = await response.text();
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof TokenError) throw error.cause;
      const again = request.repeatable !== false;
      return { ok: false, error: new ConnectionError(this.#base, error), again, retryAfterMs: 0 };
    }
    if (response.ok) {
      const body = request.text === true ? text : this.#parse(text);
      return { ok: true, status: response.status, body };
    }
    return {
      ok: false,
      error: new ApiError(problemOf(response.status, text)),
      again: mayRepeat(response.status, request.repeatable !== false),
      retryAfterMs: retryAfterMs(response.headers.get("retry-after")),
    };
  }

  #parse(text: string): unknown {
    try {
      return text === "" ? null : JSON.parse(text);
    } catch (error) {
      throw new Error(`What answers at ${this.#base} is no dtask node: its answer is not JSON`, {
        cause: error,
      });
    }
  }

  async #send(
    { method = "GET", path, query, body }: RequestOptions,
    extra: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const headers = new Headers({ accept: "application/json", ...extra });
    const token = await this.#token();
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    const { fetch } = this.options; // by itself: a browser's takes no other `this` than its own
    return await fetch(this.#base + path + searchOf(query), {
      method,
      headers,
      redirect: "error",
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #token(): Promise<string | null> {
    const { token } = this.options;
    if (typeof token !== "function") return token;
    try {
      return await token();
    } catch (error) {
      throw new TokenError(error);
    }
  }
}

type TryOutcome =
  | ({ readonly ok: true } & Answer)
  | {
    readonly ok: false;
    readonly error: ApiError | ConnectionError;
    readonly again: boolean;
    readonly retryAfterMs: number;
  };

/** Keeps a failure of the caller's token source apart from one of the connection. */
class TokenError extends Error {
  constructor(cause: unknown) {
    super("The token source failed", { cause });
  }
}

/** 429 was refused before anything was done; after a 503 and the gateways' own the outcome is unknown. */
function mayRepeat(status: number, repeatable: boolean): boolean {
  return status === 429 || repeatable && (status === 502 || status === 503 || status === 504);
}

function retryAfterMs(header: string | null): number {
  const seconds = Number(header ?? 0);
  return Number.isFinite(seconds) ? Math.min(seconds * 1_000, RETRY_AFTER_MAX_MS) : 0;
}

function searchOf(query: RequestOptions["query"]): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? "" : `?${search}`;
}
