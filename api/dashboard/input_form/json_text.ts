/** JSON that somebody typed. */

/** What a text says, or what is wrong with it, in words for whoever typed it. */
export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string };

/** Strings, which may hold digits, and numbers. */
const TOKENS = /"(?:\\.|[^"\\])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Reads JSON; a whole number that would silently become another one is refused. */
export function readJsonText(text: string): JsonReading {
  if (text.trim() === "") return { ok: false, problem: "JSON is missing" };
  try {
    const value: unknown = JSON.parse(text);
    const long = (text.match(TOKENS) ?? []).find(isRounded);
    if (long === undefined) return { ok: true, value };
    return {
      ok: false,
      problem: `${long} is too long a number and would be rounded: write {"$int64": "${long}"}`,
    };
  } catch (error) {
    return {
      ok: false,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

/** True for a whole number that no number of JavaScript is equal to. */
function isRounded(token: string): boolean {
  if (!/^-?\d+$/.test(token)) return false;
  const value = Number(token);
  return Number.isFinite(value) && BigInt(value) !== BigInt(token);
}
