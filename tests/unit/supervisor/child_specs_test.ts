import assert from "node:assert/strict";
import type { NodeConfig } from "../../../actors/config.ts";
import { DEFAULT_RETENTION } from "../../../actors/domain/retention.ts";
import { childSpecs } from "../../../actors/supervisor/child_specs.ts";

const CONFIG: NodeConfig = {
  http: { host: "127.0.0.1", port: 8080 },
  grpc: { host: "::1", port: 50051, asked: false },
  dataDir: "/data",
  databaseUrl: null,
  auth: { kind: "none" },
  executors: 1,
  concurrency: 1,
  tasks: null,
  tls: null,
  drainMs: 1,
  logFormat: "json",
  logLevel: "info",
  allowTaskPermissions: false,
  allowShell: false,
  httpAllow: [],
  syncWaitMs: 1,
  asyncWaitMs: 1,
  resultCacheBytes: 1,
  retention: DEFAULT_RETENTION,
  rateLimit: null,
  enableFaults: false,
};

Deno.test("child specs give each actor the rights of its own work alone", () => {
  assert.deepEqual(rightsWith(CONFIG), {
    scheduler: { read: ["/data"], write: ["/data"] },
    reader: { read: ["/data"], write: ["/data"] },
    dispatcher: "none",
    http: { net: ["127.0.0.1:8080"] },
    grpc: { net: ["[::1]:50051", "127.0.0.1:50051"], env: true },
  });
});

Deno.test("child specs let the store's actors reach a shared database and no folder", () => {
  const rights = { net: ["db:5432"], env: ["PGAPPNAME"] };
  const { cluster, scheduler, reader } = rightsWith({ ...CONFIG, databaseUrl: "postgres://db/x" });
  assert.deepEqual([cluster, scheduler, reader], [rights, rights, rights]);
});

Deno.test("child specs keep the database's password from front-ends", () => {
  const specs = specsOf({ ...CONFIG, databaseUrl: "postgres://u:hunter2@db/x" });
  for (const { name, init } of specs) {
    if (name === "http" || name === "grpc") {
      assert.doesNotMatch(JSON.stringify(init()), /hunter2/, name);
    }
  }
});

Deno.test("child specs have no gRPC where it is off, and no fallback where its address was asked for", () => {
  assert.equal("grpc" in rightsWith({ ...CONFIG, grpc: null }), false);
  const asked = rightsWith({ ...CONFIG, grpc: { host: "::1", port: 50051, asked: true } });
  assert.deepEqual(asked["grpc"], { net: ["[::1]:50051"], env: true });
});

function rightsWith(config: NodeConfig): Readonly<Record<string, unknown>> {
  return Object.fromEntries(specsOf(config).map(({ name, permissions }) => [name, permissions]));
}

function specsOf(config: NodeConfig): ReturnType<typeof childSpecs> {
  return childSpecs({
    config,
    node: () => "n",
    logging: { format: "json", level: "info" },
    graceMs: 1,
    tls: null,
    executors: [],
    definitions: () => [],
    boundPort: () => null,
    aliveExecutors: () => [],
  });
}
