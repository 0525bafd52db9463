const encoder = new TextEncoder();
const ELLIPSIS = "…";
/** A UTF-16 unit takes at most 3 bytes as UTF-8. */
const MAX_UNIT_BYTES = 3;

/** True when `text` takes more than `maxBytes` as UTF-8. */
export function exceedsBytes(text: string, maxBytes: number): boolean {
  if (text.length * MAX_UNIT_BYTES <= maxBytes) return false;
  return text.length > maxBytes || encoder.encode(text).byteLength > maxBytes;
}

/** `text`, well formed and cut to `maxBytes` of UTF-8, with an ellipsis where it was cut. */
export function boundText(text: string, maxBytes: number): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  if (!exceedsBytes(whole, maxBytes)) return whole;
  const room = new Uint8Array(Math.max(0, maxBytes - MAX_UNIT_BYTES));
  return whole.slice(0, encoder.encodeInto(whole, room).read) + ELLIPSIS;
}
