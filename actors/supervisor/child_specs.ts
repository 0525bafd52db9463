import type { NodeConfig } from "../config.ts";
import { databaseAddress } from "../config_database.ts";
import type { MethodDefinition } from "../domain/task.ts";
import type { ChildSpec } from "../runtime/mod.ts";
import type { LoggingOptions } from "../telemetry/logger.ts";

/** What the specs need to know while the node runs. */
export interface SpecSources {
  readonly config: NodeConfig;
  /** The node's id, which is another one after the node was lost. */
  readonly node: () => string;
  readonly logging: LoggingOptions;
  readonly graceMs: number;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Names of the executors of the first pools; they report the definitions. */
  readonly executors: readonly string[];
  readonly definitions: () => readonly MethodDefinition[];
  /** Where a front-end listens, once it does: a restarted one listens there again. */
  readonly boundPort: (actor: string) => number | null;
  /** Incarnations of the executors that are alive. */
  readonly aliveExecutors: () => readonly string[];
}

/** Scheduler and dispatcher, which restart together. */
const CORE = "core";
const PING = { intervalMs: 1_000, timeoutMs: 5_000 };
/** How long a restarted front-end waits for the address that its former isolate still holds. */
const BIND_PATIENCE_MS = 20_000;
const COMMON = { ping: PING, startMs: 30_000, stopMs: 5_000, restart: "permanent" } as const;

/** Every actor of a node but its executors, in the order in which they become ready. */
export function childSpecs(sources: SpecSources): readonly ChildSpec[] {
  const { databaseUrl, grpc: address } = sources.config;
  return [
    ...(databaseUrl === null ? [] : [cluster(sources, databaseUrl)]),
    ...[scheduler(sources), reader(sources), dispatcher(sources), http(sources)],
    ...(address === null ? [] : [grpc(sources, address)]),
  ];
}

function cluster(sources: SpecSources, databaseUrl: string): ChildSpec {
  const { config, node, logging } = sources;
  return {
    ...COMMON,
    name: "cluster",
    entry: new URL("../cluster/worker.ts", import.meta.url),
    permissions: storeRights(config),
    init: () => ({ node: node(), databaseUrl, definitions: sources.definitions(), logging }),
    links: ["scheduler", "dispatcher"],
    stopMs: 10_000,
    startAfter: sources.executors,
  };
}

function scheduler(sources: SpecSources): ChildSpec {
  const { config, node, logging } = sources;
  return {
    ...COMMON,
    name: "scheduler",
    entry: new URL("../scheduler/worker.ts", import.meta.url),
    permissions: storeRights(config),
    init: () => ({
      node: node(),
      dataDir: config.dataDir,
      databaseUrl: config.databaseUrl,
      definitions: sources.definitions(),
      allowTaskPermissions: config.allowTaskPermissions,
      resultCacheBytes: config.resultCacheBytes,
      retention: config.retention,
      aliveExecutors: sources.aliveExecutors(),
      subscribers: frontEnds(config),
      logging,
    }),
    links: ["dispatcher", ...frontEnds(config)],
    group: CORE,
    startAfter: config.databaseUrl === null ? sources.executors : [...sources.executors, "cluster"],
  };
}

function reader({ config, logging }: SpecSources): ChildSpec {
  return {
    ...COMMON,
    name: "reader",
    entry: new URL("../reader/worker.ts", import.meta.url),
    permissions: storeRights(config),
    init: () => ({ dataDir: config.dataDir, databaseUrl: config.databaseUrl, logging }),
    links: frontEnds(config),
    startAfter: ["scheduler"],
  };
}

function dispatcher({ config, graceMs, logging }: SpecSources): ChildSpec {
  return {
    ...COMMON,
    name: "dispatcher",
    entry: new URL("../dispatcher/worker.ts", import.meta.url),
    permissions: "none",
    init: () => ({ graceMs, logging }),
    links: ["scheduler", ...frontEnds(config)],
    group: CORE,
    startAfter: ["scheduler"],
  };
}

function http(sources: SpecSources): ChildSpec {
  const { config, node, logging, tls } = sources;
  return {
    ...COMMON,
    name: "http",
    entry: new URL("../../api/rest/worker.ts", import.meta.url),
    permissions: { net: [addressOf(config.http), ...jwksHosts(config)] },
    init: () => {
      const port = sources.boundPort("http");
      const bound = frontEndConfig(config, {
        http: { ...config.http, port: port ?? config.http.port },
      });
      const bindPatienceMs = port === null ? 0 : BIND_PATIENCE_MS;
      return {
        config: bound,
        node: node(),
        methods: sources.definitions(),
        logging,
        tls,
        bindPatienceMs,
      };
    },
    links: ["scheduler", "reader", "dispatcher", ...(config.grpc === null ? [] : ["grpc"])],
    startAfter: ["scheduler", "reader", "dispatcher"],
  };
}

function grpc(sources: SpecSources, address: NonNullable<NodeConfig["grpc"]>): ChildSpec {
  const { config, node, logging, tls } = sources;
  const fallback = address.asked ? [] : [addressOf({ host: "127.0.0.1", port: address.port })];
  return {
    ...COMMON,
    name: "grpc",
    entry: new URL("../../api/grpc/worker.ts", import.meta.url),
    permissions: { net: [addressOf(address), ...fallback, ...jwksHosts(config)], env: true },
    init: () => {
      const port = sources.boundPort("grpc");
      const bound = frontEndConfig(config, { grpc: { ...address, port: port ?? address.port } });
      const bindPatienceMs = port === null ? 0 : BIND_PATIENCE_MS;
      return {
        config: bound,
        node: node(),
        methods: sources.definitions(),
        logging,
        bindPatienceMs,
        ...(tls && { tls }),
      };
    },
    links: ["scheduler", "reader", "dispatcher", "http"],
    startAfter: ["scheduler", "reader", "dispatcher"],
  };
}

/** The store and nothing else: the data folder, or the database's address and what its client reads. */
function storeRights({ dataDir, databaseUrl }: NodeConfig): Deno.PermissionOptions {
  if (databaseUrl === null) return { read: [dataDir], write: [dataDir] };
  return { net: [addressOf(databaseAddress(databaseUrl))], env: ["PGAPPNAME"] };
}

/** What a front-end gets of the configuration: it never sees the database, nor its password. */
function frontEndConfig(config: NodeConfig, bound: Partial<NodeConfig>): NodeConfig {
  return { ...config, ...bound, databaseUrl: null };
}

function frontEnds(config: NodeConfig): readonly string[] {
  return config.grpc === null ? ["http"] : ["http", "grpc"];
}

/** An address as a right to listen; for any port (0) the right has to be for all of the host's. */
function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === 0 ? name : `${name}:${port}`;
}

function jwksHosts({ auth }: NodeConfig): readonly string[] {
  return auth.kind === "jwks" ? [new URL(auth.url).host] : [];
}
