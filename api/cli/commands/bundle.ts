import { resolve } from "node:path";
import type { Command } from "commander";
import { wrongUsage } from "../cli_error.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";

const HELP = `
The compiled program takes tasks as JavaScript only. Each module becomes one file, with all that it
imports but "dtask", which the program has. Paths count from the clone.

Examples:
  deno task bundle my_tasks --output my_tasks/dist
  ./dtask start --tasks my_tasks/dist`;

/** Adds `dtask bundle`, which makes JavaScript of task modules. */
export function addBundle(program: Command, binder: CommandBinder): void {
  const command = program.command("bundle")
    .description("make JavaScript of task modules, for --tasks of the compiled program")
    .argument("<path>", "a folder of task modules, or one module")
    .option("--output <folder>", "where to write (default: ./dist)")
    .option("--json", "print a JSON object")
    .addHelpText("after", HELP);
  binder.bind(command, bundle);
}

async function bundle(call: CommandCall): Promise<number> {
  const { options, ports } = call;
  if (!ports.mayRun()) {
    throw wrongUsage(
      "bundle needs Deno and the right to run it: run `deno task bundle` in a clone of dtask",
    );
  }
  const { output } = options;
  const files = await ports.bundle({
    path: resolve(ports.cwd, operand(call, 0)),
    outputDir: resolve(ports.cwd, typeof output === "string" ? output : "dist"),
  });
  if (options["json"] === true) ports.stdout(JSON.stringify({ files }) + "\n");
  else ports.stdout(files.map((file) => `${file}\n`).join(""));
  return 0;
}
