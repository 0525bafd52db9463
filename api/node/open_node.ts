/** A node in this process, from its lock on the data folder to its last commit. */
import type { NodeConfig } from "../../actors/config.ts";
import { openStore } from "../../actors/storage/open.ts";
import { lockDataFolder } from "../../actors/storage/sqlite/mod.ts";
import { type NodeAddresses, NodeSupervisor } from "../../actors/supervisor/node_supervisor.ts";
import { configureLogging, getLogger } from "../../actors/telemetry/logger.ts";
import { formatNodeFile, localAddress, localUrl, nodeFilePath } from "../cli/mod.ts";

export interface OpenNodeOptions {
  readonly config: NodeConfig;
  /** `file:` URLs of modules with tasks, of the program that the node is part of. */
  readonly taskModules?: readonly string[];
}

/** A node that takes work. */
export interface OpenNode {
  readonly addresses: NodeAddresses;
  /** Resolves, with the cause, when the node can't go on although nobody asked it to end. */
  readonly failed: Promise<string>;
  /** Takes no more work, lets what runs end in time, and stops; answers how many runs were cut short. */
  drain(): Promise<number>;
  /** Lets the data folder go, drained or not. */
  close(): Promise<void>;
}

/** Starts a node; rejects with one line for people where it can't, and leaves nothing behind then. */
export async function openNode({ config, taskModules = [] }: OpenNodeOptions): Promise<OpenNode> {
  configureLogging({ format: config.logFormat, level: config.logLevel });
  const supervisor = new NodeSupervisor({
    config,
    taskModules,
    newId: () => `n-${crypto.randomUUID()}`,
    tls: config.tls && {
      cert: await Deno.readTextFile(config.tls.certFile),
      key: await Deno.readTextFile(config.tls.keyFile),
    },
    otel: Deno.env.get("OTEL_DENO") === "true",
  });
  const lock = await lockDataFolder(config.dataDir);
  try {
    if (config.databaseUrl !== null) await migrateDatabase(config.databaseUrl);
    const addresses = await supervisor.start();
    await writeNodeFile(config, addresses);
    return {
      addresses,
      failed: supervisor.failed,
      drain: () => supervisor.drainAndStop(),
      async close() {
        await removeNodeFile(config);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Brings a shared database up to date, or says why it can't be used, before any actor needs it. */
async function migrateDatabase(url: string): Promise<void> {
  try {
    const store = await openStore({ kind: "postgres", url });
    await store.close();
  } catch (error) {
    const { databaseTrouble } = await import("../../actors/storage/postgres/check.ts");
    throw new Error(databaseTrouble(error), { cause: error });
  }
}

/** Tells clients of this machine where the node listens. */
async function writeNodeFile(config: NodeConfig, { http, grpc }: NodeAddresses): Promise<void> {
  const text = formatNodeFile({
    pid: Deno.pid,
    http: localUrl(http, config.tls !== null),
    grpc: grpc && localAddress(grpc),
    startedAt: new Date().toISOString(),
  });
  await Deno.writeTextFile(nodeFilePath(config.dataDir), text, { mode: 0o600 });
}

async function removeNodeFile({ dataDir }: NodeConfig): Promise<void> {
  try {
    await Deno.remove(nodeFilePath(dataDir));
  } catch (error) {
    getLogger("main").warn("cannot remove the node file: {error}", { error: String(error) });
  }
}
