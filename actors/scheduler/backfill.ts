import { ok, refuse, type Result } from "../domain/error.ts";
import type { ScheduleRecord, TickOutcome } from "../domain/schedule.ts";
import { LIMITS } from "../domain/task.ts";
import { Timetable } from "../domain/timetable.ts";
import type { BackfillPreview } from "../protocol.ts";
import type { Commit } from "./commit.ts";
import { fullBudget } from "./fire_schedules.ts";
import { forEachSchedule } from "./schedule_commands.ts";
import { tickId, weightOf } from "./start_work.ts";
import { TickWriter } from "./tick_writer.ts";

/** Tasks that a preview reads at a time: they come with their arguments. */
const TICKS_AT_ONCE = 100;

/** Ticks of a schedule from `from` to before `until`. */
export interface BackfillRange {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

/** One commit's part of a backfill. */
export interface BackfillSlice extends BackfillRange {
  /** Ticks before this are done. */
  readonly resumeAt: number;
}

export interface BackfilledSlice {
  readonly matched: number;
  readonly changed: number;
  /** Where the next slice goes on; null at the end. */
  readonly resumeAt: number | null;
}

/** Fires as many ticks of each range as one commit holds. */
export function backfillSlices(
  commit: Commit,
  work: readonly BackfillSlice[],
): Promise<readonly Result<BackfilledSlice>[]> {
  return forEachSchedule(commit, work, (record, slice) => backfill(commit, record, slice));
}

/** Finds what a backfill of each range would start. It writes nothing. */
export function previewBackfills(
  commit: Commit,
  work: readonly BackfillRange[],
): Promise<readonly Result<BackfillPreview>[]> {
  return forEachSchedule(commit, work, (record, range) => preview(commit, record, range));
}

async function preview(
  commit: Commit,
  record: ScheduleRecord,
  range: BackfillRange,
): Promise<Result<BackfillPreview>> {
  const ticks = matchingTicks(commit, record, range);
  if (!ticks.ok) return ticks;
  const matched = ticks.value.length;
  const decided = await decidedTicks(commit, record, { from: range.from, until: range.until });
  const open = ticks.value.filter((nominalAt) => !isFired(decided.get(nominalAt)));
  // Rows are kept of the newest ticks alone; what older ones have started is there under their name.
  const unfired: number[] = [];
  for (let at = 0; at < open.length; at += TICKS_AT_ONCE) {
    const some = open.slice(at, at + TICKS_AT_ONCE);
    const started = await startedIds(commit, record, some);
    unfired.push(...some.filter((nominalAt) => !started.has(tickId(record.name, nominalAt))));
  }
  return ok({ matched, unfired });
}

/** Which of the ticks have work under their name. */
async function startedIds(
  { tx }: Commit,
  { name, spec: { target } }: ScheduleRecord,
  ticks: readonly number[],
): Promise<{ has(id: string): boolean }> {
  const ids = ticks.map((nominalAt) => tickId(name, nominalAt));
  return target.kind === "task" ? await tx.findTasks(ids) : await tx.findWorkflows(ids);
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
  const decided = await decidedTicks(commit, record, { from: first, until: slice.until });
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

/** What is known of the ticks from `from` to before `until`. */
function decidedTicks(
  { tx }: Commit,
  { name }: ScheduleRecord,
  { from, until }: Pick<BackfillRange, "from" | "until">,
): Promise<ReadonlyMap<number, TickOutcome>> {
  return tx.decidedTicks(name, { after: from - 1, until: until - 1 });
}

/** The ticks of the range, which must be over and not too long. */
function matchingTicks(
  { now }: Commit,
  record: ScheduleRecord,
  { from, until }: BackfillRange,
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
