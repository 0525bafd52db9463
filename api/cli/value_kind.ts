import type { Address } from "../../actors/config.ts";
import { parseDatabaseUrl } from "../../actors/config_database.ts";
import { ALL_ADDRESSES, parseIpRange } from "../../actors/domain/ip_address.ts";

/** How the text of an option is read, and what to tell whoever gave another one. */
export interface ValueKind<T> {
  /** Completes "--option takes …". */
  readonly takes: string;
  /** The value, or undefined where `text` is not one. */
  readonly parse: (text: string) => T | undefined;
  /** True where the text may hold a secret, which no message repeats. */
  readonly secret?: true;
}

/** Any text but the empty one. */
export const TEXT: ValueKind<string> = {
  takes: "a text",
  parse: (text) => text === "" ? undefined : text,
};

/** `host:port`, with brackets around an IPv6 address. */
export const ADDRESS: ValueKind<Address> = {
  takes: "HOST:PORT, as in 127.0.0.1:8080 or [::1]:50051",
  parse: parseAddress,
};

/** A truth value as environment variables spell it. */
export const SWITCH: ValueKind<boolean> = {
  takes: "1, true, yes, on, 0, false, no or off",
  parse(text) {
    if (/^(1|true|yes|on)$/i.test(text)) return true;
    if (/^(0|false|no|off)$/i.test(text)) return false;
    return undefined;
  },
};

/** A length of time in ms: `500ms`, `30s`, `5m`, `1h`, `7d`, or seconds without a unit. */
export const DURATION_MS: ValueKind<number> = {
  takes: "a length of time, as in 500ms, 30s, 5m, 1h, 7d, or a number of seconds",
  parse: parseDurationMs,
};

/** How long something is kept: a length of time as above, at most 100 years, or for ever. */
export const KEPT_MS: ValueKind<number | "never"> = {
  takes: "a length of time up to 36500d, as in 12h or 7d, or never",
  parse(text) {
    if (text === "never") return text;
    const ms = parseDurationMs(text);
    return ms === undefined || ms > 36_500 * DAY_MS ? undefined : ms;
  },
};

/** An HTTP or HTTPS URL. */
export const HTTP_URL: ValueKind<string> = {
  takes: "a URL that starts with http:// or https://",
  parse(text) {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) ? text : undefined;
  },
};

/** The URL of a PostgreSQL database, with a password in it as a rule. */
export const DATABASE_URL: ValueKind<string> = {
  takes: "a URL as in postgres://USER:PASSWORD@HOST:5432/DATABASE, with one host",
  parse: parseDatabaseUrl,
  secret: true,
};

/** Addresses and ranges of them, by commas, or all that there are. */
export const IP_RANGES: ValueKind<readonly string[]> = {
  takes: "addresses or ranges by commas, as in 10.0.0.0/8,::1, or all",
  parse(text) {
    if (text === "all") return ALL_ADDRESSES;
    const ranges = text.split(",").map((range) => range.trim());
    return ranges.every((range) => parseIpRange(range) !== null) ? ranges : undefined;
  },
};

/** `KEY=VALUE`; the value may be empty and may contain further equals signs. */
export const LABEL: ValueKind<readonly [key: string, value: string]> = {
  takes: "KEY=VALUE",
  parse(text) {
    const at = text.indexOf("=");
    return at < 1 ? undefined : [text.slice(0, at), text.slice(at + 1)];
  },
};

/** Whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): ValueKind<number> {
  return {
    takes: `a whole number from ${min.toLocaleString("en")} to ${max.toLocaleString("en")}`,
    parse(text) {
      if (!/^-?\d{1,15}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** One of the given words. */
export function oneOf<T extends string>(...words: readonly T[]): ValueKind<T> {
  return {
    takes: words.length < 2
      ? words.join("")
      : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`,
    parse: (text) => words.find((word) => word === text),
  };
}

/** Writes an address as `parseAddress` reads it. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True for hosts that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  // A bracketed host has to be an IPv6 address: the URL parser knows what one looks like.
  if (match?.[1] !== undefined && URL.parse(`http://[${host}]/`) === null) return undefined;
  return { host, port };
}

const DAY_MS = 86_400_000;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
};

function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)?$/.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? "s"];
  return match === null || unitMs === undefined ? undefined : Math.round(Number(match[1]) * unitMs);
}
