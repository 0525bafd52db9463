/**
 * Cron expressions over wall-clock times: what a clock on a wall shows, as epoch ms as if it were UTC.
 * `timetable.ts` turns them into instants of a time zone.
 */
import { Cron } from "croner";
import { ok, refuse, type Result } from "./error.ts";

const DAY_MS = 86_400_000;
const EXPRESSION_LENGTH_MAX = 200;
/** Digits and names, lists, ranges, steps, `?` for `*`, and Quartz's L, W and #. */
const CHARACTERS = /^[A-Za-z0-9*,/?# \t-]*$/;
/** After so many years the calendar repeats itself. */
const CALENDAR_CYCLE_YEARS = 400;
/** A leap year that begins on each day of the week, and a common one. */
const YEARS_OF_EVERY_KIND = Array.from({ length: 28 }, (_, index) => 2000 + index);
/** Reads fields as if in UTC, and never starts a timer. */
const READ_ONLY = { paused: true, utcOffset: 0, mode: "5-or-6-parts" } as const;

/** A checked expression of five fields, or six with the seconds first. */
export class CronExpression {
  /** True where the hour field is `*` to the letter: an hour that comes twice then counts twice. */
  readonly everyHour: boolean;
  readonly #seconds: readonly number[];
  readonly #minutes: readonly number[];
  readonly #hours: readonly number[];
  readonly #dayFields: string;
  /** Matching days of the year, from 0, for years that are alike in length and first weekday. */
  readonly #daysOfKind = new Map<number, readonly number[]>();

  private constructor(fields: readonly string[]) {
    const [second = "", minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
    this.everyHour = hour === "*";
    this.#seconds = matching(`${second} * * * * *`, { count: 60, stepMs: 1_000 });
    this.#minutes = matching(`0 ${minute} * * * *`, { count: 60, stepMs: 60_000 });
    this.#hours = matching(`0 0 ${hour} * * *`, { count: 24, stepMs: 3_600_000 });
    this.#dayFields = `0 0 0 ${day} ${month} ${weekday}`;
  }

  /** Reads `text`; where both day fields are set, a day that matches either matches. */
  static parse(text: string): Result<CronExpression> {
    const fault = formFault(text);
    if (fault !== null) return refused(text, fault);
    const fields = text.trim().split(/[ \t]+/);
    if (fields.length === 5) fields.unshift("0");
    try {
      // The fields are read one by one below; as a whole they give the better error.
      new Cron(fields.join(" "), READ_ONLY);
      const expression = new CronExpression(fields);
      return expression.#fires() ? ok(expression) : refused(text, "no date ever matches it");
    } catch (error) {
      return refused(text, reasonOf(error));
    }
  }

  /** The first matching wall-clock time after `after`. */
  next(after: number): number {
    const from = Math.floor(after / 1_000) * 1_000 + 1_000;
    const day = Math.floor(from / DAY_MS) * DAY_MS;
    const matchingDay = this.#dayFrom(day);
    const time = matchingDay === day ? this.#timeFrom((from - day) / 1_000) : this.#timeFrom(0);
    return time === null ? this.#dayFrom(day + DAY_MS) + this.#firstTime() : matchingDay + time;
  }

  /** The first matching day at or after the one that begins at `day`. */
  #dayFrom(day: number): number {
    const first = new Date(day).getUTCFullYear();
    for (let year = first; year <= first + CALENDAR_CYCLE_YEARS; year++) {
      const start = Date.UTC(year, 0, 1);
      const wanted = (day - start) / DAY_MS;
      const found = this.#daysOf(year).find((dayOfYear) => dayOfYear >= wanted);
      if (found !== undefined) return start + found * DAY_MS;
    }
    throw new RangeError(`the cron expression "${this.#dayFields}" has no further day`);
  }

  /** The first matching time of day at or after `second` of it, in ms; null when the day has none left. */
  #timeFrom(second: number): number | null {
    const [hour, minute] = [Math.floor(second / 3_600), Math.floor(second / 60) % 60];
    const inMinute = this.#seconds.find((value) => value >= second % 60);
    if (this.#hours.includes(hour)) {
      if (inMinute !== undefined && this.#minutes.includes(minute)) {
        return timeOfDay(hour, minute, inMinute);
      }
      const later = this.#minutes.find((value) => value > minute);
      if (later !== undefined) return timeOfDay(hour, later, this.#seconds[0]);
    }
    const later = this.#hours.find((value) => value > hour);
    return later === undefined ? null : timeOfDay(later, this.#minutes[0], this.#seconds[0]);
  }

  #firstTime(): number {
    return timeOfDay(this.#hours[0], this.#minutes[0], this.#seconds[0]);
  }

  #fires(): boolean {
    return YEARS_OF_EVERY_KIND.some((year) => this.#daysOf(year).length > 0);
  }

  /** Matching days of `year`; the fourteen kinds of year are worked out once each. */
  #daysOf(year: number): readonly number[] {
    const start = Date.UTC(year, 0, 1);
    const length = (Date.UTC(year + 1, 0, 1) - start) / DAY_MS;
    const kind = length * 7 + new Date(start).getUTCDay();
    let days = this.#daysOfKind.get(kind);
    if (days === undefined) {
      days = matching(this.#dayFields, { count: length, stepMs: DAY_MS, start });
      this.#daysOfKind.set(kind, days);
    }
    return days;
  }
}

/** Which of `count` times, a step apart, an expression matches; by their index. */
function matching(
  expression: string,
  { count, stepMs, start = 0 }: {
    readonly count: number;
    readonly stepMs: number;
    readonly start?: number;
  },
): readonly number[] {
  const cron = new Cron(expression, READ_ONLY);
  const indexes: number[] = [];
  for (let index = 0; index < count; index++) {
    if (cron.match(new Date(start + index * stepMs))) indexes.push(index);
  }
  return indexes;
}

function timeOfDay(hour = 0, minute = 0, second = 0): number {
  return ((hour * 60 + minute) * 60 + second) * 1_000;
}

/** What is wrong with the form of `text`, before its fields are read. */
function formFault(text: string): string | null {
  if (text.length > EXPRESSION_LENGTH_MAX) {
    return `it is longer than ${EXPRESSION_LENGTH_MAX} characters`;
  }
  if (text.includes("@")) return "nicknames as @daily are not taken; write the fields out";
  if (!CHARACTERS.test(text)) return "it has a character that no field can have";
  const fields = text.trim().split(/[ \t]+/).filter((field) => field !== "");
  if (fields.length === 5 || fields.length === 6) return null;
  const year = fields.length === 7 ? "; a year field is not taken" : "";
  return `it has ${fields.length} fields${year}`;
}

/** What the parser's errors call the fields, with their lowest and highest values. */
const FIELDS: Readonly<Record<string, readonly [name: string, min: number, max: number]>> = {
  second: ["second", 0, 59],
  minute: ["minute", 0, 59],
  hour: ["hour", 0, 23],
  day: ["day of month", 1, 31],
  nearestWeekdays: ["day of month", 1, 31],
  month: ["month", 1, 12],
  dayOfWeek: ["day of week", 0, 7],
};

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, part = "", value] = /^CronPattern: Invalid value for (\w+): (-?\d+)$/.exec(text) ?? [];
  const field = FIELDS[part];
  if (field === undefined) return text.replace(/^CronPattern: /, "");
  const [name, min, max] = field;
  // It counts from 0 what begins with 1, and says so.
  return `${Number(value) + min} is no ${name}: that is ${min} to ${max}`;
}

function refused(text: string, fault: string): Result<never> {
  const shown = text.length > EXPRESSION_LENGTH_MAX
    ? `${text.slice(0, EXPRESSION_LENGTH_MAX)}…`
    : text;
  const message = `Cannot use the cron expression "${shown}": ${fault}; it takes five fields ` +
    "(minute, hour, day of month, month, day of week), or six with the seconds first";
  return refuse("invalid_argument", "invalid_cron", message, {
    errors: [{ pointer: "/cron", message: fault }],
  });
}
