/**
 * Composition root: the command line, a node when it asks for one, and its end on a signal.
 */
import type { NodeConfig } from "./actors/config.ts";
import { checkSqlite, inspectSqlite } from "./actors/storage/sqlite/check.ts";
import { openStore } from "./actors/storage/open.ts";
import { backupSqlite, lockDataFolder, restoreSqlite } from "./actors/storage/sqlite/mod.ts";
import { NodeSupervisor } from "./actors/supervisor/node_supervisor.ts";
import { listenForStop } from "./actors/supervisor/stop_signals.ts";
import { configureLogging, getLogger } from "./actors/telemetry/logger.ts";
import {
  dashboardToken,
  formatNodeFile,
  localAddress,
  localUrl,
  type MigrationRequest,
  type MigrationSummary,
  nodeFilePath,
  runCli,
  startBanner,
  systemPorts,
} from "./api/cli/mod.ts";

if (import.meta.main) {
  const ports = systemPorts({
    startNode,
    checkDatabase: async ({ dataDir, databaseUrl }) =>
      databaseUrl === null
        ? await checkSqlite(dataDir)
        : await (await loadPostgres()).checkPostgres(databaseUrl),
    inspectDatabase: async ({ dataDir, databaseUrl }) =>
      databaseUrl === null
        ? await inspectSqlite(dataDir)
        : await (await loadPostgres()).inspectPostgres(databaseUrl),
    backup: backupSqlite,
    restore: restoreSqlite,
    migrate,
  });
  Deno.exit(await runCli(Deno.args, ports));
}

/** What looks at a shared database; only for those that have one. */
function loadPostgres() {
  return import("./actors/storage/postgres/check.ts");
}

/** Moves a store; what that takes is loaded for it alone. */
async function migrate(request: MigrationRequest): Promise<MigrationSummary> {
  const { migrateToPostgres } = await import("./actors/storage/moving/mod.ts");
  return await migrateToPostgres(request);
}

/** Runs a node until a signal, or until it can't go on. Answers the process's exit code. */
async function startNode(config: NodeConfig): Promise<number> {
  configureLogging({ format: config.logFormat, level: config.logLevel });
  const log = getLogger("main");
  const signals = listenForStop();
  const node = new NodeSupervisor({
    config,
    newId: () => `n-${crypto.randomUUID()}`,
    tls: config.tls && {
      cert: await Deno.readTextFile(config.tls.certFile),
      key: await Deno.readTextFile(config.tls.keyFile),
    },
    otel: Deno.env.get("OTEL_DENO") === "true",
  });
  let lock;
  try {
    lock = await lockDataFolder(config.dataDir);
    if (config.databaseUrl !== null) await migrateDatabase(config.databaseUrl);
    await announce(config, await node.start());
  } catch (error) {
    lock?.release();
    console.error(`dtask: cannot start: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  const ended = await Promise.race([
    signals.first.then((signal) => ({ code: 0, why: `received ${signal}` })),
    node.failed.then((why) => ({ code: 1, why })),
  ]);
  log.info("stopping: {why}", { why: ended.why });
  const left = await Promise.race([node.drainAndStop(), signals.again.then(() => null)]);
  await Deno.remove(nodeFilePath(config.dataDir)).catch((error) => {
    log.warn("cannot remove the node file: {error}", { error: String(error) });
  });
  if (left === null) log.warn("stopped without waiting for running tasks; they start again");
  else if (left > 0) log.warn("stopped with {left} runs cut short; they start again", { left });
  signals.dispose();
  lock.release();
  return ended.code;
}

/** Brings a shared database up to date, or says why it can't be used, before any actor needs it. */
async function migrateDatabase(url: string): Promise<void> {
  try {
    const store = await openStore({ kind: "postgres", url });
    await store.close();
  } catch (error) {
    const { databaseTrouble } = await loadPostgres();
    throw new Error(databaseTrouble(error), { cause: error });
  }
}

type Addresses = Awaited<ReturnType<NodeSupervisor["start"]>>;

/** Says where the node listens: to people, and in the data folder to clients of this machine. */
async function announce(config: NodeConfig, { http, grpc }: Addresses): Promise<void> {
  const now = Date.now();
  await Deno.writeTextFile(
    nodeFilePath(config.dataDir),
    formatNodeFile({
      pid: Deno.pid,
      http: localUrl(http, config.tls !== null),
      grpc: grpc && localAddress(grpc),
      startedAt: new Date(now).toISOString(),
    }),
    { mode: 0o600 },
  );
  const token = await dashboardToken(config.auth, now);
  console.log(startBanner({ config, http, grpc, dashboardToken: token, now }).trimEnd());
}
