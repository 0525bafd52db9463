/**
 * When a cron expression should fire, worked out the plain way: by walking over a range minute by
 * minute, looking at what a clock on the wall shows, and comparing its fields. Shares nothing with
 * the product, so that the two can be held against each other.
 */

/** Fields with numbers, lists, ranges, steps and `*`: what the tests use. */
interface Fields {
  readonly second: ReadonlySet<number>;
  readonly minute: ReadonlySet<number>;
  readonly hour: ReadonlySet<number>;
  readonly everyHour: boolean;
  readonly day: ReadonlySet<number> | null;
  readonly month: ReadonlySet<number>;
  readonly weekday: ReadonlySet<number> | null;
}

export interface ExpectedTicksOptions {
  readonly cron: string;
  readonly timezone: string;
  /** Epoch ms: ticks after `after` and up to `until`. */
  readonly after: number;
  readonly until: number;
}

const MINUTE_MS = 60_000;
/** No zone changes its offset but at a quarter of an hour, in the years that the tests look at. */
const QUARTER_MS = 15 * MINUTE_MS;

/** The ticks of a range, in order. */
export function expectedTicks(options: ExpectedTicksOptions): readonly number[] {
  const { cron, timezone, after, until } = options;
  const fields = parseFields(cron);
  const ticks: number[] = [];
  // Two days earlier than asked for, so that what the clock has shown before is known.
  const start = Math.floor(after / QUARTER_MS) * QUARTER_MS - 2 * 86_400_000;
  let shownUntil = localTime(start, timezone) - MINUTE_MS;
  for (let quarter = start; quarter <= until; quarter += QUARTER_MS) {
    const shown = localTime(quarter, timezone);
    if (anyMatches(fields, shownUntil + MINUTE_MS, shown)) ticks.push(quarter);
    for (let passed = 0; passed < QUARTER_MS; passed += MINUTE_MS) {
      const local = shown + passed;
      const isRepeated = local <= shownUntil;
      if (!isRepeated) shownUntil = local;
      if (isRepeated && !fields.everyHour) continue;
      if (!matchesMinute(fields, local)) continue;
      for (const second of fields.second) ticks.push(quarter + passed + second * 1_000);
    }
  }
  return [...new Set(ticks)].filter((tick) => tick > after && tick <= until);
}

/** True where a minute from `from` to before `to`, which no clock has shown, matches. */
function anyMatches(fields: Fields, from: number, to: number): boolean {
  for (let local = from; local < to; local += MINUTE_MS) {
    if (matchesMinute(fields, local)) return true;
  }
  return false;
}

function matchesMinute(fields: Fields, local: number): boolean {
  const date = new Date(local);
  if (!fields.minute.has(date.getUTCMinutes()) || !fields.hour.has(date.getUTCHours())) {
    return false;
  }
  if (!fields.month.has(date.getUTCMonth() + 1)) return false;
  const byDay = fields.day?.has(date.getUTCDate());
  const byWeekday = fields.weekday?.has(date.getUTCDay());
  if (byDay !== undefined && byWeekday !== undefined) return byDay || byWeekday;
  return byDay ?? byWeekday ?? true;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const locals = new Map<string, number>();

/** What a clock in `timezone` shows at `instant`, as if it were UTC. */
function localTime(instant: number, timezone: string): number {
  const key = `${timezone} ${instant}`;
  const known = locals.get(key);
  if (known !== undefined) return known;
  let format = formats.get(timezone);
  if (format === undefined) {
    const [numeric, hourCycle] = ["numeric", "h23"] as const;
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: timezone,
      ...{ year: numeric, month: "2-digit", day: "2-digit" },
      ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle },
    });
    formats.set(timezone, format);
  }
  // Swedes write 2026-03-29 01:59:00.
  const local = Date.parse(`${format.format(instant).replace(" ", "T")}Z`);
  locals.set(key, local);
  return local;
}

function parseFields(cron: string): Fields {
  const texts = cron.split(" ");
  const [second = "0", minute = "", hour = "", day = "", month = "", weekday = ""] =
    texts.length === 6 ? texts : ["0", ...texts];
  return {
    second: values(second, [0, 59]),
    minute: values(minute, [0, 59]),
    hour: values(hour, [0, 23]),
    everyHour: hour === "*",
    day: day === "*" ? null : values(day, [1, 31]),
    month: values(month, [1, 12]),
    weekday: weekday === "*" ? null : new Set([...values(weekday, [0, 7])].map((n) => n % 7)),
  };
}

function values(text: string, [least, most]: readonly [number, number]): ReadonlySet<number> {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step = "1"] = part.split("/");
    const [low, high = low] = range === "*" ? [least, most] : range.split("-").map(Number);
    if (low === undefined || high === undefined) throw new Error(`unreadable field ${text}`);
    for (let value = low; value <= high; value += Number(step)) found.add(value);
  }
  return found;
}
