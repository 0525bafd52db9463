/** Bodies of requests and answers as values of tasks. */
import { NonRetryableError, type TaskValue } from "../../sdk/mod.ts";

/** A body to send, and what it is. */
export interface SentBody {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

const encoder = new TextEncoder();
const JSON_TYPE = /^application\/(?:[\w.!#$&^-]+\+)?json$/;
const TEXT_TYPE =
  /^(?:text\/.*|application\/(?:(?:[\w.!#$&^-]+\+)?xml|javascript|yaml|x-www-form-urlencoded))$/;

/** Text and bytes as they are, anything else as JSON; null for nothing. */
export function bodyToSend(body: TaskValue | undefined): SentBody | null {
  if (body === undefined) return null;
  if (body instanceof Uint8Array) return { bytes: body, contentType: "application/octet-stream" };
  if (typeof body === "string") {
    return { bytes: encoder.encode(body), contentType: "text/plain;charset=UTF-8" };
  }
  return { bytes: encoder.encode(toJson(body)), contentType: "application/json" };
}

/** An answer's body by its content type: JSON as what it says, text as text, all else as bytes. */
export function receivedBody(bytes: Uint8Array, contentType: string | undefined): TaskValue {
  if (bytes.byteLength === 0) return null;
  const [type = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const kind = type.trim();
  if (JSON_TYPE.test(kind)) return parseJson(new TextDecoder().decode(bytes));
  if (TEXT_TYPE.test(kind)) return decoderFor(parameters).decode(bytes);
  return bytes;
}

/** The beginning of an answer's body, for an error to show; empty where it is no text. */
export function excerpt(body: TaskValue, length: number): string {
  const text = typeof body === "string" ? body : isStructured(body) ? toJson(body) : "";
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length).toWellFormed()}…` : line;
}

function isStructured(body: TaskValue): boolean {
  return typeof body === "object" && body !== null && !(body instanceof Uint8Array);
}

function toJson(body: TaskValue): string {
  return JSON.stringify(body, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return value.toBase64();
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new NonRetryableError(
      `Cannot send ${value} as JSON, where such large numbers are not read alike: send it as text`,
    );
  });
}

/** What says that it is JSON and is none is still an answer. */
function parseJson(text: string): TaskValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function decoderFor(parameters: readonly string[]): TextDecoder {
  const charset = parameters.map((one) => /^\s*charset="?([\w-]+)"?\s*$/.exec(one)?.[1])
    .find((label) => label !== undefined);
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder(); // a charset that nobody knows
  }
}
