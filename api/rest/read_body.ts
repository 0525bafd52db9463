/** Reads the body of a request within its limits, before anybody looks into it. */
import { ok, refuse, type Result } from "../../actors/domain/error.ts";
import { LIMITS } from "../../actors/domain/task.ts";

/** A faulty encoding is refused: replacing it would store what nobody sent. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The JSON in the body of `request`. With `optional` (action calls), an empty body is `undefined`
 * whatever its type; without, it is as malformed as any other text that is no JSON.
 */
export async function readBody(
  request: Request,
  { optional }: { readonly optional: boolean },
): Promise<Result<unknown>> {
  const bytes = await readBytes(request);
  if (!bytes.ok) return bytes;
  if (optional && bytes.value.length === 0) return ok(undefined);
  if (!isJson(request.headers.get("content-type"))) {
    return refuse(
      "unsupported_media_type",
      "unsupported_media_type",
      "Cannot read the body: its content type has to be application/json",
    );
  }
  let text: string;
  let value: unknown;
  try {
    text = UTF8.decode(bytes.value);
    value = JSON.parse(text);
  } catch {
    // Decoder and parser say only where; a client needs to know that it was not JSON.
    return refuse("malformed", "malformed", "Cannot read the body: it is not JSON in UTF-8");
  }
  const inexact = LONG_NUMBER.test(text) ? inexactInteger(text) : null;
  return inexact === null ? ok(value) : loses(inexact);
}

/** A number, or what looks like one in a text: below so many digits every whole number is exact. */
const LONG_NUMBER = /[[:,\s]-?\d{16,}\s*[,\]}]/;

/**
 * The first whole number in the JSON that would arrive with other digits: what was sent as
 * 9007199254740993 must not be stored as 9007199254740992. Null where there is none.
 */
function inexactInteger(text: string): string | null {
  let found: string | null = null;
  try {
    JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) => {
      const source = context?.source ?? "";
      if (typeof value === "number" && /^-?\d{16,}$/.test(source)) {
        // Programs with doubles write the shortest digits that stand for one: those lose nothing.
        const isExact = String(value) === source || BigInt(value) === BigInt(source);
        if (!isExact) found ??= source;
      }
      return null;
    });
  } catch (error) {
    // Nested too deep for the parser's calls to itself: the check of values refuses that.
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

function loses(integer: string): Result<never> {
  const shown = integer.length > 40 ? `${integer.slice(0, 39)}…` : integer;
  return refuse(
    "invalid_argument",
    "inexact_number",
    `Cannot read the body: the number ${shown} would lose digits, since numbers in JSON are exact ` +
      `up to 2^53; write {"$int64":"${shown}"} for a 64-bit integer, or a text`,
    { errors: [{ pointer: "", message: `${shown} loses digits as a number` }] },
  );
}

async function readBytes(request: Request): Promise<Result<Uint8Array>> {
  const declared = request.headers.get("content-length");
  try {
    // The server holds a body to its declared length, so a short one can be taken in one piece.
    if (declared !== null && Number(declared) <= LIMITS.bodyBytes) {
      const bytes = new Uint8Array(await request.arrayBuffer());
      return bytes.length > LIMITS.bodyBytes ? tooLarge() : ok(bytes);
    }
    return await readStream(request.body);
  } catch {
    return refuse("malformed", "incomplete_body", "Cannot read the body: it was cut off");
  }
}

/**
 * Reads up to the limit, and throws away what is over it: a client that still sends would not read
 * an answer. One that sends very much more is cut off.
 */
async function readStream(body: ReadableStream<Uint8Array> | null): Promise<Result<Uint8Array>> {
  if (body === null) return ok(new Uint8Array());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size <= LIMITS.bodyBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (size > LIMITS.bodyDiscardBytes) break;
  }
  return size > LIMITS.bodyBytes ? tooLarge() : ok(concat(chunks, size));
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function isJson(contentType: string | null): boolean {
  if (contentType === "application/json") return true;
  const [type, ...parameters] = (contentType ?? "").toLowerCase().split(";");
  if (type?.trim() !== "application/json") return false;
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith("charset="));
  return charset === undefined || /^charset="?utf-8"?$/.test(charset);
}

function tooLarge(): Result<never> {
  return refuse(
    "payload_too_large",
    "payload_too_large",
    `Cannot take the request: its body is longer than ${LIMITS.bodyBytes} bytes`,
  );
}
