/** One run under faults: a cluster under load, what is done to it, and the judgement at the end. */
import { type Cluster, startCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { seededRandom } from "../support/random.ts";
import { allEnded } from "../support/task_client.ts";
import { ChaosClients } from "./chaos_clients.ts";
import { ChaosLoad } from "./chaos_load.ts";
import { checkHistory } from "./check_history.ts";
import type { FaultPace, FaultScene, Strike } from "./faults.ts";
import { readSchedule, readTasks } from "./final_state.ts";
import type { History, StoredTask, Violation } from "./history.ts";
import { type CodeMoments, Journal } from "./journal.ts";
import { measureStandStill, type StandStill } from "./stand_still.ts";
import { LIMITS, SCHEDULES, Workload } from "./workload.ts";

export interface RoundOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Tasks that are offered. */
  readonly perSecond: number;
  readonly pace: FaultPace;
  /** How long the cluster may take to end all tasks once nothing fails any more. */
  readonly quietMs: number;
  /** Hears of each step. */
  readonly log: (line: string) => void;
}

/** What is done to the cluster while it is under load. */
export type Disturbance = (
  scene: FaultScene,
  log: (line: string) => void,
) => Promise<readonly Strike[]>;

export interface RoundResult {
  readonly accepted: number;
  readonly runs: number;
  readonly violations: readonly Violation[];
  readonly strikes: readonly (Strike & StandStill)[];
  readonly history: History;
}

/** Longer than any transaction waits for another, and any code for its start. */
const TOLERANCES = { toleranceMs: 5_000, handoverMs: 10_000 };

/** Runs it; everything that it starts is gone afterwards. */
export async function runRound(
  options: RoundOptions,
  disturb: Disturbance,
): Promise<RoundResult> {
  const { seed, nodes, log } = options;
  const random = seededRandom(seed);
  await using server = await startPostgres();
  const database = await server.createDatabase();
  await using journal = await Journal.create();
  const args = ["--no-grpc", "--log-level", "warning", "--executors", "1", "--drain-ms", "2000"];
  await using cluster = await startCluster({
    ...{ databaseUrl: database.url, nodes, proxied: true },
    args: [...args, "--tasks", journal.module, "--allow-task-permissions"],
  });
  log(`${nodes} nodes run; node ${(await cluster.leader()).index} leads`);
  await using clients = new ChaosClients(cluster);
  const workload = new Workload(random);
  const load = new ChaosLoad({ cluster, clients, workload, random, perSecond: options.perSecond });
  await load.start();
  try {
    const scene = { cluster, server, database, random, pace: options.pace };
    const strikes = await disturb(scene, log);
    await load.stop();
    log(`${load.accepted.size} tasks are accepted; waiting for their ends`);
    const tasks = await awaitTasks(cluster, options);
    const history = await gather(cluster, { load, tasks, moments: await journal.read() });
    return judge(history, strikes);
  } catch (error) {
    await load.abandon(error);
    for (const node of cluster.nodes) log(`node ${node.index} said:\n${node.output()}`);
    throw error;
  }
}

/** Lets the schedules catch up and all tasks end; gives all tasks. */
async function awaitTasks(
  cluster: Cluster,
  { quietMs, log }: RoundOptions,
): Promise<readonly StoredTask[]> {
  const [node] = cluster.awake;
  if (node === undefined) throw new Error("No node runs");
  const until = { deadlineMs: quietMs, everyMs: 500 };
  const from = Date.now();
  for (const name of Object.keys(SCHEDULES)) {
    await eventually(async () => {
      const path = `/api/schedules/${name}/ticks?limit=1`;
      const { status, body } = await node.process.fetchApi("GET", path);
      return status === 200 && Date.parse(body.items[0]?.nominalAt) > from;
    }, { what: `schedule ${name} has caught up`, ...until });
    await eventually(async () => {
      const path = `/api/schedules/${name}/pause`;
      return (await node.process.fetchApi("POST", path)).status === 200;
    }, { what: `schedule ${name} is paused`, ...until });
  }
  const ended = eventually(() => allEnded(node.process), {
    what: "every task has ended",
    ...until,
  });
  // What does not end is a finding like any other.
  await ended.catch((error) => log(String(error)));
  return await readTasks(cluster.awake);
}

interface Gathered {
  readonly load: ChaosLoad;
  readonly tasks: readonly StoredTask[];
  readonly moments: CodeMoments;
}

async function gather(
  { awake: [node] }: Cluster,
  { load, tasks, moments }: Gathered,
): Promise<History> {
  if (node === undefined) throw new Error("No node runs");
  const ids = tasks.map(({ id }) => id);
  const names = Object.keys(SCHEDULES);
  const schedules = await Promise.all(names.map((name) => readSchedule({ node, name, ids })));
  const { accepted, readings, cancels, revivals, views } = load;
  return {
    ...{ accepted, readings, cancels, revivals, views, tasks, schedules, ...moments },
    echoing: new Set(ids),
    limits: LIMITS,
  };
}

function judge(
  history: History,
  strikes: readonly Strike[],
): RoundResult {
  return {
    history,
    accepted: history.accepted.size,
    runs: history.starts.length,
    violations: checkHistory(history, TOLERANCES),
    strikes: strikes.map((each) => ({
      ...each,
      ...measureStandStill(each, history),
    })),
  };
}
