import { bodyAs } from "./answer_body.ts";
import type { ClientOptions } from "./client_options.ts";
import { HttpTransport, type RequestOptions } from "./http_transport.ts";
import { toJsonText } from "./json_text.ts";

/** How much longer than others a change of many tasks may take, in ms. */
export const CHANGE_MS = 300_000;

/** What every operation is made of. */
export class RestCalls {
  protected readonly transport: HttpTransport;

  constructor(options: ClientOptions) {
    this.transport = new HttpTransport({
      url: options.url,
      token: options.token ?? null,
      fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
      maxRetries: options.maxRetries ?? 8,
      backoff: {
        initialMs: options.retryInitialMs ?? 100,
        maxMs: options.retryMaxMs ?? 5_000,
        random: options.random ?? Math.random,
      },
      timeoutMs: options.timeoutMs ?? 30_000,
      signal: options.signal,
    });
  }

  /** Base URL of the node. */
  get url(): string {
    return this.transport.options.url;
  }

  /** What aborts all that it does, as its options say. */
  get signal(): AbortSignal | undefined {
    return this.transport.options.signal;
  }

  /**
   * Asks for an operation that has no method here: one of a newer node. Gives its JSON. Only a GET is
   * asked for again when no answer came.
   *
   * @param path Under the base URL, with its leading slash.
   */
  async request<T = unknown>(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    { body, ...more }: Pick<RequestOptions, "query" | "signal"> & { readonly body?: unknown } = {},
  ): Promise<T> {
    const repeatable = method === "GET";
    const text = body === undefined ? {} : { body: toJsonText(body) };
    const answer = await this.transport.request({ method, path, repeatable, ...text, ...more });
    return bodyAs(answer.body);
  }

  protected async read<T>(
    path: string,
    more: Omit<RequestOptions, "path" | "method"> = {},
  ): Promise<T> {
    return bodyAs((await this.transport.request({ ...more, path })).body);
  }

  protected async send<T>(
    path: string,
    body?: unknown,
    more: Pick<RequestOptions, "method" | "repeatable" | "waitMs"> = {},
  ): Promise<T> {
    const text = body === undefined ? {} : { body: toJsonText(body) };
    return bodyAs((await this.transport.request({ method: "POST", path, ...text, ...more })).body);
  }
}
