import { join } from "node:path";
import type { Address } from "../../actors/config.ts";
import { formatAddress } from "./value_kind.ts";

/** Name of the file in which a running node tells clients of its machine where it listens. */
export const NODE_FILE = "node.json";

/** What the file holds. It may be left over from a node that was killed. */
export interface NodeFile {
  readonly pid: number;
  /** URL under which this machine reaches REST. */
  readonly http: string;
  /** `host:port` of gRPC; null without it. */
  readonly grpc: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Path of the file in a data folder. */
export function nodeFilePath(dataDir: string): string {
  return join(dataDir, NODE_FILE);
}

/** The file's text. */
export function formatNodeFile(node: NodeFile): string {
  return JSON.stringify(node, null, 2) + "\n";
}

/** Reads the file's text; null where it is no such file. */
export function parseNodeFile(text: string): NodeFile | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { pid, http, grpc, startedAt } = value as Partial<Record<keyof NodeFile, unknown>>;
  if (typeof pid !== "number" || typeof http !== "string" || URL.parse(http) === null) return null;
  return {
    pid,
    http,
    grpc: typeof grpc === "string" ? grpc : null,
    startedAt: typeof startedAt === "string" ? startedAt : "",
  };
}

/** The URL under which this machine reaches a listener; one on all interfaces answers on loopback. */
export function localUrl(address: Address, tls: boolean): string {
  return `${tls ? "https" : "http"}://${localAddress(address)}`;
}

/** The same without a scheme, as gRPC clients take it. */
export function localAddress({ host, port }: Address): string {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return formatAddress({ host: reachable, port });
}
