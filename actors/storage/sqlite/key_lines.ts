/**
 * The lines in which ready tasks with a concurrency key stand: one for every queue, pool and key, by
 * `readyOrder`, then by num. `ready_keys` has the first of each line, `ready_behind` the others.
 *
 * Rows of `ready_behind` that are not behind the first are what the line has moved past. They are
 * counted, and deleted together: a claim from a thousand long lines would else have to write a page
 * of each.
 */
import { integer, text } from "../row/column.ts";
import type { Connection } from "./connection.ts";

/** Where tasks wait for each other. */
export interface KeyLine {
  readonly queue: string;
  readonly pool: string;
  readonly key: string;
}

/** A place in a line. */
export interface LinePlace {
  readonly order: number;
  readonly num: number;
}

interface Head extends LinePlace {
  /** Rows of `ready_behind` that the line has moved past. */
  readonly passed: number;
}

type LineColumns = readonly [queue: string, pool: string, key: string];

/** The places of some tasks of one line, first to last. */
interface Group {
  readonly line: LineColumns;
  readonly places: readonly LinePlace[];
}

/** Rows that a line may have moved past before they go. */
const PASSED_MAX = 16;

const LINE = "queue = ? AND pool = ? AND key = ?";
const HEAD = `SELECT ready_order, num, passed FROM ready_keys WHERE ${LINE}`;
const PLACES =
  "SELECT t.queue, t.ready_pool, t.concurrency_key, t.ready_order, t.num FROM json_each(?) j " +
  "CROSS JOIN tasks t WHERE t.num = j.value " +
  "AND t.status = 'pending' AND t.concurrency_key IS NOT NULL " +
  "ORDER BY t.queue, t.ready_pool, t.concurrency_key, t.ready_order, t.num";
const ADD_LINE = "INSERT INTO ready_keys (queue, pool, key, ready_order, num, passed) " +
  "VALUES (?, ?, ?, ?, ?, 0)";
const MOVE_LINE = `UPDATE ready_keys SET ready_order = ?, num = ?, passed = ? WHERE ${LINE}`;
const DROP_LINE = `DELETE FROM ready_keys WHERE ${LINE}`;
const BEHIND =
  `SELECT ready_order, num FROM ready_behind WHERE ${LINE} AND (ready_order, num) > (?, ?) ` +
  "ORDER BY ready_order, num LIMIT +?";
const BETWEEN = `SELECT count(*) FROM (SELECT 1 FROM ready_behind WHERE ${LINE} ` +
  "AND (ready_order, num) > (?, ?) AND (ready_order, num) < (?, ?) LIMIT +?)";
const ADD_BEHIND = "INSERT INTO ready_behind (queue, pool, key, ready_order, num) " +
  "VALUES (?, ?, ?, ?, ?)";
const DROP_BEHIND = `DELETE FROM ready_behind WHERE ${LINE} AND ready_order = ? AND num = ?`;
const DROP_UP_TO = `DELETE FROM ready_behind WHERE ${LINE} AND (ready_order, num) <= (?, ?)`;

/**
 * Does `change` to the rows of tasks, and has those of them that are ready and have a key in their
 * lines: every change of a status, place, pool or order goes through here, and every insert and delete.
 */
export function keepInLine<T>(
  connection: Connection,
  nums: readonly number[],
  change: () => T,
): T {
  if (nums.length === 0) return change();
  const json = JSON.stringify([...new Set(nums)]);
  for (const group of groupsOf(connection, json)) leave(connection, group);
  const result = change();
  for (const group of groupsOf(connection, json)) enter(connection, group);
  return result;
}

/** Up to `limit` places behind one, in their order. */
export function placesBehind(
  connection: Connection,
  { queue, pool, key }: KeyLine,
  { after, limit }: { readonly after: LinePlace; readonly limit: number },
): readonly LinePlace[] {
  return behind(connection, [queue, pool, key], { after, limit });
}

/** How many stand before a place, up to `atMost`. */
export function countBefore(
  connection: Connection,
  { queue, pool, key }: KeyLine,
  { before, atMost }: { readonly before: LinePlace; readonly atMost: number },
): number {
  const line: LineColumns = [queue, pool, key];
  const head = headOf(connection, line);
  if (head === null || !isBefore(head, before) || atMost < 1) return 0;
  const [from, to] = [[head.order, head.num], [before.order, before.num]];
  const row = connection.row(BETWEEN, ...line, ...from, ...to, atMost - 1);
  return 1 + integer(row?.[0]);
}

function groupsOf(connection: Connection, json: string): readonly Group[] {
  const groups: { readonly line: LineColumns; readonly places: LinePlace[] }[] = [];
  for (const row of connection.rows(PLACES, json)) {
    const line: LineColumns = [text(row[0]), text(row[1]), text(row[2])];
    const place = { order: integer(row[3]), num: integer(row[4]) };
    const last = groups.at(-1);
    if (last?.line.every((name, index) => name === line[index])) last.places.push(place);
    else groups.push({ line, places: [place] });
  }
  return groups;
}

function enter(connection: Connection, { line, places }: Group): void {
  const [first, ...rest] = places;
  if (first === undefined) return;
  const head = headOf(connection, line);
  if (head === null) {
    connection.run(ADD_LINE, ...line, first.order, first.num);
    return addBehind(connection, line, rest);
  }
  if (isBefore(head, first)) return addBehind(connection, line, places);
  // What the line has moved past would be behind the new first.
  if (head.passed > 0) connection.run(DROP_UP_TO, ...line, head.order, head.num);
  connection.run(MOVE_LINE, first.order, first.num, 0, ...line);
  addBehind(connection, line, [head, ...rest]);
}

function leave(connection: Connection, { line, places }: Group): void {
  const head = headOf(connection, line);
  const nums = new Set(places.map(({ num }) => num));
  if (head === null || !nums.has(head.num)) return dropBehind(connection, line, places);
  const behindHead = behind(connection, line, { after: head, limit: places.length });
  const next = behindHead.find(({ num }) => !nums.has(num));
  if (next === undefined) return dropLine(connection, line, head.passed + behindHead.length);
  dropBehind(connection, line, places.filter((place) => isBefore(next, place)));
  const passed = head.passed + behindHead.indexOf(next) + 1;
  const isFull = passed > PASSED_MAX;
  if (isFull) connection.run(DROP_UP_TO, ...line, next.order, next.num);
  connection.run(MOVE_LINE, next.order, next.num, isFull ? 0 : passed, ...line);
}

function headOf(connection: Connection, line: LineColumns): Head | null {
  const row = connection.row(HEAD, ...line);
  if (row === undefined) return null;
  return { order: integer(row[0]), num: integer(row[1]), passed: integer(row[2]) };
}

function behind(
  connection: Connection,
  line: LineColumns,
  { after, limit }: { readonly after: LinePlace; readonly limit: number },
): readonly LinePlace[] {
  return connection.rows(BEHIND, ...line, after.order, after.num, limit)
    .map((row) => ({ order: integer(row[0]), num: integer(row[1]) }));
}

function addBehind(connection: Connection, line: LineColumns, places: readonly LinePlace[]): void {
  connection.runEach(ADD_BEHIND, places.map(({ order, num }) => [...line, order, num]));
}

function dropBehind(connection: Connection, line: LineColumns, places: readonly LinePlace[]): void {
  for (const { order, num } of places) {
    if (connection.run(DROP_BEHIND, ...line, order, num) === 1) continue;
    throw new Error(`task ${num} is ready and not in the line of its key`);
  }
}

/** Ends a line that nobody stands in any more. */
function dropLine(connection: Connection, line: LineColumns, rowsBehind: number): void {
  connection.run(DROP_LINE, ...line);
  if (rowsBehind > 0) connection.run(`DELETE FROM ready_behind WHERE ${LINE}`, ...line);
}

function isBefore(one: LinePlace, other: LinePlace): boolean {
  return (one.order - other.order || one.num - other.num) < 0;
}
