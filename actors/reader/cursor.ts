/** How clients carry the place where the next page of a listing begins. */
import { ok, refuse, type Result } from "../domain/error.ts";
import type { RunPlace } from "../storage/port/workflows.ts";

const FIRST_RUN: RunPlace = { taskNum: 0, run: 0 };

/** The page after the task or workflow `num`, as clients carry it; null at the end. */
export function encodeCursor(num: number | null): string | null {
  return num === null ? null : encode(`n:${num}`);
}

/** What `encodeCursor` made, or a refusal; null starts at the beginning of the listing. */
export function decodeCursor(cursor: string | null): Result<number | null> {
  if (cursor === null) return ok(null);
  const num = /^n:(\d{1,15})$/.exec(decode(cursor));
  return num ? ok(Number(num[1])) : UNKNOWN;
}

/** The page after a run of a workflow. */
export function encodeRunCursor({ taskNum, run }: RunPlace): string {
  return encode(`r:${taskNum}.${run}`);
}

/** What `encodeRunCursor` made, or a refusal; null starts at the first run. */
export function decodeRunCursor(cursor: string | null): Result<RunPlace> {
  if (cursor === null) return ok(FIRST_RUN);
  const place = /^r:(\d{1,15})\.(\d{1,9})$/.exec(decode(cursor));
  return place ? ok({ taskNum: Number(place[1]), run: Number(place[2]) }) : UNKNOWN;
}

const UNKNOWN = refuse(
  "invalid_argument",
  "invalid_cursor",
  "Cannot list: the cursor is not one that a listing gave; start without one",
  { errors: [{ pointer: "/cursor", message: "is not a cursor of this listing" }] },
);

function encode(text: string): string {
  return btoa(text).replaceAll("=", "");
}

function decode(cursor: string): string {
  if (!/^[A-Za-z0-9+/]{2,40}$/.test(cursor)) return "";
  try {
    return atob(cursor);
  } catch {
    // Not base64: no cursor of ours.
    return "";
  }
}
