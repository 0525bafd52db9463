/** The instants for which a cron expression stands in a time zone. */
import { LRUCache } from "lru-cache";
import { CronExpression } from "./cron.ts";
import { ok, type Result } from "./error.ts";
import { TimeZone } from "./time_zone.ts";

const DAY_MS = 86_400_000;
const TIMETABLES_MAX = 1_000;
/** No local time was ever further from UTC than 16 hours. */
const REACH_MS = DAY_MS;
/** How far back a clock may have shown what it shows again: no zone was ever set back by more. */
const LOOK_BACK_MS = 2 * DAY_MS;

const timetables = new LRUCache<string, Timetable>({ max: TIMETABLES_MAX });

/** What a timetable is made of. */
export interface CronInZone {
  readonly cron: string;
  readonly timezone: string;
}

/**
 * The ticks of an expression in a zone: whole seconds, epoch ms. A local time that does not exist
 * stands for the first instant after the gap; one that comes twice for its first time, or for both
 * where the hour field is `*`. Times that fall on one instant are one tick.
 */
export class Timetable {
  readonly #cron: CronExpression;
  readonly #zone: TimeZone;

  private constructor(cron: CronExpression, zone: TimeZone) {
    this.#cron = cron;
    this.#zone = zone;
  }

  /** Checks the expression and the zone. */
  static of({ cron, timezone }: CronInZone): Result<Timetable> {
    const key = `${cron}\n${timezone}`;
    const known = timetables.get(key);
    if (known !== undefined) return ok(known);
    const expression = CronExpression.parse(cron);
    if (!expression.ok) return expression;
    const zone = TimeZone.find(timezone);
    if (!zone.ok) return zone;
    const timetable = new Timetable(expression.value, zone.value);
    timetables.set(key, timetable);
    return ok(timetable);
  }

  /** The ticks after `after`, in order, without an end. */
  *ticks(after: number): Generator<number, never> {
    let from = Math.floor(after / 1_000) * 1_000 + 1_000;
    for (;;) {
      // Nothing can match until the clock on the wall comes near the next matching time.
      from = Math.max(from, this.#cron.next(from - REACH_MS - 1) - REACH_MS);
      const until = from + DAY_MS;
      yield* this.#within(from, until);
      from = until;
    }
  }

  /** The ticks from `from` to before `until`. */
  *between(from: number, until: number): Generator<number> {
    for (const tick of this.ticks(from - 1)) {
      if (tick >= until) return;
      yield tick;
    }
  }

  /** The first `count` ticks after `after`. */
  next(after: number, count: number): readonly number[] {
    return this.ticks(after).take(count).toArray();
  }

  *#within(from: number, until: number): Generator<number> {
    const { everyHour } = this.#cron;
    let seen: number | null = null;
    let last = -Infinity;
    for (const { start, end, offsetMs } of this.#zone.spans(from - LOOK_BACK_MS, until)) {
      const [first, beyond] = [start + offsetMs, end + offsetMs];
      // The wall clock has jumped from `seen` to `first`.
      if (seen !== null && first > seen && start >= from && this.#cron.next(seen - 1) < first) {
        yield last = start;
      }
      let wall = Math.max(from, start) + offsetMs;
      // What it has shown before counts no second time.
      if (!everyHour && seen !== null) wall = Math.max(wall, seen);
      for (wall = this.#cron.next(wall - 1); wall < beyond; wall = this.#cron.next(wall)) {
        if (wall - offsetMs > last) yield last = wall - offsetMs;
      }
      seen = Math.max(seen ?? beyond, beyond);
    }
  }
}
