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

/**
 * Sends the request to the first of the addresses that takes the connection.
 *
 * @throws {Error} when there is no whole answer; what `signal` aborts with; see `readBody`.
 */
export async function exchange(options: ExchangeOptions): Promise<HttpAnswer> {
  const { signal } = options;
  let refused: unknown;
  for (const address of options.host.addresses) {
    signal.throwIfAborted();
    const connection = open(address, options);
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => {
      connection.socket.destroy();
      aborted.reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([converse(connection.socket, options), aborted.promise]);
    } catch (error) {
      signal.throwIfAborted();
      // Once it stood, the request may have been taken: then it is for another attempt to repeat it.
      if (connection.stood) throw error;
      refused = error;
    } finally {
      signal.removeEventListener("abort", onAbort);
      connection.socket.destroy();
    }
  }
  throw refused;
}

interface Connection {
  readonly socket: Socket;
  /** True once there was somebody at the other end. */
  readonly stood: boolean;
}

function open(address: string, { url, host: { name } }: ExchangeOptions): Connection {
  const secure = url.protocol === "https:";
  const port = Number(url.port) || (secure ? 443 : 80);
  const socket = secure
    // Without a name the certificate has to be the address's.
    ? connectTls({ host: address, port, ...(name !== null && { servername: name }) })
    : connectTcp({ host: address, port });
  let stood = false;
  socket.once(secure ? "secureConnect" : "connect", () => stood = true);
  // What goes wrong is heard by the request; an error without a listener would end the isolate.
  socket.on("error", () => {});
  return {
    socket,
    get stood() {
      return stood;
    },
  };
}

async function converse(socket: Socket, options: ExchangeOptions): Promise<HttpAnswer> {
  const message = await send(socket, options);
  const { statusCode = 0, statusMessage = "" } = message;
  const headers = headersOf(message);
  const body = await readBody(message, options);
  return { status: statusCode, statusText: statusMessage, headers, body };
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
    request.once("close", () => reject(new Error("the connection was closed without an answer")));
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
      // Deno 2.6, which a compiled program may be made with, never says that one is complete.
      const isWhole = message.complete || message.headers["content-length"] === String(length);
      if (isWhole) resolve(concat(chunks, length));
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
