/** Requests to the REST interface of a node, as a client would send them; every answer is held against its document. */
import { checkAnswer } from "./documented_answers.ts";

/** An answer of the REST interface. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or the text of any other body. */
  // deno-lint-ignore no-explicit-any -- tests look into answers freely and assert what they find
  readonly body: any;
}

export interface ApiRequestOptions {
  /** Replaces the admin token; null sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
  /** Knows whose certificates to trust. */
  readonly client?: Deno.HttpClient | undefined;
}

/** Sends a request to `url`; a string or bytes go as they are, so that tests can send no JSON. */
export async function fetchApi(
  url: string,
  method: string,
  body: unknown,
  { token, headers = {}, signal, client }: ApiRequestOptions,
): Promise<ApiAnswer> {
  const response = await fetch(url, {
    method,
    ...signal === undefined ? {} : { signal },
    ...client === undefined ? {} : { client },
    headers: {
      ...token ? { authorization: `Bearer ${token}` } : {},
      ...body === undefined ? {} : { "content-type": "application/json" },
      ...headers,
    },
    body: body === undefined ? null : isRaw(body) ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const { status } = response;
  const contentType = response.headers.get("content-type");
  const answer = /\bjson\b/.test(contentType ?? "") ? JSON.parse(text) : text;
  if (method !== "HEAD") checkAnswer({ method, url, status, contentType, body: answer });
  return { status, headers: response.headers, body: answer };
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}
