/** What goes wrong in a run under faults. */
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster, ClusterNode } from "../support/cluster.ts";
import type { PostgresServer, TestDatabase } from "../support/postgres_server.ts";
import type { NetworkState } from "../support/tcp_proxy.ts";

/** How long each fault lasts. */
export interface FaultPace {
  /** From `kill -9` of a node until it is started again. */
  readonly downMs: number;
  /** From SIGSTOP to SIGCONT. */
  readonly stopMs: number;
  /** How long a node can't reach the database. */
  readonly cutMs: number;
  /** From the end of a fault until the next one. */
  readonly calmMs: number;
}

/** What faults act on. */
export interface FaultScene {
  readonly cluster: Cluster;
  readonly server: PostgresServer;
  readonly database: TestDatabase;
  readonly random: () => number;
  readonly pace: FaultPace;
}

/** A fault that came and went. Times are epoch ms. */
export interface Strike {
  readonly fault: FaultName;
  /** Whether the database was what failed. */
  readonly ofDatabase: boolean;
  /** The process that was struck; null where that was the database. */
  readonly pid: number | null;
  readonly led: boolean;
  readonly struckAt: number;
  /** When what failed was there again. */
  readonly healedAt: number;
  /** Until when its cost is looked at. */
  readonly until: number;
  readonly what: string;
}

type Struck = Pick<Strike, "pid" | "led" | "struckAt" | "healedAt" | "what">;
/** Does it for the `time`th time, from 0: some faults have two forms. */
type Fault = (scene: FaultScene, time: number) => Promise<Struck>;

const CUTS: readonly NetworkState[] = ["drop", "cut", "stall"];

const FAULTS = {
  kill_node: async (scene) => await kill(scene, await pickFollower(scene), false),
  kill_leader: async (scene) => await kill(scene, await scene.cluster.leader(), true),
  stop_leader: stopLeader,
  cut_node: cutNode,
  terminate_connections: terminateConnections,
  restart_database: restartDatabase,
  vacuum_full: vacuumFull,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;

/** All faults, in the order of a whole run. */
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

const OF_DATABASE: ReadonlySet<FaultName> = new Set([
  "terminate_connections",
  "restart_database",
  "vacuum_full",
]);

/** Lets one after the other happen and puts it right again; hears of each when that is done. */
export async function strikeAll(
  scene: FaultScene,
  faults: readonly FaultName[],
  log: (line: string) => void,
): Promise<readonly Strike[]> {
  const strikes: Strike[] = [];
  await delay(scene.pace.calmMs);
  for (const fault of faults) {
    const time = strikes.filter((each) => each.fault === fault).length;
    const struck = await FAULTS[fault](scene, time);
    const { what, led, struckAt, healedAt } = struck;
    log(`${what} for ${healedAt - struckAt} ms${led ? " while it led" : ""}`);
    await delay(scene.pace.calmMs);
    strikes.push({ fault, ofDatabase: OF_DATABASE.has(fault), ...struck, until: Date.now() });
  }
  return strikes;
}

/** A node that does not lead. */
async function pickFollower({ cluster, random }: FaultScene): Promise<ClusterNode> {
  const leader = await cluster.leader();
  const others = cluster.awake.filter((node) => node !== leader);
  return others[Math.floor(random() * others.length)] ?? leader;
}

async function kill({ pace }: FaultScene, node: ClusterNode, led: boolean): Promise<Struck> {
  const { pid } = node.process;
  const struckAt = Date.now();
  await node.kill();
  await delay(pace.downMs);
  const healedAt = Date.now();
  await node.start();
  return { pid, led, struckAt, healedAt, what: `kill -9 of node ${node.index}` };
}

async function stopLeader({ cluster, pace }: FaultScene): Promise<Struck> {
  const node = await cluster.leader();
  const { pid } = node.process;
  const struckAt = Date.now();
  node.pause();
  await delay(pace.stopMs);
  const healedAt = Date.now();
  node.resume();
  return { pid, led: true, struckAt, healedAt, what: `SIGSTOP of node ${node.index}` };
}

async function cutNode({ cluster, pace, random }: FaultScene, time: number): Promise<Struck> {
  const awake = cluster.awake;
  const node = awake[Math.floor(random() * awake.length)];
  if (node === undefined || node.proxy === null) throw new Error("There is no proxy to cut");
  const led = await cluster.leader() === node;
  const state = CUTS[time % CUTS.length] ?? "cut";
  const { pid } = node.process;
  const struckAt = Date.now();
  await node.proxy.become(state);
  await delay(pace.cutMs);
  const healedAt = Date.now();
  await node.proxy.become("forward");
  const what = `${state} between node ${node.index} and PostgreSQL`;
  return { pid, led, struckAt, healedAt, what };
}

async function terminateConnections({ server, database }: FaultScene): Promise<Struck> {
  const struckAt = Date.now();
  const count = await server.terminateConnections(database.name);
  const healedAt = Date.now();
  return { ...NOBODY, struckAt, healedAt, what: `pg_terminate_backend of ${count} connections` };
}

async function restartDatabase({ server }: FaultScene, time: number): Promise<Struck> {
  const inOrder = time % 2 === 0;
  const struckAt = Date.now();
  await (inOrder ? server.halt() : server.kill());
  await server.start();
  const healedAt = Date.now();
  const what = inOrder ? "restart of PostgreSQL" : "kill -9 of PostgreSQL and restart";
  return { ...NOBODY, struckAt, healedAt, what };
}

/** Rewrites every table that holds tasks or runs; nobody can read them meanwhile. */
async function vacuumFull({ server, database }: FaultScene): Promise<Struck> {
  const tables = await server.query(
    "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' " +
      "AND relnamespace = 'public'::regnamespace AND relname ~ '^(task|run)' ORDER BY relname",
    { database: database.name },
  );
  const struckAt = Date.now();
  for (const { name } of tables) {
    await server.query(`VACUUM FULL ${name}`, { database: database.name });
  }
  const healedAt = Date.now();
  return { ...NOBODY, struckAt, healedAt, what: `VACUUM FULL of ${tables.length} tables` };
}

const NOBODY = { pid: null, led: false };
