import type { Command } from "commander";
import type { PausedScheduleJson, ScheduleJson } from "../../client/mod.ts";
import { writeAnswer } from "../answer_output.ts";
import { wrongUsage } from "../cli_error.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { instantBefore } from "../filter_options.ts";
import { makePaint } from "../paint.ts";
import {
  backfillText,
  scheduleDetails,
  scheduleTable,
  type ScheduleTextContext,
  startedText,
  tickTable,
} from "../schedule_text.ts";
import { wholeNumber } from "../value_kind.ts";
import { addSetSchedule } from "./set_schedule.ts";

const HELP = `
Times are shown in your own time zone, whatever the schedule's is.

Examples:
  dtask schedules
  dtask schedules set nightly --cron "0 3 * * *" --timezone Europe/Berlin report.build all
  dtask schedules pause nightly
  dtask schedules backfill nightly --from 2026-11-01T00:00:00Z --until 2026-11-02T00:00:00Z`;

const TICKS_MAX = 500;

/** Adds `dtask schedules` with all that can be done to one. */
export function addSchedules(program: Command, binder: CommandBinder): void {
  const schedules = program.command("schedules").description("list schedules, or act on one");
  addClientOptions(schedules).addHelpText("after", HELP);
  binder.bind(schedules, listSchedules);
  const add = (name: string, description: string) =>
    schedules.command(name).description(description).argument("<name>", "of the schedule");

  binder.bind(addClientOptions(add("get", "show a schedule and its next fire times")), getSchedule);
  addSetSchedule(schedules, binder, writeSchedule);
  binder.bind(addClientOptions(add("delete", "delete a schedule")), deleteSchedule);
  binder.bind(addClientOptions(add("pause", "let no tick fire")), pauseSchedule);
  binder.bind(addClientOptions(add("resume", "let ticks fire again")), resumeSchedule);
  binder.bind(addClientOptions(add("trigger", "start the work once, now")), triggerSchedule);
  const backfill = add("backfill", "fire the ticks of a past range that have not fired")
    .option("--from <time>", "first: 2026-11-21T20:00:00Z, or 2h for two hours ago")
    .option("--until <time>", "end, not included (default: now)")
    .option("--dry-run", "start nothing, and say which ticks would");
  binder.bind(addClientOptions(backfill), backfillSchedule);
  const ticks = add("ticks", "list decided ticks, newest first")
    .option("--limit <n>", "how many at most (default: 50)");
  binder.bind(addClientOptions(ticks), listTicks);
}

async function listSchedules(call: CommandCall): Promise<number> {
  const items = await (await connect(call)).schedules();
  writeAnswer(call, { items }, () => scheduleTable(items, textContext(call)));
  return 0;
}

async function getSchedule(call: CommandCall): Promise<number> {
  writeSchedule(call, await (await connect(call)).getSchedule(operand(call, 0)));
  return 0;
}

async function deleteSchedule(call: CommandCall): Promise<number> {
  const name = operand(call, 0);
  await (await connect(call)).deleteSchedule(name);
  writeAnswer(call, { name, deleted: true }, () => `${name}  deleted\n`);
  return 0;
}

async function pauseSchedule(call: CommandCall): Promise<number> {
  writePaused(call, await (await connect(call)).pauseSchedule(operand(call, 0)));
  return 0;
}

async function resumeSchedule(call: CommandCall): Promise<number> {
  writePaused(call, await (await connect(call)).resumeSchedule(operand(call, 0)));
  return 0;
}

async function triggerSchedule(call: CommandCall): Promise<number> {
  const tick = await (await connect(call)).triggerSchedule(operand(call, 0));
  const started = tick.started === null ? tick.outcome : startedText(tick.started);
  writeAnswer(call, tick, () => `${tick.schedule}  started ${started}\n`);
  return 0;
}

async function backfillSchedule(call: CommandCall): Promise<number> {
  const { options, own, ports } = call;
  const instant = instantBefore(ports.now());
  const from = own.read("--from", instant);
  if (from === null) throw wrongUsage(`schedules backfill takes --from, ${instant.takes}`);
  const until = own.read("--until", instant) ?? new Date(ports.now()).toISOString();
  const name = operand(call, 0);
  const trial = options["dryRun"] === true ? { dryRun: true } : {};
  const report = await (await connect(call)).backfillSchedule(name, { from, until, ...trial });
  writeAnswer(call, report, () => `${name}  ${backfillText(report, ports.timezone)}\n`);
  return 0;
}

async function listTicks(call: CommandCall): Promise<number> {
  const limit = call.own.read("--limit", wholeNumber(1, TICKS_MAX));
  const client = await connect(call);
  const items = await client.scheduleTicks(operand(call, 0), limit === null ? {} : { limit });
  writeAnswer(call, { items }, () => tickTable(items, textContext(call)));
  return 0;
}

function writeSchedule(call: CommandCall, schedule: ScheduleJson): void {
  writeAnswer(call, schedule, () => scheduleDetails(schedule, textContext(call)));
}

function writePaused(call: CommandCall, schedule: PausedScheduleJson): void {
  const text = () => scheduleTable([schedule], textContext(call)) + `\n${schedule.note}\n`;
  writeAnswer(call, schedule, text);
}

function textContext({ ports }: CommandCall): ScheduleTextContext {
  return { now: ports.now(), timezone: ports.timezone, paint: makePaint(ports, "stdout") };
}
