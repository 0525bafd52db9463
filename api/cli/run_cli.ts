import { Command, CommanderError } from "commander";
import { VERSION } from "../../actors/config.ts";
import type { CliPorts } from "./cli_ports.ts";
import { CommandBinder } from "./command_call.ts";
import { addBackup, addRestore } from "./commands/backup.ts";
import { addBench } from "./commands/bench.ts";
import { addBundle } from "./commands/bundle.ts";
import { addDeadLetters } from "./commands/dead_letters.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addExplain } from "./commands/explain.ts";
import { addLogs } from "./commands/logs.ts";
import { addMethods } from "./commands/methods.ts";
import { addNodes } from "./commands/nodes.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addQueues } from "./commands/queues.ts";
import { addSchedules } from "./commands/schedules.ts";
import { addStart } from "./commands/start.ts";
import { addStats } from "./commands/stats.ts";
import { addSubmit, spellOutUnique } from "./commands/submit.ts";
import { addTaskCommands } from "./commands/tasks.ts";
import { addToken } from "./commands/token.ts";
import { addWatch } from "./commands/watch.ts";
import { addWorkflow } from "./commands/workflow.ts";
import { reportError } from "./error_report.ts";

const HELP = `
Exit codes: 0 done, 1 failed, 2 wrong usage. "dtask COMMAND --help" shows examples.

A first task:
  dtask start                      in one terminal
  dtask submit add 1 2 3 --wait    in another`;

/** In the order of the help. */
const COMMANDS = [
  addStart,
  addSubmit,
  addWorkflow,
  addTaskCommands,
  addWatch,
  addLogs,
  addDeadLetters,
  addExplain,
  addQueues,
  addSchedules,
  addMethods,
  addNodes,
  addStats,
  addToken,
  addBackup,
  addRestore,
  addMigrate,
  addBundle,
  addDoctor,
  addBench,
] as const;

/**
 * Runs the command line `argv` (without the program's own name) and resolves to the exit code.
 * Writes only through `ports`, and never throws.
 */
export async function runCli(argv: readonly string[], ports: CliPorts): Promise<number> {
  const binder = new CommandBinder(ports);
  const program = makeProgram(binder, ports);
  try {
    await program.parseAsync([...spellOutUnique(argv)], { from: "user" });
    return binder.exitCode;
  } catch (error) {
    // Help, the version and wrong usage: commander has written what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    // The reader of a pipe had enough, as in `dtask list | head`.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    return reportError(error, { json: argv.includes("--json"), stderr: ports.stderr });
  }
}

function makeProgram(binder: CommandBinder, ports: CliPorts): Command {
  const program = new Command("dtask")
    .description("Durable task scheduler and workflow engine")
    .version(VERSION, "-V, --version", "print the version")
    .addHelpText("after", HELP)
    .exitOverride()
    .configureOutput({
      writeOut: ports.stdout,
      writeErr: ports.stderr,
      outputError: (text, write) => write(toOneLine(text)),
      getOutHelpWidth: () => ports.columns("stdout") ?? 100,
      getErrHelpWidth: () => ports.columns("stderr") ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const add of COMMANDS) add(program, binder);
  return program;
}

/** Commander puts what the user may have meant on a second line. */
function toOneLine(text: string): string {
  return text.trim().replace(/^error: /, "dtask: ").replaceAll("\n", " ") + "\n";
}
