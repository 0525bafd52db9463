import type { BackfillJson, ScheduleJson, StartedWorkJson, TickJson } from "../client/mod.ts";
import type { Paint, Style } from "./paint.ts";
import { printable, printableLine } from "./printable.ts";
import { type Cell, formatPairs, formatTable } from "./table.ts";
import { clockTime, durationText, relativeTime } from "./time_text.ts";

/** What texts about schedules depend on. */
export interface ScheduleTextContext {
  readonly now: number;
  /** Of the user, in which times are shown. */
  readonly timezone: string;
  readonly paint: Paint;
}

const NAME_WIDTH = 40;
const NOTE_WIDTH = 80;

const OUTCOME_STYLE: Readonly<Record<TickJson["outcome"], Style>> = {
  fired: "green",
  skipped: "dim",
  refused: "red",
  triggered: "cyan",
};

/** A table of schedules, a line each. */
export function scheduleTable(
  schedules: readonly ScheduleJson[],
  { now, timezone, paint }: ScheduleTextContext,
): string {
  return formatTable({
    head: [
      ...["SCHEDULE", "CRON", "ZONE", "STATE", `NEXT (${timezone})`, "LAST"],
      ...["FIRED", "MISSED", "SKIPPED", "REFUSED", "STARTS"],
    ],
    right: [6, 7, 8, 9],
    paint,
    rows: schedules.map((schedule) => {
      const [next] = schedule.nextFireTimes;
      const { fired, missed, skipped, refused } = schedule.counts;
      return [
        schedule.name,
        printableLine(schedule.cron, NAME_WIDTH),
        printableLine(schedule.timezone, NAME_WIDTH),
        stateCell(schedule),
        next === undefined || schedule.paused ? "-" : clockTime(next, timezone),
        relativeTime(schedule.lastFiredAt, now),
        ...[fired, missed, skipped, refused].map(String),
        printableLine(schedule.method ?? workflowText(schedule), NAME_WIDTH),
      ];
    }),
  });
}

/** Everything about one schedule. */
export function scheduleDetails(
  schedule: ScheduleJson,
  { now, timezone, paint }: ScheduleTextContext,
): string {
  const at = (iso: string) => `${clockTime(iso, timezone)}  (${relativeTime(iso, now)})`;
  const { counts, lastStarted } = schedule;
  const pairs: readonly (readonly [string, Cell | null])[] = [
    ["name", schedule.name],
    ["state", stateCell(schedule)],
    ["cron", printable(`${schedule.cron}  in ${schedule.timezone}`)],
    ["overlap", schedule.overlap],
    ["catch-up", durationText(schedule.catchUpWindowMs)],
    ["jitter", schedule.jitterMs === 0 ? null : durationText(schedule.jitterMs)],
    ["method", schedule.method === null ? null : printable(schedule.method)],
    ["args", schedule.args === null ? null : printable(JSON.stringify(schedule.args))],
    ["workflow", schedule.workflow === null ? null : printable(workflowText(schedule))],
    ["queue", schedule.queue ?? null],
    ["priority", schedule.priority === undefined ? null : String(schedule.priority)],
    [schedule.paused ? "next if resumed" : "next", schedule.nextFireTimes.map(at).join("\n")],
    ["times in", timezone],
    ["waiting", schedule.bufferedAt === null ? null : `tick of ${at(schedule.bufferedAt)}`],
    ["ticks", Object.entries(counts).map(([name, count]) => `${count} ${name}`).join("  ")],
    ["last", schedule.lastFiredAt === null ? null : at(schedule.lastFiredAt)],
    ["last started", lastStarted === null ? null : startedText(lastStarted)],
    ["created", schedule.createdAt],
    ["updated", schedule.updatedAt],
  ];
  return formatPairs(
    pairs.flatMap(([name, cell]) => cell === null ? [] : [[name, cell] as const]),
    paint,
  );
}

/** A table of decided ticks, a line each. */
export function tickTable(
  ticks: readonly TickJson[],
  { timezone, paint }: ScheduleTextContext,
): string {
  return formatTable({
    head: [`TICK (${timezone})`, "OUTCOME", "DECIDED", "STARTED", "NOTE"],
    paint,
    rows: ticks.map(({ nominalAt, outcome, decidedAt, started, error }) => [
      clockTime(nominalAt, timezone),
      { text: outcome, style: OUTCOME_STYLE[outcome] },
      clockTime(decidedAt, timezone),
      started === null ? "-" : startedText(started),
      printableLine(error ?? "", NOTE_WIDTH),
    ]),
  });
}

/** `5 ticks, 4 started`, or of a trial which of them would be. */
export function backfillText(
  { matched, changed, unfired }: BackfillJson,
  timezone: string,
): string {
  if (unfired === undefined) return `${matched} ticks, ${changed} started`;
  const { count, first, last } = unfired;
  const text = `${matched} ticks, ${count} would start`;
  if (first === null || last === null) return text;
  const at = clockTime(first, timezone);
  return count === 1 ? `${text}: ${at}` : `${text}: ${at} to ${clockTime(last, timezone)}`;
}

/** `task 0199…`. */
export function startedText({ kind, id }: StartedWorkJson): string {
  return `${kind} ${id}`;
}

function stateCell({ paused }: ScheduleJson): Cell {
  return paused ? { text: "paused", style: "yellow" } : { text: "active", style: "green" };
}

function workflowText({ workflow }: ScheduleJson): string {
  if (workflow === null) return "-";
  const name = workflow.name === null ? "workflow" : `workflow ${workflow.name}`;
  return workflow.tasks === null ? name : `${name} of ${workflow.tasks.length} tasks`;
}
