/** One request and its answer, over a connection of its own to an address that was checked before. */
import type { IncomingMessage } from "node:http";
import { request as httpRequest } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { NonRetryableError } from "../../sdk/mod.ts";
import type { HostAddresses } from "./address_check.ts";

export interface ExchangeOptions {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly host: HostAddresses;
  readonly signal: AbortSignal;
  /** Longest body of an answer, in bytes. */
  readonly answerBytesMax: number;
  /** Called with every piece that arrives. */
  readonly onData: () => void;
}

/** An answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  /** By name in lower case; those that came more than once are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** @throws {Error} when there is no whole answer; what `signal` aborts with; see `readBody`. */
export async function exchange(options: ExchangeOptions): Promise<HttpAnswer> {
  const { signal } = options;
  const socket = await connectToOne(options);
  const onAbort = () => socket.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const message = await send(socket, options);
    const { statusCode = 0, statusMessage = "" } = message;
    const headers = headersOf(message);
    const body = await readBody(message, options);
    return { status: statusCode, statusText: statusMessage, headers, body };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}

/** A connection to the first of the addresses that takes one. */
async function connectToOne(options: ExchangeOptions): Promise<Socket> {
  let refused: unknown;
  for (const address of options.host.addresses) {
    try {
      return await connect(address, options);
    } catch (error) {
      options.signal.throwIfAborted();
      refused = error;
    }
  }
  throw refused;
}

function connect(
  address: string,
  { url, host: { name }, signal }: ExchangeOptions,
): Promise<Socket> {
  signal.throwIfAborted();
  const secure = url.protocol === "https:";
  const port = Number(url.port) || (secure ? 443 : 80);
  const socket = secure
    // Without a name the certificate has to be the address's.
    ? connectTls({ host: address, port, ...(name !== null && { servername: name }) })
    : connectTcp({ host: address, port });
  return new Promise((resolve, reject) => {
    const onAbort = () => socket.destroy(asError(signal.reason));
    const settle = (act: () => void) => {
      signal.removeEventListener("abort", onAbort);
      act();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once(secure ? "secureConnect" : "connect", () => settle(() => resolve(socket)));
    // Stays for the socket's life: an error without a listener would end the isolate.
    socket.on("error", (error) => settle(() => reject(error)));
    socket.once("close", () => settle(() => reject(new Error("the connection was closed"))));
  });
}

/** Resolves once the head of the answer is there. */
function send(
  socket: Socket,
  { method, url, headers, body }: ExchangeOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      method,
      path: url.pathname + url.search,
      headers: { ...headers, host: url.host, connection: "close", ...lengthOf(method, body) },
      createConnection: () => socket,
    });
    request.once("response", resolve);
    request.on("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed without an answer")));
    request.end(body ?? undefined);
  });
}

/** A method that usually has a body says that there is none. */
function lengthOf(method: string, body: Uint8Array | null): Readonly<Record<string, string>> {
  if (body === null && ["GET", "HEAD", "DELETE", "OPTIONS"].includes(method)) return {};
  return { "content-length": String(body?.byteLength ?? 0) };
}

/** @throws {NonRetryableError} when it is longer than it may be. */
function readBody(
  message: IncomingMessage,
  { answerBytesMax, onData }: ExchangeOptions,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    message.on("data", (chunk: Uint8Array) => {
      length += chunk.byteLength;
      onData();
      if (length > answerBytesMax) {
        reject(new NonRetryableError(`the answer is longer than ${answerBytesMax} bytes`));
        message.destroy();
      } else chunks.push(chunk);
    });
    message.once("end", () => {
      if (message.complete) resolve(concat(chunks, length));
      else reject(new Error("the connection was closed in the middle of the answer"));
    });
    message.on("error", reject);
    message.once(
      "close",
      () => reject(new Error("the connection was closed in the middle of the answer")),
    );
  });
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function headersOf({ rawHeaders }: IncomingMessage): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
