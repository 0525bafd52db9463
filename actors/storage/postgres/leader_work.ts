/** What a leader's transactions need of the rows of nodes and leadership; see `membership.ts`. */
import { type Leadership, mayWrite } from "../../domain/leadership.ts";
import { type LeaderClaim, NotLeaderError } from "../port/cluster.ts";
import { integer, type Row, text, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** Epoch ms of the database's clock, at this moment of the transaction. */
export const NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
/** A row of `nodes` that may still change anything. */
export const MEMBER = "state IN ('active', 'suspect')";

/** The row of leadership as the domain has it: term, node and time, in this order. */
export function readLeadership([term, node, until]: Row): Leadership {
  return { term: integer(term), node: textOrNull(node), until: integer(until) };
}

/**
 * Makes sure, inside a transaction, that a claim is valid and stays so until that ends.
 *
 * @throws {NotLeaderError} when it is not.
 */
export async function assertLeading(connection: Connection, claim: LeaderClaim): Promise<void> {
  const row = await connection.row(
    `SELECT term, node, until, ${NOW} FROM leadership FOR KEY SHARE`,
  ) ?? [];
  if (!mayWrite(readLeadership(row), { ...claim, now: integer(row[3]) })) {
    throw new NotLeaderError(claim);
  }
}

/** Nodes that are gone, with runs that may not all have been given back. */
export async function nodesToReclaim(
  connection: Connection,
  limit: number,
): Promise<readonly string[]> {
  const rows = await connection.rows(
    `SELECT id FROM nodes WHERE NOT ${MEMBER} AND NOT reclaimed ORDER BY marked_at, id LIMIT $1`,
    limit,
  );
  return rows.map(([id]) => text(id));
}

/** Notes that nothing is left of the runs of a node that is gone. */
export async function markReclaimed(connection: Connection, node: string): Promise<void> {
  await connection.run(`UPDATE nodes SET reclaimed = true WHERE id = $1 AND NOT ${MEMBER}`, node);
}
