import { ok, refuse, type Result } from "../domain/error.ts";
import type { ScheduleRecord, TickOutcome } from "../domain/schedule.ts";
import { LIMITS } from "../domain/task.ts";
import { Timetable } from "../domain/timetable.ts";
import type { Commit } from "./commit.ts";
import { fullBudget } from "./fire_schedules.ts";
import { findSchedule, unknownSchedule } from "./schedule_commands.ts";
import { weightOf } from "./start_work.ts";
import { TickWriter } from "./tick_writer.ts";

/** One commit's part of a backfill. */
export interface BackfillSlice {
  readonly name: string;
  /** Ticks from here to before `until` are matched; those before `resumeAt` are done. */
  readonly from: number;
  readonly until: number;
  readonly resumeAt: number;
}

export interface BackfilledSlice {
  readonly matched: number;
  readonly changed: number;
  /** Where the next slice goes on; null at the end. */
  readonly resumeAt: number | null;
}

/** Fires as many ticks of each range as one commit holds. */
export async function backfillSlices(
  commit: Commit,
  work: readonly BackfillSlice[],
): Promise<readonly Result<BackfilledSlice>[]> {
  const answers: Result<BackfilledSlice>[] = [];
  for (const slice of work) {
    const record = await findSchedule(commit, slice.name);
    answers.push(
      record === null ? unknownSchedule(slice.name) : await backfill(commit, record, slice),
    );
  }
  return answers;
}

async function backfill(
  commit: Commit,
  record: ScheduleRecord,
  slice: BackfillSlice,
): Promise<Result<BackfilledSlice>> {
  const ticks = matchingTicks(commit, record, slice);
  if (!ticks.ok) return ticks;
  const open = ticks.value.filter((nominalAt) => nominalAt >= slice.resumeAt);
  const [first] = open;
  const matched = ticks.value.length;
  if (first === undefined) return ok({ matched, changed: 0, resumeAt: null });
  const range = { after: first - 1, until: slice.until - 1 };
  const decided = await commit.tx.decidedTicks(record.name, range);
  const writer = new TickWriter(commit, record, { replace: true });
  const budget = fullBudget();
  let changed = 0;
  let resumeAt: number | null = null;
  for (const nominalAt of open) {
    if (isFired(decided.get(nominalAt))) continue;
    if (budget.tasks <= 0) {
      resumeAt = nominalAt;
      break;
    }
    budget.tasks -= weightOf(record.spec.target);
    if (await writer.fire(nominalAt)) changed++;
  }
  // Ticks that are not decided yet keep their turn, and then find that they have fired.
  await writer.store(record.decidedUntil);
  return ok({ matched, changed, resumeAt });
}

/** The ticks of the range, which must be over and not too long. */
function matchingTicks(
  { now }: Commit,
  record: ScheduleRecord,
  { from, until }: BackfillSlice,
): Result<readonly number[]> {
  const limit = LIMITS.backfillTicks;
  if (until > now) return refusedRange(record, "/until", "it ends in the future");
  if (from >= until) return refusedRange(record, "/until", "it ends before it begins");
  const timetable = Timetable.of(record.spec);
  if (!timetable.ok) return timetable;
  const range = timetable.value.between(Math.max(0, from), until);
  const ticks = range.take(limit + 1).toArray();
  if (ticks.length <= limit) return ok(ticks);
  return refusedRange(record, "/from", `it has more than ${limit} ticks, which is the limit`);
}

function refusedRange(
  { name }: ScheduleRecord,
  pointer: string,
  fault: string,
): Result<never> {
  const message = `Cannot backfill schedule "${name}" over this range: ${fault}`;
  return refuse("invalid_argument", "invalid_range", message, {
    subject: name,
    errors: [{ pointer, message: fault }],
  });
}

function isFired(outcome: TickOutcome | undefined): boolean {
  return outcome === "fired";
}
