/** Names of fields whose values are secrets, wherever in the name the word stands. */
const SECRET_NAME = /token|authorization|secret|password|cookie/i;

/** Credentials inside running text: a bearer header, or anything of a JWT's form. */
const SECRET_TEXT =
  /\bBearer\s+[\w.~+/=-]+|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|([?&#](?:access_)?token=)[^&\s"]+/gi;

const REDACTED = "[redacted]";
const DEPTH_MAX = 6;
const ITEMS_MAX = 100;
const TEXT_MAX = 8_192;

/** Takes credentials out of `text` and bounds its length. */
export function redactText(text: string): string {
  const bounded = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}… (cut)` : text;
  return bounded.replace(SECRET_TEXT, (_, prefix?: string) => (prefix ?? "") + REDACTED);
}

/**
 * Turns `value` into plain data that JSON can carry, without secrets and bounded in depth, length
 * and number of items, so that no field of a log record can leak a credential or flood the log.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return String(typeof value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH_MAX) return "…";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Error) return redactError(value, depth);
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (Array.isArray(value)) {
    return value.slice(0, ITEMS_MAX).map((item) => redact(item, depth + 1));
  }
  return redactFields(value, depth);
}

/** The same for the fields of an object, of which those with the name of a secret are hidden. */
export function redactFields(value: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).slice(0, ITEMS_MAX).map(([name, field]) => [
      name,
      SECRET_NAME.test(name) ? REDACTED : redact(field, depth + 1),
    ]),
  );
}

function redactError(error: Error, depth: number): unknown {
  return {
    name: error.name,
    message: redactText(error.message),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}
