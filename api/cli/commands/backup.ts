import { resolve } from "node:path";
import type { Command } from "commander";
import { wrongUsage } from "../cli_error.ts";
import type { CliPorts, DatabaseSummary } from "../cli_ports.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import { readDataDir } from "../node_options.ts";
import { durationText } from "../time_text.ts";

const BACKUP_HELP = `
A running node goes on with its work meanwhile. The copy is as of one moment, is checked, and appears
under its name only when it is whole. It holds tasks, workflows, queues and schedules, with arguments
and results, but not the secret: keep DATA/secret elsewhere if tokens are to stay valid.

Examples:
  dtask backup /var/backups/dtask.db
  dtask backup nightly.db --data /var/lib/dtask --force --json`;

const RESTORE_HELP = `
The backup is checked before anything changes. The folder's node has to be stopped; its secret stays.
The next start migrates an older backup, and starts what was running at its moment again.

Examples:
  dtask restore /var/backups/dtask.db --data /var/lib/dtask
  dtask restore nightly.db --force`;

/** Adds `dtask backup`, which copies the database of a data folder, online. */
export function addBackup(program: Command, binder: CommandBinder): void {
  const command = program.command("backup")
    .description("write a checked copy of the database, also while a node runs on it")
    .argument("<file>", "the file to write")
    .option("--data <folder>", "the node's data folder (default: ./data)")
    .option("--force", "replace the file if there is one")
    .option("--json", "print a JSON object")
    .addHelpText("after", BACKUP_HELP);
  binder.bind(command, backup);
}

/** Adds `dtask restore`, which puts a backup into a data folder. */
export function addRestore(program: Command, binder: CommandBinder): void {
  const command = program.command("restore")
    .description("put a backup into the data folder of a stopped node")
    .argument("<file>", "the backup")
    .option("--data <folder>", "the data folder; made if it is missing (default: ./data)")
    .option("--force", "move a database aside that is there")
    .option("--json", "print a JSON object")
    .addHelpText("after", RESTORE_HELP);
  binder.bind(command, restore);
}

async function backup(call: CommandCall): Promise<number> {
  const { ports } = call;
  const request = readRequest(call);
  const began = ports.now();
  const summary = await ports.backup(request);
  const seconds = (ports.now() - began) / 1_000;
  const { file } = request;
  print(call, { file, ...summary, seconds }, [`${file}: ${describe(summary, seconds)}`]);
  return 0;
}

async function restore(call: CommandCall): Promise<number> {
  const { ports } = call;
  const began = ports.now();
  const summary = await ports.restore({ ...readRequest(call), now: began });
  const seconds = (ports.now() - began) / 1_000;
  const { database, movedAside } = summary;
  print(call, { ...summary, seconds }, [
    `${database}: ${describe(summary, seconds)}`,
    ...movedAside.map((path) => `the former database is kept as ${path}`),
  ]);
  return 0;
}

function readRequest(call: CommandCall) {
  const { reader, options, ports } = call;
  if (options["data"] === undefined && (ports.env("DTASK_DATABASE_URL") ?? "") !== "") {
    throw wrongUsage(
      "backup and restore are for the database of a data folder, and DTASK_DATABASE_URL names a " +
        "shared one: use pg_dump and pg_restore for that, or --data for a folder",
    );
  }
  return {
    dataDir: readDataDir(reader, ports.cwd),
    file: resolve(ports.cwd, operand(call, 0)),
    force: options["force"] === true,
  };
}

function describe({ tasks, live, bytes, schemaVersion }: DatabaseSummary, seconds: number): string {
  const count = tasks === 1 ? "1 task" : `${tasks.toLocaleString("en")} tasks`;
  return `${count} (${live.toLocaleString("en")} to finish), ${sizeText(bytes)}, ` +
    `schema version ${schemaVersion}, checked, in ${durationText(seconds * 1_000)}`;
}

function sizeText(bytes: number): string {
  return bytes < 2 ** 20
    ? `${Math.ceil(bytes / 1_024)} KiB`
    : `${(bytes / 2 ** 20).toLocaleString("en", { maximumFractionDigits: 1 })} MiB`;
}

function print(
  { options, ports }: { readonly options: CommandCall["options"]; readonly ports: CliPorts },
  report: unknown,
  lines: readonly string[],
): void {
  if (options["json"] === true) ports.stdout(JSON.stringify(report) + "\n");
  else ports.stdout(lines.join("\n") + "\n");
}
