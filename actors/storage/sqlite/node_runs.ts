/** What nodes run. */
import type { NodeRun } from "../../domain/node_run.ts";
import type { NodeRunReader } from "../port/node_runs.ts";
import { decodeNodeRun } from "../row/node_run.ts";
import type { Connection } from "./connection.ts";

const RUNS = "SELECT node, executor, id, method, run, started_at FROM (" +
  "SELECT node, executor, id, method, run, started_at, num, " +
  "row_number() OVER (PARTITION BY node ORDER BY started_at, num) AS place " +
  "FROM tasks INDEXED BY tasks_running WHERE status = 'running' " +
  "AND node IN (SELECT value FROM json_each(?))) " +
  "WHERE place <= ? ORDER BY node, started_at, num";

/** See `NodeRunReader.listNodeRuns`. */
export function listNodeRuns(
  connection: Connection,
  { nodes, limit }: Parameters<NodeRunReader["listNodeRuns"]>[0],
): readonly NodeRun[] {
  return connection.rows(RUNS, JSON.stringify(nodes), limit).map(decodeNodeRun);
}
