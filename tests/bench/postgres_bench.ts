/** Draining over PostgreSQL: one node, two nodes, and one beside a long history. */
import postgres from "postgres";
import { openReader, openStore } from "../../actors/storage/open.ts";
import { startCluster } from "../support/cluster.ts";
import { startPostgres } from "../support/postgres_server.ts";
import { drain } from "./drain_bench.ts";
import { fillHistory, type HistoryRows } from "./history_rows.ts";

export interface PostgresBenchOptions {
  /** A database that the bench may make schemas in; `embedded`: a server of its own. */
  readonly databaseUrl: string;
  readonly tasks: number;
  /** Each comparison is made so often, its sides in turns. */
  readonly rounds: number;
  readonly history: HistoryRows;
}

/** Two ways to do the same work, in tasks a second by round. */
interface Comparison {
  readonly without: readonly number[];
  readonly with: readonly number[];
  /** Of the medians. */
  readonly ratio: number;
}

export interface PostgresBench {
  readonly history: HistoryRows;
  /** Two nodes against one. */
  readonly secondNode: Comparison;
  /** One node beside the history against one without. */
  readonly besideHistory: Comparison;
}

/** Measures on the server that is named. */
export async function benchPostgres(options: PostgresBenchOptions): Promise<PostgresBench> {
  if (options.databaseUrl !== "embedded") return await measure(options);
  await using server = await startPostgres();
  return await measure({ ...options, databaseUrl: (await server.createDatabase()).url });
}

async function measure(options: PostgresBenchOptions): Promise<PostgresBench> {
  const { databaseUrl, tasks, rounds, history } = options;
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const empty = await makeSchema(sql, databaseUrl, "dtask_bench_empty");
    const full = await makeSchema(sql, databaseUrl, "dtask_bench_full");
    await sql.unsafe("SET search_path = dtask_bench_full");
    await fillHistory(sql, history);
    const rate = (url: string, nodes: number) => drainRate({ databaseUrl: url, nodes, tasks });
    return {
      history,
      secondNode: await compare(rounds, [() => rate(empty, 1), () => rate(empty, 2)]),
      besideHistory: await compare(rounds, [() => rate(empty, 1), () => rate(full, 1)]),
    };
  } finally {
    for (const name of ["dtask_bench_empty", "dtask_bench_full"]) {
      await sql.unsafe(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
    }
    await sql.end();
  }
}

/** Makes a schema with dtask's tables; gives the URL that leads into it. */
async function makeSchema(sql: postgres.Sql, databaseUrl: string, name: string): Promise<string> {
  await sql.unsafe(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
  await sql.unsafe(`CREATE SCHEMA ${name}`);
  const url = new URL(databaseUrl);
  url.searchParams.set("search_path", name);
  await (await openStore({ kind: "postgres", url: url.href })).close();
  return url.href;
}

async function compare(
  rounds: number,
  [without, beside]: readonly [() => Promise<number>, () => Promise<number>],
): Promise<Comparison> {
  const rates: { readonly without: number[]; readonly with: number[] } = { without: [], with: [] };
  for (let round = 0; round < rounds; round++) {
    rates.without.push(await without());
    rates.with.push(await beside());
  }
  return { ...rates, ratio: median(rates.with) / median(rates.without) };
}

/** Tasks a second that so many nodes finish together. */
async function drainRate(
  { databaseUrl, nodes, tasks }: {
    readonly databaseUrl: string;
    readonly nodes: number;
    readonly tasks: number;
  },
): Promise<number> {
  await using cluster = await startCluster({ databaseUrl, nodes, args: ["--no-grpc"] });
  const reader = await openReader({ kind: "postgres", url: databaseUrl });
  try {
    // Any node may have run a task: what is left is told by the database.
    const isDone = async () =>
      (await reader.queueDepths()).every(({ queue, status }) =>
        queue !== "default" || (status !== "pending" && status !== "running")
      );
    return (await drain(cluster.node(0).process, { tasks, isDone })).perSecond;
  } finally {
    await reader.close();
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted.at(Math.floor((sorted.length - 1) / 2)) ?? 0) +
    (sorted.at(sorted.length / 2) ?? 0)) / 2;
}

/** The report as lines. */
export function formatPostgresBench({ history, secondNode, besideHistory }: PostgresBench): string {
  const line = (what: string, [first, second]: readonly [string, string], comparison: Comparison) =>
    `${what}: ${rates(comparison.without)} tasks/s ${first}, ${
      rates(comparison.with)
    } ${second}: ` +
    `${comparison.ratio.toFixed(2)} ×`;
  const beside = `beside ${history.finished} finished and ${history.waiting} waiting tasks`;
  return [
    line("drain over PostgreSQL", ["with one node", "with two"], secondNode),
    line("drain over PostgreSQL", ["by itself", beside], besideHistory),
  ].join("\n");
}

function rates(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(" ");
}
