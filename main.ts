/**
 * Composition root: the command line, a node when it asks for one, and its end on a signal.
 */
import type { NodeConfig } from "./actors/config.ts";
import { checkSqlite, inspectSqlite } from "./actors/storage/sqlite/check.ts";
import { backupSqlite, restoreSqlite } from "./actors/storage/sqlite/mod.ts";
import { listenForStop } from "./actors/supervisor/stop_signals.ts";
import { getLogger } from "./actors/telemetry/logger.ts";
import {
  dashboardToken,
  type MigrationRequest,
  type MigrationSummary,
  runCli,
  startBanner,
  systemPorts,
} from "./api/cli/mod.ts";
import { bundleTasks } from "./api/node/bundle_tasks.ts";
import { type OpenNode, openNode } from "./api/node/open_node.ts";

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
    bundle: bundleTasks,
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
  const log = getLogger("main");
  const signals = listenForStop();
  let node;
  try {
    node = await openNode({ config });
    await announce(config, node.addresses);
  } catch (error) {
    console.error(`dtask: cannot start: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  const ended = await Promise.race([
    signals.first.then((signal) => ({ code: 0, why: `received ${signal}` })),
    node.failed.then((why) => ({ code: 1, why })),
  ]);
  log.info("stopping: {why}", { why: ended.why });
  const left = await Promise.race([node.drain(), signals.again.then(() => null)]);
  await node.close();
  if (left === null) log.warn("stopped without waiting for running tasks; they start again");
  else if (left > 0) log.warn("stopped with {left} runs cut short; they start again", { left });
  signals.dispose();
  return ended.code;
}

/** Says to people where the node listens. */
async function announce(config: NodeConfig, { http, grpc }: OpenNode["addresses"]): Promise<void> {
  const now = Date.now();
  const token = await dashboardToken(config.auth, now);
  console.log(startBanner({ config, http, grpc, dashboardToken: token, now }).trimEnd());
}
