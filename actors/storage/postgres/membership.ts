/**
 * Nodes, leases and leadership in PostgreSQL, as statements.
 *
 * Two rows are what everything hangs on: a node's own, and the one of leadership. A transaction that
 * has to be fenced holds `FOR KEY SHARE` on them until it ends. Renewals change no key and pass by;
 * whoever declares a node lost, or takes the leadership over, first takes `FOR UPDATE` and so waits for
 * what is under way. So a renewal is one statement that waits for nobody, and no commit of a node can
 * follow the one that lost it.
 */
import {
  elect,
  LEADER_LEASE_MS,
  type Leadership,
  leadershipAfter,
} from "../../domain/leadership.ts";
import {
  isMember,
  LEASE,
  MAX_NODES,
  NODE_STATES,
  type NodeState,
  sweep,
} from "../../domain/lease.ts";
import type { MethodDefinition } from "../../domain/task.ts";
import { ConstraintError, StoreConflictError, StoreFencedError } from "../port.ts";
import {
  type LeaderClaim,
  type MemberRecord,
  type NewMember,
  type Renewal,
  type Renewed,
  type Swept,
} from "../port/cluster.ts";
import { integer, integerOrNull, oneOf, type Row, text, textOrNull } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { assertLeading, MEMBER, NOW, readLeadership } from "./leader_work.ts";

/** Nodes shown at a time; a node that crashes again and again leaves many behind. */
const SHOWN_MAX = 200;
/** How often nodes that begin at the same moment look for another slot. */
const JOIN_TRIES = 10;

const JOIN = `
  INSERT INTO nodes (id, slot, version, address, load, methods, methods_count, methods_hash,
                     started_at, renewed_at, state)
  SELECT $1, slot, $2, $3, $4, $5, $6, $7, now, now, 'active'
  FROM generate_series(0, ${MAX_NODES - 1}) slot, (SELECT ${NOW} AS now) clock
  WHERE slot NOT IN (SELECT slot FROM nodes WHERE ${MEMBER})
  ORDER BY slot LIMIT 1
  ON CONFLICT (id) DO NOTHING
  RETURNING slot`;

/**
 * Enters a node with the lowest slot that is free. One that is there already keeps its own: it may not
 * have heard that it was entered.
 */
export async function joinCluster(
  connection: Connection,
  member: NewMember,
): Promise<{ readonly slot: number }> {
  const definitions = JSON.stringify(member.definitions);
  const values = [
    ...[member.id, member.version, NO_ADDRESS, NO_LOAD, definitions],
    ...[member.definitions.length, await hashOf(definitions)],
  ];
  for (let tries = 1;; tries++) {
    try {
      const [slot] = await connection.row(JOIN, ...values) ?? [];
      return { slot: slot === undefined ? await slotOf(connection, member.id) : integer(slot) };
    } catch (error) {
      // Another node took the same slot at the same time.
      if (!(error instanceof ConstraintError) || tries === JOIN_TRIES) throw error;
    }
  }
}

/** The slot of a node that is entered already. */
async function slotOf(connection: Connection, node: string): Promise<number> {
  const [slot, state] = await connection.row("SELECT slot, state FROM nodes WHERE id = $1", node) ??
    [];
  if (slot === undefined) {
    throw new Error(
      `Cannot join the cluster: it has ${MAX_NODES} nodes already, the most there can be; ` +
        "stop one of them first",
    );
  }
  if (isMember({ state: nodeState(state) })) return integer(slot);
  throw new StoreFencedError(`Cannot join the cluster: node ${node} was declared ${state}`);
}

const RENEW = `
  WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
  mine AS (
    UPDATE nodes SET renewed_at = clock.now, state = 'active', marked_at = NULL,
      address = $2, load = $3
    FROM clock WHERE id = $1 AND ${MEMBER} RETURNING id),
  led AS (
    UPDATE leadership SET until = clock.now + ${LEADER_LEASE_MS} FROM clock, mine
    WHERE leadership.node = mine.id AND until > clock.now RETURNING term, node, until),
  told AS (
    INSERT INTO node_reports (node, revision, report)
    SELECT id, 1, $4 FROM mine WHERE $4::text IS NOT NULL
    ON CONFLICT (node) DO UPDATE SET
      revision = node_reports.revision + 1, report = excluded.report)
  SELECT clock.now, EXISTS (SELECT FROM mine), leadership.term, leadership.node,
    coalesce(led.until, leadership.until), shown.*
  FROM clock CROSS JOIN leadership LEFT JOIN led ON led.term = leadership.term LEFT JOIN (
    SELECT id, version, address, load, state, methods_count, methods_hash, started_at, renewed_at,
      marked_at, reclaimed, coalesce(revision, 0),
      CASE WHEN revision || ':' || id = ANY($5::text[]) THEN NULL ELSE report END
    FROM nodes LEFT JOIN node_reports ON node = id ORDER BY ${MEMBER} DESC, started_at DESC, id LIMIT ${SHOWN_MAX}
  ) shown ON true`;

/** Renews a node's lease, and with it the leadership where it has it or nobody else does. */
export async function renewLease(connection: Connection, renewal: Renewal): Promise<Renewed> {
  const { node, address, load, report = null, knownReports = [] } = renewal;
  const known = knownReports.map((one) => `${one.revision}:${one.node}`);
  const texts = [JSON.stringify(address), JSON.stringify(load)];
  const rows = await connection.rows(RENEW, node, ...texts, report, known);
  const [first] = rows;
  if (first === undefined) throw new Error("the database has no row of leadership");
  const now = integer(first[0]);
  const renewed = first[1] === true;
  const leadership = readLeadership(first.slice(2));
  // A statement does not see its own changes.
  const fresh = { address, load, state: "active", renewedAt: now, markedAt: null } as const;
  const members = rows.filter((row) => row[5] !== null)
    .map((row) => readMember(row.slice(5)))
    .map((member) => renewed && member.id === node ? { ...member, ...fresh } : member);
  const stateOf = (id: string | null) => members.find((member) => member.id === id)?.state ?? null;
  const holder = stateOf(leadership.node);
  const holderGone = holder !== null && !isMember({ state: holder });
  const mayTake = renewed && elect(leadership, { node, now, holderGone }) === "take";
  return {
    now,
    state: renewed ? "active" : stateOf(node),
    leadership: mayTake ? await takeLeadership(connection, node, leadership) : leadership,
    members,
  };
}

/**
 * Takes the leadership over if that is allowed, once nothing is written any more by who had it. Where
 * that takes long, it stays `known` until a later renewal: the lease itself is renewed already.
 */
async function takeLeadership(
  connection: Connection,
  node: string,
  known: Leadership,
): Promise<Leadership> {
  try {
    return await electLeader(connection, node);
  } catch (error) {
    if (error instanceof StoreConflictError) return known;
    throw error;
  }
}

function electLeader(connection: Connection, node: string): Promise<Leadership> {
  return inTransaction(connection, async () => {
    const row = await connection.row("SELECT term, node, until FROM leadership FOR UPDATE") ?? [];
    const current = readLeadership(row);
    const [now, own, holder] = await connection.row(
      `SELECT ${NOW}, (SELECT state FROM nodes WHERE id = $1),
        (SELECT state FROM nodes WHERE id = $2)`,
      node,
      current.node,
    ) ?? [];
    if (own === null || !isMember({ state: nodeState(own) })) return current;
    const holderGone = holder !== null && !isMember({ state: nodeState(holder) });
    const after = leadershipAfter(current, { node, now: integer(now), holderGone });
    await connection.run(
      "UPDATE leadership SET term = $1, node = $2, until = $3",
      ...[after.term, after.node, after.until],
    );
    return after;
  });
}

/** Declares nodes suspect and lost as the rules say, and forgets those that went long ago. */
export function sweepNodes(connection: Connection, claim: LeaderClaim): Promise<Swept> {
  return inTransaction(connection, async () => {
    await assertLeading(connection, claim);
    const rows = await connection.rows(
      `SELECT id, state, renewed_at, marked_at, ${NOW} FROM nodes
      WHERE ${MEMBER} AND abs(${NOW} - renewed_at) > ${LEASE.leaseMs} ORDER BY id FOR UPDATE`,
    );
    const swept: Record<keyof Swept, string[]> = { suspect: [], lost: [] };
    for (const [id, before, renewedAt, markedAt, now] of rows) {
      const state = nodeState(before);
      const lease = { state, renewedAt: integer(renewedAt), markedAt: integerOrNull(markedAt) };
      const after = sweep(lease, integer(now));
      if (after !== state && (after === "suspect" || after === "lost")) swept[after].push(text(id));
    }
    const mark = `UPDATE nodes SET state = $1, marked_at = ${NOW} WHERE id = ANY($2::text[])`;
    if (swept.suspect.length > 0) await connection.run(mark, "suspect", swept.suspect);
    if (swept.lost.length > 0) await connection.run(mark, "lost", swept.lost);
    await connection.run(
      `WITH forgotten AS (
        DELETE FROM nodes
        WHERE NOT ${MEMBER} AND reclaimed AND marked_at < ${NOW} - ${LEASE.shownMs} RETURNING id)
      DELETE FROM node_reports USING forgotten WHERE node = id`,
    );
    return swept;
  });
}

/** Leaves: what is under way of the node's own is waited for, and the next who renews may lead. */
export async function leaveCluster(connection: Connection, node: string): Promise<void> {
  await connection.run(
    `WITH mine AS (SELECT id FROM nodes WHERE id = $1 AND ${MEMBER} FOR UPDATE)
    UPDATE nodes SET state = 'left', marked_at = ${NOW} FROM mine WHERE nodes.id = mine.id`,
    node,
  );
}

/** The definitions that nodes registered. */
export async function readDefinitions(
  connection: Connection,
  nodes: readonly string[],
): Promise<ReadonlyMap<string, readonly MethodDefinition[]>> {
  const rows = await connection.rows(
    "SELECT id, methods FROM nodes WHERE id = ANY($1::text[])",
    nodes,
  );
  // Written by `joinCluster`, of this version or one beside it.
  return new Map(rows.map(([id, methods]) => [text(id), JSON.parse(text(methods))]));
}

async function inTransaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.run("BEGIN");
  try {
    const value = await work();
    await connection.run("COMMIT");
    return value;
  } catch (error) {
    if (!connection.lost) await connection.run("ROLLBACK");
    throw error;
  }
}

const NO_ADDRESS = JSON.stringify({ http: null, grpc: null });
const NO_LOAD = JSON.stringify({ slots: 0, held: 0 });

const STATES: ReadonlySet<NodeState> = new Set(NODE_STATES);

function nodeState(value: unknown): NodeState {
  return oneOf(STATES, value);
}

function readMember(row: Row): MemberRecord {
  const [
    id,
    version,
    address,
    load,
    state,
    methods,
    hash,
    startedAt,
    renewedAt,
    markedAt,
    reclaimed,
    reportRevision,
    report,
  ] = row;
  return {
    id: text(id),
    version: text(version),
    // Both written by `renewLease`, of this version or one beside it.
    address: JSON.parse(text(address)),
    load: JSON.parse(text(load)),
    report: textOrNull(report),
    reportRevision: integer(reportRevision),
    state: nodeState(state),
    methods: integer(methods),
    methodsHash: text(hash),
    startedAt: integer(startedAt),
    renewedAt: integer(renewedAt),
    markedAt: integerOrNull(markedAt),
    reclaimed: reclaimed === true,
  };
}

async function hashOf(definitions: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(definitions));
  return new Uint8Array(digest).toHex().slice(0, 32);
}
