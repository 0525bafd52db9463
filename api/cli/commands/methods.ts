import type { Command } from "commander";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { makePaint } from "../paint.ts";
import { printableLine } from "../printable.ts";
import { formatTable } from "../table.ts";

/** Adds `dtask methods`, which lists what can be submitted. */
export function addMethods(program: Command, binder: CommandBinder): void {
  const command = program.command("methods").description("list the tasks that the node knows");
  addClientOptions(command).addHelpText("after", "\nExample:\n  dtask methods --json");
  binder.bind(command, listMethods);
}

async function listMethods(call: CommandCall): Promise<number> {
  const { options, ports } = call;
  const methods = await (await connect(call)).methods();
  if (options["json"] === true) {
    ports.stdout(JSON.stringify({ items: methods }) + "\n");
    return 0;
  }
  ports.stdout(formatTable({
    head: ["METHOD", "MODE", "QUEUE", "DESCRIPTION"],
    paint: makePaint(ports, "stdout"),
    rows: methods.map(({ name, mode, queue, description }) => [
      printableLine(name, 80),
      mode,
      printableLine(queue ?? "default", 40),
      printableLine(description ?? "", 80),
    ]),
  }));
  return 0;
}
