import type { Command } from "commander";
import { pause } from "../../client/backoff.ts";
import { type Client, isEnded, type LogLineJson } from "../../client/mod.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { makePaint, type Paint, type Style } from "../paint.ts";
import { printable } from "../printable.ts";

const HELP = `
Examples:
  dtask logs 0199…
  dtask logs 0199… --follow`;

/** How often a followed task's log is read: nothing tells of a new line alone. */
const FOLLOW_MS = 500;

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
  const printer = new LogPrinter(call);
  if (call.options["follow"] !== true) {
    printer.print(await client.logs(id));
    return 0;
  }
  const signal = call.ports.interrupted();
  while (!signal.aborted) {
    // Asked before the log is read, so that the last lines of a task that ends now are not lost.
    const ended = await hasEnded(client, id);
    printer.print(await client.logs(id));
    if (ended) return 0;
    try {
      await pause(FOLLOW_MS, signal);
    } catch {
      return 0; // The pause rejects only because of `signal`.
    }
  }
  return 0;
}

async function hasEnded(client: Client, id: string): Promise<boolean> {
  return isEnded((await client.get(id)).status);
}

/** Prints each line once, however often the log is read. */
class LogPrinter {
  readonly #call: CommandCall;
  readonly #paint: Paint;
  /** Lines printed of each run; a run's lines are only ever added to. */
  readonly #printed = new Map<number, number>();

  constructor(call: CommandCall) {
    this.#call = call;
    this.#paint = makePaint(call.ports, "stdout");
  }

  print(lines: readonly LogLineJson[]): void {
    const seen = new Map<number, number>();
    for (const line of lines) {
      const count = (seen.get(line.run) ?? 0) + 1;
      seen.set(line.run, count);
      if (count <= (this.#printed.get(line.run) ?? 0)) continue;
      this.#printed.set(line.run, count);
      this.#call.ports.stdout(
        this.#call.options["json"] === true ? JSON.stringify(line) + "\n" : this.#format(line),
      );
    }
  }

  #format({ at, run, level, message, fields }: LogLineJson): string {
    const more = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const label = this.#paint(LEVEL_STYLE[level] ?? "bold", level.padEnd(5));
    const text = printable([message, ...more].join("  "));
    return `${this.#paint("dim", at)}  run ${run}  ${label}  ${text}\n`;
  }
}
