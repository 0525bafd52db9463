import type { NodeConfig } from "../../actors/config.ts";
import { DEFAULT_RETENTION } from "../../actors/domain/retention.ts";

/** 32 bytes and more, as the product asks for. */
export const FAKE_SECRET = "a secret of tests, longer than 32 bytes";

/** A configuration with a secret and nothing unusual. */
export function fakeConfig(more: Partial<NodeConfig> = {}): NodeConfig {
  return {
    http: { host: "127.0.0.1", port: 0 },
    grpc: null,
    dataDir: "",
    databaseUrl: null,
    auth: { kind: "secret", secret: FAKE_SECRET, issuer: null, audience: null },
    executors: 1,
    concurrency: 1,
    tasks: null,
    tls: null,
    drainMs: 1_000,
    logFormat: "json",
    logLevel: "error",
    allowTaskPermissions: false,
    allowShell: false,
    httpAllow: [],
    syncWaitMs: 60_000,
    asyncWaitMs: 1_000,
    resultCacheBytes: 0,
    retention: DEFAULT_RETENTION,
    rateLimit: null,
    enableFaults: false,
    ...more,
  };
}
