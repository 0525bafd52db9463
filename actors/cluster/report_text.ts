/**
 * What a node says of itself as a short text, for the database to keep. Nodes of neighbouring versions
 * read each other's: what one can't read it takes for nothing said.
 */
import type { ActorStatus, NodeReport } from "../protocol.ts";

/** Most bytes of a report: every node reads each changed one of 64 others. */
export const REPORT_BYTES = 4_096;
/** Letters of an error, and of a reason not to be ready; beyond them it is cut. */
const ERROR_CHARS = 200;
const REASONS_MAX = 5;

/** An actor, without the names of its fields: name, parent, state, restarts, startedAt, lastError, lastErrorAt, lanes. */
type ActorRow = readonly [
  string,
  string | null,
  ActorStatus["state"],
  number,
  number | null,
  string | null,
  number | null,
  Readonly<Record<string, number>>,
];

interface ReportText {
  /** Reasons not to be ready. */
  readonly r: readonly string[];
  readonly a: readonly ActorRow[];
}

/** A report as text of at most `REPORT_BYTES`; what does not fit is left out, errors first. */
export function encodeReport({ notReady, actors }: NodeReport): string {
  const r = notReady.slice(0, REASONS_MAX).map(cut);
  const whole = actors.map(rowOf);
  const text = JSON.stringify({ r, a: whole } satisfies ReportText);
  if (bytesOf(text) <= REPORT_BYTES) return text;
  const bare = actors.map((actor) => rowOf({ ...actor, lastError: null, lastErrorAt: null }));
  return JSON.stringify({ r, a: fitting(bare, bytesOf(JSON.stringify({ r, a: [] }))) });
}

/** What a text says; null where it can't be read. */
export function decodeReport(text: string): NodeReport | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isReportText(value)) return null;
    return { notReady: value.r, actors: value.a.map(actorOf) };
  } catch {
    // Not JSON: written by somebody else.
    return null;
  }
}

function rowOf(actor: ActorStatus): ActorRow {
  const { name, parent, state, restarts, startedAt, lastError, lastErrorAt } = actor;
  // An empty lane is no news, and would make a node that idles look as if it changed.
  const lanes = Object.fromEntries(Object.entries(actor.lanes).filter(([, depth]) => depth > 0));
  const error = lastError === null ? null : cut(lastError);
  return [name, parent, state, restarts, startedAt, error, lastErrorAt, lanes];
}

function actorOf(row: ActorRow): ActorStatus {
  const [name, parent, state, restarts, startedAt, lastError, lastErrorAt, lanes] = row;
  return { name, parent, state, restarts, startedAt, lastError, lastErrorAt, lanes };
}

/** As many rows, from the first, as there is room for beside `usedBytes`. */
function fitting(rows: readonly ActorRow[], usedBytes: number): readonly ActorRow[] {
  let bytes = usedBytes;
  const end = rows.findIndex((row) => (bytes += bytesOf(JSON.stringify(row)) + 1) > REPORT_BYTES);
  return end < 0 ? rows : rows.slice(0, end);
}

function cut(text: string): string {
  const whole = text.toWellFormed();
  return whole.length <= ERROR_CHARS ? whole : `${whole.slice(0, ERROR_CHARS - 1).toWellFormed()}…`;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

const STATES: readonly unknown[] = [
  "starting",
  "ready",
  "restarting",
  "stopping",
  "stopped",
  "failed",
] satisfies readonly ActorStatus["state"][];

function isReportText(value: unknown): value is ReportText {
  if (typeof value !== "object" || value === null || !("r" in value) || !("a" in value)) {
    return false;
  }
  const { r, a } = value;
  return Array.isArray(r) && r.every(isText) && Array.isArray(a) && a.every(isActorRow);
}

/** A later version may say more of an actor: what follows is passed over. */
function isActorRow(row: unknown): row is ActorRow {
  if (!Array.isArray(row)) return false;
  const [name, parent, state, restarts, startedAt, lastError, lastErrorAt, lanes] = row;
  return isText(name) && orNull(isText, parent) && STATES.includes(state) && isCount(restarts) &&
    orNull(isCount, startedAt) && orNull(isText, lastError) && orNull(isCount, lastErrorAt) &&
    typeof lanes === "object" && lanes !== null && Object.values(lanes).every(isCount);
}

function orNull(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === null || is(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
