import type { Command } from "commander";
import type { TaskJson } from "../../client/mod.ts";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { addFilterOptions, readFilter } from "../filter_options.ts";
import { makePaint, type Paint, STATUS_STYLE } from "../paint.ts";
import { printableLine } from "../printable.ts";
import { failureText, progressText } from "../task_text.ts";

const HELP = `
Prints a line for every change until it is interrupted, over restarts of the node. Changes of one
task in quick succession may come as one. Deletions come whatever the filter; with --json as
{"deleted": ID}.

Examples:
  dtask watch
  dtask watch --workflow 0199…
  dtask watch --status failed --json | jq .error`;

/** The longest status, so that the column behind it is straight. */
const STATUS_WIDTH = 9;

/** Adds `dtask watch`, which prints changes of tasks as they happen. */
export function addWatch(program: Command, binder: CommandBinder): void {
  const command = program.command("watch").description("print changes of tasks as they happen");
  addFilterOptions(command);
  addClientOptions(command).addHelpText("after", HELP);
  binder.bind(command, watch);
}

async function watch(call: CommandCall): Promise<number> {
  const { ports, options } = call;
  const filter = readFilter(call);
  const client = await connect(call);
  const paint = makePaint(ports, "stdout");
  const isJson = options["json"] === true;
  for await (const event of client.events(filter, { signal: ports.interrupted() })) {
    if (event.kind === "task") {
      ports.stdout(isJson ? JSON.stringify(event.task) + "\n" : changeLine(event.task, paint));
    } else if (event.kind === "deleted") {
      ports.stdout(
        isJson ? JSON.stringify({ deleted: event.id }) + "\n" : goneLine(event.id, paint),
      );
    } else if (event.kind === "reset") {
      ports.stderr("dtask: some changes were missed; dtask list shows what there is\n");
    } else if (!isJson) {
      ports.stderr(`${event.resumed ? "Watching again" : "Watching"} ${client.url}\n`);
    }
  }
  return 0;
}

function changeLine(task: TaskJson, paint: Paint): string {
  const status = paint(STATUS_STYLE[task.status], task.status.padEnd(STATUS_WIDTH));
  return `${task.id}  ${status}  ${printableLine(task.method, 40)}  ${newsOf(task)}`.trimEnd() +
    "\n";
}

function goneLine(id: string, paint: Paint): string {
  return `${id}  ${paint("dim", "deleted")}\n`;
}

function newsOf(task: TaskJson): string {
  if (task.status === "running") return progressText(task);
  return task.status === "failed" || task.status === "skipped" ? failureText(task) : "";
}
