import { resolve } from "node:path";
import type { Command } from "commander";
import { wrongUsage } from "../cli_error.ts";
import type { CliPorts, MigrationProgress, MigrationSummary } from "../cli_ports.ts";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { LiveLine } from "../live_line.ts";
import { makePaint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { durationText } from "../time_text.ts";
import { DATABASE_URL, type ValueKind } from "../value_kind.ts";

const HELP = `
Stop the node first. Everything is copied, then both sides are read and compared row by row, and only
then may nodes start on the target. Should it be stopped at any point, the same command goes on from
there. The source stays as it is.

Examples:
  dtask migrate --from sqlite:./data --to postgres://dtask@db.example/dtask
  dtask migrate --from sqlite:nightly.db --json      with DTASK_DATABASE_URL set`;

/** What is moved: the path behind `sqlite:`. */
const SOURCE: ValueKind<string> = {
  takes: "sqlite: and a node's data folder or a backup, as in sqlite:./data",
  parse(text) {
    const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(text)?.[1];
    return path?.startsWith("//") === true ? undefined : path;
  },
};

/** Adds `dtask migrate`, which moves a node's data to a database that several nodes can share. */
export function addMigrate(program: Command, binder: CommandBinder): void {
  const command = program.command("migrate")
    .description("move everything from SQLite to PostgreSQL")
    .option("--from <source>", "sqlite:FOLDER or sqlite:FILE")
    .option("--to <url>", "postgres://… of an empty database (default: DTASK_DATABASE_URL)")
    .option("--restart", "discard what an unfinished migration has brought, and begin anew")
    .option("--json", "print a JSON object")
    .addHelpText("after", HELP);
  binder.bind(command, migrate);
}

async function migrate(call: CommandCall): Promise<number> {
  const { own, reader, options, ports } = call;
  const from = own.read("--from", SOURCE);
  if (from === null) throw wrongUsage(`migrate needs --from, ${SOURCE.takes}`);
  const to = own.read("--to", DATABASE_URL) ?? reader.read("--database-url", DATABASE_URL);
  if (to === null) throw wrongUsage(`migrate needs --to, ${DATABASE_URL.takes}`);
  const line = new LiveLine(ports);
  const began = ports.now();
  try {
    const summary = await ports.migrate({
      from: resolve(ports.cwd, from),
      to,
      restart: options["restart"] === true,
      signal: ports.interrupted(),
      onProgress: (progress) => line.show(progressText(progress)),
    });
    line.clear();
    const seconds = (ports.now() - began) / 1_000;
    if (options["json"] === true) ports.stdout(JSON.stringify({ ...summary, seconds }) + "\n");
    else print(ports, summary, seconds);
    return 0;
  } finally {
    line.clear();
  }
}

function progressText({ step, table, rows, total }: MigrationProgress): string {
  const percent = total === 0 ? 100 : Math.floor(100 * Math.min(1, rows / total));
  const done = `${rows.toLocaleString("en")} of ${total.toLocaleString("en")}`;
  return `${step === "copy" ? "copying" : "comparing"} ${table}: ${done} rows, ${percent} %`;
}

function print(ports: CliPorts, summary: MigrationSummary, seconds: number): void {
  const { kind, from, to, tables } = summary;
  const tasks = summary.tasks === 1 ? "1 task" : `${summary.tasks.toLocaleString("en")} tasks`;
  const rows = tables.map(({ table, rows, sha256 }) => [table, rows.toLocaleString("en"), sha256]);
  const paint = makePaint(ports, "stdout");
  const said = kind === "already"
    ? `${from} had been moved to ${to} before, with ${tasks}; nothing was changed`
    : `${tasks} moved from ${from} to ${to} in ${durationText(seconds * 1_000)}; ` +
      "every table is the same on both sides";
  ports.stdout(
    formatTable({ head: ["TABLE", "ROWS", "SHA-256"], rows, right: [1], paint }) +
      `\n${said}\n${NEXT_STEPS}\n`,
  );
}

const NEXT_STEPS = `
Start nodes with --database-url; set DTASK_JWT_SECRET to what the file "secret" of the data folder
holds, and tokens stay valid. Start none on that folder any more: it would do the same work again.`;
