/** A database's URL as configuration: what of it may be needed, and what of it may be shown. */
import type { Address } from "./config.ts";

const DEFAULT_PORT = 5_432;

/**
 * The database's URL where `text` is one that a node can use: PostgreSQL over TCP, on one host. User and
 * database have to be named: what stands for them elsewhere, the isolates that connect may not read.
 */
export function parseDatabaseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) return undefined;
  const { hostname, username, pathname } = url;
  return hostname === "" || username === "" || pathname.length < 2 ? undefined : text;
}

/** Where the database listens. */
export function databaseAddress(databaseUrl: string): Address {
  const { hostname, port } = new URL(databaseUrl);
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : decodeURIComponent(hostname);
  return { host, port: port === "" ? DEFAULT_PORT : Number(port) };
}

/** The URL for people and logs: host, port and database, and nothing that could be a secret. */
export function shownDatabaseUrl(databaseUrl: string): string {
  const { hostname, port, pathname } = new URL(databaseUrl);
  return `postgres://${hostname}${port === "" ? "" : `:${port}`}${pathname}`;
}
