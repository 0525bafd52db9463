/** The listening server: limits, TLS, the address, and an end in order. */
import { type ChannelOptions, Server, ServerCredentials, setLogger } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import type { Address } from "../../actors/config.ts";
import { getLogger } from "../../actors/telemetry/logger.ts";

/** Certificate and key as PEM texts. */
export interface TlsTexts {
  readonly cert: string;
  readonly key: string;
}

/** Where a server listens and how. */
export interface ListenOptions {
  readonly address: Address;
  /** Bound instead where `address` cannot be, with a warning. */
  readonly fallback: Address | null;
  readonly tls: TlsTexts | null;
}

const log = getLogger("grpc");

/** Limits on what connections may do. */
const SERVER_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": 4 << 20,
  // A batch is answered with all of its tasks, a workflow with all of its own.
  "grpc.max_send_message_length": 64 << 20,
  // A connection of a pooled client carries hundreds of waiting calls; more get a second one.
  "grpc.max_concurrent_streams": 1_000,
  // Finds clients that vanished without a word, whose waits would be kept otherwise.
  "grpc.keepalive_time_ms": 60_000,
  "grpc.keepalive_timeout_ms": 20_000,
  "grpc.max_connection_idle_ms": 600_000,
  // Bookkeeping for a debugging service that is not served.
  "grpc.enable_channelz": 0,
};

/** A server with its limits, to which services can be added until it listens. */
export function createServer(): Server {
  // The library would write to the console. What fails here is thrown, so its own view is a detail.
  setLogger({ error: logDetail, info: logDetail, debug: logDetail });
  return new Server(SERVER_OPTIONS);
}

function logDetail(...details: readonly unknown[]): void {
  log.debug("The gRPC library reports", { text: details.join(" ") });
}

/** Binds `server` and returns where it listens; throws one line that says why it can't. */
export async function listen(server: Server, options: ListenOptions): Promise<Address> {
  const { address, fallback, tls } = options;
  const credentials = credentialsOf(tls);
  try {
    return await bind(server, address, credentials);
  } catch (error) {
    if (fallback === null) throw new Error(cannotListen(address, error));
    log.warn("The default gRPC address cannot be bound, so another is used", {
      address: authority(address),
      instead: authority(fallback),
      cause: error instanceof Error ? error.message : String(error),
    });
  }
  try {
    return await bind(server, fallback, credentials);
  } catch (error) {
    throw new Error(cannotListen(fallback, error));
  }
}

/** Lets calls under way end until `deadlineMs` have passed, then cuts them. */
export async function shutDown(server: Server, deadlineMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    server.forceShutdown();
    resolve();
  }, deadlineMs);
  server.tryShutdown(() => resolve());
  await promise;
  clearTimeout(timer);
}

/** `host:port` as URLs write it. */
export function authority({ host, port }: Address): string {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return bare.includes(":") ? `[${bare}]:${port}` : `${bare}:${port}`;
}

function bind(server: Server, address: Address, credentials: ServerCredentials): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.bindAsync(authority(address), credentials, (error, port) => {
      if (error === null) resolve({ host: address.host, port });
      else reject(error);
    });
  });
}

function credentialsOf(tls: TlsTexts | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) };
  // Roots are for clients' certificates, which nobody asks for. Left out, they would be read from the
  // file that GRPC_DEFAULT_SSL_ROOTS_FILE_PATH names, which this isolate may not.
  return ServerCredentials.createSsl(pair.cert_chain, [pair], false);
}

function cannotListen(address: Address, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const cause = text.includes("EADDRINUSE") ? "another process has it" : text;
  return `Cannot serve gRPC on ${authority(address)}: ${cause}. ` +
    "Choose another address with --addr, or start with --no-grpc.";
}
