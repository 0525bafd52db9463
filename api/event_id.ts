/** Ids of server-sent events: opaque to clients, growing as text too. */
const LENGTH = 11; // enough for 2^53 in base 36
const FORM = /^[0-9a-z]{11}$/;

/** The id of the change with stamp `seq`. */
export function encodeEventId(seq: number): string {
  return seq.toString(36).padStart(LENGTH, "0");
}

/** The stamp of an id that this product has made; null for any other text. */
export function decodeEventId(id: string): number | null {
  if (!FORM.test(id)) return null;
  const seq = Number.parseInt(id, 36);
  return Number.isSafeInteger(seq) ? seq : null;
}
