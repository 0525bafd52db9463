/** What `http.request` takes, field by field. */
import type { TaskValue } from "../../sdk/mod.ts";
import type { ArgumentRule } from "../arguments_schema.ts";
import type { FieldRules } from "../map_argument.ts";

/** The argument of `http.request`. */
export interface HttpRequest {
  /** GET when absent. */
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: TaskValue;
  /** From the first lookup to the last byte, redirects included; 30,000 when absent. */
  readonly timeoutMs?: number;
  /** How many redirects are followed, 0 to 10; 5 when absent. */
  readonly redirects?: number;
  /** Statuses beside 2xx that are an answer, and no error. */
  readonly okStatus?: readonly number[];
}

const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const URL_LENGTH = 8_192;
const HEADERS_MAX = 100;
const HEADERS_LENGTH = 16 << 10;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** Printable Latin-1 and tabs: a line's end in it would begin a header of its own. */
const HEADER_VALUE = /^[\t\x20-\x7e\xa0-\xff]*$/;
/** These belong to the connection and the length of the body. */
const OWN_HEADERS =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i;
const DAY_MS = 86_400_000;
const REDIRECTS_MAX = 10;
const OK_STATUS_MAX = 50;

/** The rules of each field. */
export const REQUEST_RULES: FieldRules<HttpRequest> = {
  method: {
    is: (value): value is string => typeof value === "string" && METHODS.includes(value),
    must: `one of ${METHODS.join(", ")}`,
    json: { enum: METHODS, default: "GET" },
  },
  url: {
    is: isHttpUrl,
    must: "an http or https URL without user and password, which belong into a header",
    json: { type: "string", format: "uri", maxLength: URL_LENGTH },
  },
  headers: {
    is: isHeaders,
    must: `a map of at most ${HEADERS_MAX} headers to texts, without those of the connection ` +
      "(host, content-length, …)",
    json: {
      type: "object",
      maxProperties: HEADERS_MAX,
      additionalProperties: { type: "string" },
    },
  },
  body: {
    is: (value): value is TaskValue => value !== undefined,
    must: "a value",
    json: { description: "Text and bytes are sent as they are, anything else as JSON." },
  },
  timeoutMs: wholeNumber(1, DAY_MS, 30_000, "Of the whole exchange, in ms."),
  redirects: wholeNumber(0, REDIRECTS_MAX, 5, "How many redirects are followed."),
  okStatus: {
    is: isStatuses,
    must: `an array of at most ${OK_STATUS_MAX} statuses from 300 to 599`,
    json: {
      type: "array",
      maxItems: OK_STATUS_MAX,
      items: { type: "integer", minimum: 300, maximum: 599 },
      description: "Statuses beside 2xx that are an answer, and no error.",
    },
  },
};

function wholeNumber(
  min: number,
  max: number,
  otherwise: number,
  description: string,
): ArgumentRule<number> {
  return {
    is: (value): value is number => isWhole(value, min, max),
    must: `a whole number from ${min} to ${max}`,
    json: { type: "integer", minimum: min, maximum: max, default: otherwise, description },
  };
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

function isHttpUrl(value: unknown): value is string {
  if (typeof value !== "string" || value.length > URL_LENGTH) return false;
  const url = URL.parse(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" &&
    url.password === "";
}

function isHeaders(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (value instanceof Uint8Array) return false;
  const headers = Object.entries(value);
  let length = 0;
  for (const [name, text] of headers) {
    if (!HEADER_NAME.test(name) || OWN_HEADERS.test(name)) return false;
    if (typeof text !== "string" || !HEADER_VALUE.test(text)) return false;
    length += name.length + text.length;
  }
  return headers.length <= HEADERS_MAX && length <= HEADERS_LENGTH;
}

function isStatuses(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= OK_STATUS_MAX &&
    value.every((status) => isWhole(status, 300, 599));
}
