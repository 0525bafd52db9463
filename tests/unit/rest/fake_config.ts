/** What a node of the tests is told and says of itself. */
import type { NodeConfig } from "../../../actors/config.ts";
import { DEFAULT_RETENTION } from "../../../actors/domain/retention.ts";
import type { SystemStatus } from "../../../actors/protocol.ts";

/** 32 bytes and more, as the product asks for. */
export const SECRET = "a secret of tests, longer than 32 bytes";
export const NOW = Date.parse("2026-11-21T20:15:42.000Z");

/** A node with nothing to complain of. */
export function readySystem(): SystemStatus {
  return {
    node: "n-fake",
    version: "0",
    denoVersion: "2",
    startedAt: NOW,
    ready: true,
    notReady: [],
    draining: false,
    storeError: null,
    actors: [{
      name: "scheduler",
      parent: null,
      state: "ready",
      restarts: 2,
      startedAt: NOW,
      lastError: null,
      lanes: { submissions: 7 },
    }],
  };
}

/** A configuration with a secret and nothing unusual. */
export function fakeConfig(): NodeConfig {
  return {
    http: { host: "127.0.0.1", port: 8080 },
    grpc: null,
    dataDir: "",
    auth: { kind: "secret", secret: SECRET, issuer: null, audience: null },
    executors: 1,
    concurrency: 1,
    tasks: null,
    tls: null,
    drainMs: 1_000,
    logFormat: "json",
    logLevel: "error",
    allowTaskPermissions: false,
    allowShell: false,
    syncWaitMs: 60_000,
    asyncWaitMs: 1_000,
    resultCacheBytes: 0,
    retention: DEFAULT_RETENTION,
    rateLimit: null,
    enableFaults: false,
  };
}
