/** What nodes run. */
import type { NodeRun } from "../../domain/node_run.ts";
import type { NodeRunReader } from "../port/node_runs.ts";
import { decodeNodeRun } from "../row/node_run.ts";
import type { Connection } from "./connection.ts";

const RUNS = "SELECT r.node, r.executor, i.id, r.method, r.run, r.started_at FROM (" +
  "SELECT t.*, row_number() OVER (PARTITION BY t.node ORDER BY t.started_at, t.num) AS place " +
  "FROM tasks_live t WHERE t.status = 'running' AND t.node = ANY ($1::text[])) r " +
  "JOIN task_inputs i ON i.num = r.num WHERE r.place <= $2 " +
  "ORDER BY r.node, r.started_at, r.num";

/** See `NodeRunReader.listNodeRuns`. */
export async function listNodeRuns(
  connection: Connection,
  { nodes, limit }: Parameters<NodeRunReader["listNodeRuns"]>[0],
): Promise<readonly NodeRun[]> {
  return (await connection.rows(RUNS, nodes, limit)).map(decodeNodeRun);
}
