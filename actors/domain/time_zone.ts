/** Time zones of the IANA database, as offsets from UTC. */
import { LRUCache } from "lru-cache";
import { ok, refuse, type Result } from "./error.ts";

const DAY_MS = 86_400_000;
const ZONES_MAX = 500;
/** Days whose offsets a zone keeps; each look at a schedule takes a few around its time. */
const DAYS_MAX = 500;
const CHANGES_MAX = 50;
const NAME_LENGTH_MAX = 100;

/** A stretch of time, epoch ms, over which local time is UTC plus `offsetMs`. */
export interface OffsetSpan {
  readonly start: number;
  readonly end: number;
  readonly offsetMs: number;
}

/** Zones that were asked for: what they have worked out is worth keeping. */
const zones = new LRUCache<string, TimeZone>({ max: ZONES_MAX });

/** One zone; what it has worked out of its offsets it keeps. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  /** The offset at the start of a UTC day. */
  readonly #offsets = new LRUCache<number, number>({ max: DAYS_MAX });
  /** The instant at which the offset changes in a UTC day that has such a change. */
  readonly #changes = new LRUCache<number, number>({ max: CHANGES_MAX });

  private constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  /** The zone with an IANA name, as `Europe/Berlin`; plain offsets as `+02:00` have none. */
  static find(name: string): Result<TimeZone> {
    const known = zones.get(name);
    if (known !== undefined) return ok(known);
    const format = /^[A-Za-z]/.test(name) && name.length <= NAME_LENGTH_MAX ? formatOf(name) : null;
    if (format === null) return unknownZone(name);
    const zone = new TimeZone(format);
    zones.set(name, zone);
    return ok(zone);
  }

  /** Stretches of one offset each that cover `from` to `until` without a gap, in order. */
  *spans(from: number, until: number): Generator<OffsetSpan> {
    for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < until; day += DAY_MS) {
      const [start, end] = [Math.max(day, from), Math.min(day + DAY_MS, until)];
      const [before, after] = [this.#offsetOf(day), this.#offsetOf(day + DAY_MS)];
      const change = before === after ? end : this.#changeIn(day);
      if (start < change) yield { start, end: Math.min(change, end), offsetMs: before };
      if (change < end) yield { start: Math.max(change, start), end, offsetMs: after };
    }
  }

  /** No zone has changed its offset twice within a day: the offsets at both ends tell of the day. */
  #changeIn(day: number): number {
    const known = this.#changes.get(day);
    if (known !== undefined) return known;
    const before = this.#offsetOf(day);
    let [low, high] = [day, day + DAY_MS];
    while (high - low > 1_000) {
      const middle = Math.floor((low + high) / 2_000) * 1_000;
      if (this.#offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    this.#changes.set(day, high);
    return high;
  }

  #offsetOf(day: number): number {
    let offset = this.#offsets.get(day);
    if (offset === undefined) {
      offset = this.#offsetAt(day);
      this.#offsets.set(day, offset);
    }
    return offset;
  }

  #offsetAt(instant: number): number {
    const text = this.#format.format(instant);
    const [, sign, hours, minutes, seconds = "0"] =
      /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [undefined];
    if (sign === undefined) return 0;
    const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
    return sign === "-" ? -ms : ms;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  try {
    const options = { timeZone, timeZoneName: "longOffset", year: "numeric" } as const;
    return new Intl.DateTimeFormat("en-US", options);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function unknownZone(name: string): Result<never> {
  const shown = name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX)}…` : name;
  const message = `Cannot use the time zone "${shown}": it is not a name of the IANA database; ` +
    "write one as Europe/Berlin or UTC";
  return refuse("invalid_argument", "invalid_timezone", message, {
    subject: shown,
    errors: [{ pointer: "/timezone", message: "is not an IANA time zone" }],
  });
}
