import { encodeRequest, HttpConnection, type RawRequest } from "./http_connection.ts";

export interface LoadOptions {
  /** `host:port` of the server. */
  readonly address: string;
  /** Connections, each with one request in flight. */
  readonly connections: number;
  /** Makes the request of this number, from 0. */
  readonly request: (index: number) => Omit<RawRequest, "host">;
  /** Ends after this many requests … */
  readonly requests?: number;
  /** … or when this aborts, or after this time; requests in flight are still awaited. */
  readonly signal?: AbortSignal;
  readonly durationMs?: number;
  /** Hears of each answer. */
  readonly onAnswer?: (index: number, status: number, body: Uint8Array) => void;
}

/** What a load did. */
export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers by status; those that are not 2xx, and cut connections, are the errors. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly errors: number;
  /** Connections that broke or could not be made; each ends its lane of the load. */
  readonly cut: number;
}

/** Loads a server, each connection sending its next request when the last one was answered. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses: Record<number, number> = {};
  const startedAt = performance.now();
  const endsAt = startedAt + (options.durationMs ?? Infinity);
  let next = 0;
  const goesOn = () =>
    next < (options.requests ?? Infinity) && options.signal?.aborted !== true &&
    performance.now() < endsAt;
  const runConnection = async () => {
    using connection = await HttpConnection.open(options.address);
    while (goesOn()) {
      const index = next++;
      const request = encodeRequest({ ...options.request(index), host: options.address });
      const sentAt = performance.now();
      const { status, body } = await connection.send(request);
      latencies.push(performance.now() - sentAt);
      statuses[status] = (statuses[status] ?? 0) + 1;
      options.onAnswer?.(index, status, body);
    }
  };
  const ends = await Promise.all(
    Array.from({ length: options.connections }, () => runConnection().then(() => 0, countCut)),
  );
  const cut = ends.reduce((sum, end) => sum + end, 0);
  return summarize({ latencies, statuses, cut, elapsedMs: performance.now() - startedAt });
}

interface Measured extends Pick<LoadResult, "statuses" | "cut"> {
  readonly latencies: number[];
  readonly elapsedMs: number;
}

function summarize({ latencies, statuses, cut, elapsedMs }: Measured): LoadResult {
  latencies.sort((a, b) => a - b);
  const succeeded = Object.entries(statuses)
    .reduce((sum, [status, count]) => status.startsWith("2") ? sum + count : sum, 0);
  return {
    requests: latencies.length,
    perSecond: latencies.length / elapsedMs * 1_000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    statuses,
    errors: latencies.length - succeeded + cut,
    cut,
  };
}

/** One cut connection, where that is what `error` says. */
function countCut(error: unknown): number {
  if (isCut(error)) return 1;
  throw error;
}

/** The value below which `share` of the sorted `values` lie; 0 where there are none. */
export function percentile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}

/** The server is gone or went away in the middle: what a load on a killed node has to expect. */
function isCut(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionRefused ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionAborted;
}
