/** What has changed since a stamp, as far as it is certain. */
import type { StoreReader, TaskQuery } from "../port.ts";
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";
import { fewRows, loadShort, matching, type Place, type Scan, scanEnd } from "./listing.ts";
import { firstStamp } from "./stamps.ts";
import { all, type Condition, filterCondition } from "./task_filter.ts";

type ChangesPage = Parameters<StoreReader["listChanges"]>[1];
type Changes = Awaited<ReturnType<StoreReader["listChanges"]>>;

/** Tasks of one beginning of an id whose changes are looked up one by one. */
const LOOKED_UP_MAX = 100;

/** How far the stamps have come. */
interface Frontier {
  /** Nobody who is still writing can give a stamp below it. */
  readonly certain: number;
  /** The last stamp below `certain`. */
  readonly newest: number;
  /** The last stamp of all that can be seen. */
  readonly visible: number;
  /** The newest deletion that was forgotten. */
  readonly horizon: number;
}

const FRONTIER = "SELECT certain, horizon, " +
  "greatest(CASE WHEN horizon < certain THEN horizon ELSE 0 END, " +
  "(SELECT max(seq) FROM tasks WHERE seq < certain), " +
  "(SELECT max(seq) FROM tombstones WHERE seq < certain)), " +
  "greatest(horizon, (SELECT max(seq) FROM tasks), (SELECT max(seq) FROM tombstones)) " +
  `FROM (SELECT seq AS horizon, ${firstStamp("pg_snapshot_xmin(pg_current_snapshot())")} ` +
  "AS certain FROM tombstone_horizon) f";

async function frontierOf(connection: Connection): Promise<Frontier> {
  const row = await connection.row(FRONTIER);
  return {
    certain: integer(row?.[0]),
    horizon: integer(row?.[1]),
    newest: integer(row?.[2]),
    visible: integer(row?.[3]),
  };
}

/** See `StoreReader.listChanges`. */
export async function listChanges(
  connection: Connection,
  query: TaskQuery,
  page: ChangesPage,
): Promise<Changes> {
  const { afterSeq } = page;
  const frontier = await frontierOf(connection);
  const { certain, newest } = frontier;
  // A stamp from the future is another store's: this one was restored from a backup.
  if (afterSeq < frontier.horizon || afterSeq > frontier.visible) {
    return { tasks: [], deleted: [], lastSeq: newest, more: false, reset: true };
  }
  const changed: Condition = (values) =>
    `t.seq > ${values.add(afterSeq)} AND t.seq < ${values.add(certain)}`;
  // Few tasks by their ids, as a page of one follows, are looked up: all changes would be many more.
  const { idPrefix } = query;
  const few = await fewRows(connection, { idPrefix, workflowId: null }, LOOKED_UP_MAX);
  const scan: Scan = {
    rows: few === null ? changed : all(few, changed),
    ...{ column: "seq", order: "ASC", scanRows: page.scanRows },
  };
  const { places, end } = await changedPlaces(connection, query, { scan, limit: page.limit });
  // What is told never goes back, though the task with the newest stamp may be changing again.
  const lastSeq = end ?? (afterSeq < certain ? Math.max(afterSeq, newest) : newest);
  return {
    tasks: await loadShort(connection, places, page.textBytes),
    deleted: await deletedBetween(connection, afterSeq, lastSeq),
    lastSeq,
    more: lastSeq < newest,
    reset: false,
  };
}

/** The places of a page, and the stamp at which it ends; null where it ends with what there is. */
async function changedPlaces(
  connection: Connection,
  query: TaskQuery,
  { scan, limit }: { readonly scan: Scan; readonly limit: number },
): Promise<{ readonly places: readonly Place[]; readonly end: number | null }> {
  const filter = filterCondition(query);
  const found = await matching(connection, scan, { filter, limit });
  const places = found.slice(0, limit);
  const end = found.length > limit ? places.at(-1)?.seq ?? null : await scanEnd(connection, scan);
  if (end === null) return { places, end };
  // Stamps can be shared. A page holds all tasks of one or none: the next page begins after it.
  const rows: Condition = (values) => `t.seq = ${values.add(end)}`;
  const most = { scanRows: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER - 1 };
  const ties = await matching(connection, { ...scan, rows, ...most }, {
    filter,
    limit: most.limit,
  });
  return { places: [...places.filter(({ seq }) => seq < end), ...ties], end };
}

async function deletedBetween(connection: Connection, afterSeq: number, lastSeq: number) {
  const rows = await connection.rows(
    "SELECT id, seq FROM tombstones WHERE seq > $1 AND seq <= $2 ORDER BY seq, id",
    afterSeq,
    lastSeq,
  );
  return rows.map((row) => ({ id: text(row[0]), seq: integer(row[1]) }));
}
