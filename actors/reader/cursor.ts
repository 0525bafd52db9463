import { ok, refuse, type Result } from "../domain/error.ts";

/** The page after the task or workflow `num`, as clients carry it; null at the end. */
export function encodeCursor(num: number | null): string | null {
  return num === null ? null : btoa(`n:${num}`).replaceAll("=", "");
}

/** What `encodeCursor` made, or a refusal; null starts at the newest. */
export function decodeCursor(cursor: string | null): Result<number | null> {
  if (cursor === null) return ok(null);
  const num = /^[A-Za-z0-9+/]{2,32}$/.test(cursor) ? /^n:(\d{1,15})$/.exec(text(cursor)) : null;
  if (num) return ok(Number(num[1]));
  const message = "Cannot list: the cursor is not one that a listing gave; start without one";
  return refuse("invalid_argument", "invalid_cursor", message, {
    errors: [{ pointer: "/cursor", message: "is not a cursor of this listing" }],
  });
}

function text(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    // Not base64: no cursor of ours.
    return "";
  }
}
