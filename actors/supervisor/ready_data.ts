/** Reads what actors tell on being ready. */
import type { MethodDefinition } from "../domain/task.ts";
import type { NodeAddress } from "../protocol.ts";

/** The definitions that an executor tells; none before it does. */
export function definitionsFrom(ready: unknown): readonly MethodDefinition[] {
  if (typeof ready === "object" && ready !== null && "definitions" in ready) {
    if (Array.isArray(ready.definitions)) return ready.definitions;
  }
  return [];
}

/** The port that a front-end tells; null before it does. */
export function portFrom(ready: unknown): number | null {
  return ready === undefined ? null : addressFrom(ready).port;
}

/** Where a front-end listens. */
export function addressFrom(ready: unknown): { readonly host: string; readonly port: number } {
  if (typeof ready === "object" && ready !== null && "host" in ready && "port" in ready) {
    const { host, port } = ready;
    if (typeof host === "string" && typeof port === "number") return { host, port };
  }
  throw new Error("a front-end did not say where it listens");
}

/** Where clients reach a node, by what its front-ends told. */
export function nodeAddress(
  { http, grpc, tls }: { readonly http: unknown; readonly grpc: unknown; readonly tls: boolean },
): NodeAddress {
  const scheme = tls ? "https" : "http";
  return {
    http: http === undefined ? null : `${scheme}://${hostAndPort(addressFrom(http))}`,
    grpc: grpc === undefined ? null : hostAndPort(addressFrom(grpc)),
  };
}

/** An address as text, with brackets around an IPv6 one. */
function hostAndPort(
  { host, port }: { readonly host: string; readonly port: number },
): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
