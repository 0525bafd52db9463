import type { Command } from "commander";
import type { LogLineJson } from "../../client/mod.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { makePaint, type Paint, type Style } from "../paint.ts";
import { printable } from "../printable.ts";

const HELP = `
Examples:
  dtask logs 0199…
  dtask logs 0199… --follow`;

const LEVEL_STYLE: Readonly<Record<string, Style>> = {
  debug: "dim",
  info: "green",
  warn: "yellow",
  error: "red",
};

/** Adds `dtask logs ID`. */
export function addLogs(program: Command, binder: CommandBinder): void {
  const command = program.command("logs").description("print what a task logged")
    .argument("<id>", "its id")
    .option("-f, --follow", "go on until the task has ended");
  addClientOptions(command).addHelpText("after", HELP);
  binder.bind(command, printLogs);
}

async function printLogs(call: CommandCall): Promise<number> {
  const id = operand(call, 0);
  const client = await connect(call);
  const print = printer(call);
  if (call.options["follow"] !== true) {
    for (const line of await client.logs(id)) print(line);
    return 0;
  }
  for await (const event of client.followLogs(id, { signal: call.ports.interrupted() })) {
    if (event.kind === "line") print(event.line);
  }
  return 0;
}

function printer(call: CommandCall): (line: LogLineJson) => void {
  const paint = makePaint(call.ports, "stdout");
  const json = call.options["json"] === true;
  return (line) => call.ports.stdout(json ? JSON.stringify(line) + "\n" : format(line, paint));
}

function format({ at, run, level, message, fields }: LogLineJson, paint: Paint): string {
  const more = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const label = paint(LEVEL_STYLE[level] ?? "bold", level.padEnd(5));
  const text = printable([message, ...more].join("  "));
  return `${paint("dim", at)}  run ${run}  ${label}  ${text}\n`;
}
