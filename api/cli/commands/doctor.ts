import type { Command } from "commander";
import { CliError } from "../cli_error.ts";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { diagnose, type Finding } from "../diagnosis.ts";
import { addNodeOptions } from "../node_options.ts";
import { makePaint, type Style } from "../paint.ts";

const HELP = `
Takes the options of dtask start, and checks what a start with them would meet.

Examples:
  dtask doctor
  dtask doctor --deep
  dtask doctor --data /var/lib/dtask --http 0.0.0.0:8080`;

const LEVEL_STYLE: Readonly<Record<Finding["level"], Style>> = {
  ok: "green",
  warn: "yellow",
  FAIL: "red",
};

/** Adds `dtask doctor`: a line for each check, exit code 1 if one failed. */
export function addDoctor(program: Command, binder: CommandBinder): void {
  const command = program.command("doctor")
    .description("check configuration, disk, secret, database, clock, ports and a running node");
  addNodeOptions(command);
  command.option("--deep", "read all of the database too, and check every task")
    .option("--json", "print a JSON object")
    .addHelpText("after", HELP);
  binder.bind(command, doctor);
}

async function doctor({ reader, options, ports }: CommandCall): Promise<number> {
  const findings = await diagnose(reader, ports, { deep: options["deep"] === true });
  const failed = findings.filter(({ level }) => level === "FAIL").length;
  if (options["json"] === true) {
    ports.stdout(JSON.stringify({ ok: failed === 0, checks: findings }) + "\n");
    return failed === 0 ? 0 : 1;
  }
  const paint = makePaint(ports, "stdout");
  for (const { level, check, detail } of findings) {
    ports.stdout(`${paint(LEVEL_STYLE[level], level.padEnd(4))}  ${check.padEnd(12)}${detail}\n`);
  }
  if (failed > 0) throw new CliError(`${failed} of ${findings.length} checks failed`);
  return 0;
}
