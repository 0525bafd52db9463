import type { Command } from "commander";
import {
  ApiError,
  type Client,
  type ScheduleJson,
  type ScheduleSettingsJson,
  settingsOf,
} from "../../client/mod.ts";
import { argumentValue } from "../argument_value.ts";
import { CliError, wrongUsage } from "../cli_error.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { readJsonInput } from "../json_input.ts";
import { DURATION_MS, oneOf, TEXT, wholeNumber } from "../value_kind.ts";

const HELP = `
Of a schedule that exists, what is not named stays as it is; --file replaces it whole. The file has
what PUT /api/schedules/{name} takes, or what "dtask schedules get NAME --json" prints: there a
workflow can be given, and every field of a task. An ARG is JSON where it parses, else a text.

Examples:
  dtask schedules set nightly --cron "0 3 * * *" --timezone Europe/Berlin report.build all
  dtask schedules set nightly --cron "30 3 * * 1-5" --overlap buffer_one
  dtask schedules set etl --file etl.json`;

/** Adds `dtask schedules set NAME`; `write` shows the schedule as it is then. */
export function addSetSchedule(
  schedules: Command,
  binder: CommandBinder,
  write: (call: CommandCall, schedule: ScheduleJson) => void,
): void {
  const set = schedules.command("set").description("set a schedule up, or change it")
    .argument("<name>", "of the schedule")
    .argument("[method]", "name of the task that it starts, see dtask methods")
    .argument("[arg...]", "the task's arguments")
    .option("--file <file>", "settings as JSON, or - for standard input")
    .option("--cron <expression>", "five fields, or six with the seconds first")
    .option("--timezone <zone>", "IANA name, as in Europe/Berlin (default: UTC)")
    .option("--overlap <policy>", "skip, buffer_one or allow_all (default: skip)")
    .option("--catch-up <time>", "run ticks that are late by this at most (default: 10m)")
    .option("--jitter <time>", "delay each tick by a share of this (default: none)")
    .option("--queue <name>", "of the task (default: the method's)")
    .option("--priority <n>", "of the task, -100 to 100, higher first");
  addClientOptions(set).addHelpText("after", HELP);
  binder.bind(set, async (call) => {
    write(call, await setSchedule(call));
    return 0;
  });
}

async function setSchedule(call: CommandCall): Promise<ScheduleJson> {
  const name = operand(call, 0);
  const changes = readChanges(call);
  const file = call.own.read("--file", TEXT);
  if (file === null && Object.keys(changes).length === 0) {
    throw wrongUsage("schedules set takes --file, or --cron, METHOD and further options");
  }
  if (file !== null && "method" in changes) {
    throw wrongUsage("schedules set takes METHOD or --file, not both");
  }
  const client = await connect(call);
  const before = file === null
    ? await readKnown(client, name, changes)
    : await readSettings(file, call);
  return await client.putSchedule(name, { ...before, ...changes });
}

function readChanges(call: CommandCall): Partial<ScheduleSettingsJson> {
  const { own } = call;
  const [, method, ...args] = call.args;
  const cron = own.read("--cron", TEXT);
  const timezone = own.read("--timezone", TEXT);
  const overlap = own.read("--overlap", oneOf("skip", "buffer_one", "allow_all"));
  const catchUpWindowMs = own.read("--catch-up", DURATION_MS);
  const jitterMs = own.read("--jitter", DURATION_MS);
  const queue = own.read("--queue", TEXT);
  const priority = own.read("--priority", wholeNumber(-100, 100));
  return {
    ...(cron === null ? {} : { cron }),
    ...(timezone === null ? {} : { timezone }),
    ...(overlap === null ? {} : { overlap }),
    ...(catchUpWindowMs === null ? {} : { catchUpWindowMs }),
    ...(jitterMs === null ? {} : { jitterMs }),
    ...(queue === null ? {} : { queue }),
    ...(priority === null ? {} : { priority }),
    ...(method === undefined ? {} : { method, args: args.map(argumentValue), workflow: null }),
  };
}

/** The settings that the schedule has. The API replaces them whole, so what stays is sent along. */
async function readKnown(
  client: Client,
  name: string,
  changes: Partial<ScheduleSettingsJson>,
): Promise<ScheduleSettingsJson> {
  try {
    return settingsOf(await client.getSchedule(name));
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
  const { cron, method } = changes;
  if (cron === undefined || method === undefined) {
    const missing = cron === undefined ? "--cron" : "METHOD or --file";
    throw wrongUsage(`There is no schedule "${name}" yet, so schedules set takes ${missing} too`);
  }
  return { cron };
}

async function readSettings(file: string, { ports }: CommandCall): Promise<ScheduleSettingsJson> {
  const value = await readJsonInput(file, ports);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CliError(`${file} has no settings: it takes {"cron": …, "method": …}`);
  }
  // What else it holds is the node's to judge: it names every faulty place.
  return settingsOf(value as unknown as ScheduleSettingsJson);
}
