import type { Command } from "commander";
import { FAILURE_REASONS } from "../../../actors/domain/task.ts";
import type { DeadLetterFilterJson, DeadLetterJson } from "../../client/mod.ts";
import { ARGUMENT_LIST } from "../argument_value.ts";
import { wrongUsage } from "../cli_error.ts";
import {
  addChangeManyOptions,
  changeEach,
  readSelections,
  type Selection,
} from "../change_many.ts";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { addDeadLetterFilterOptions, readFilter } from "../filter_options.ts";
import { fetchPages, readPaging } from "../read_pages.ts";
import { makePaint } from "../paint.ts";
import { printableLine } from "../printable.ts";
import { type Cell, formatTable } from "../table.ts";
import { relativeTime } from "../time_text.ts";
import { oneOf } from "../value_kind.ts";

const NAME_WIDTH = 40;
const ERROR_WIDTH = 60;
const WORDS = { what: "dead letters", none: "no dead letters" } as const;

const HELP = `
Examples:
  dtask dead-letters --queue mail --since 1d
  dtask dead-letters redrive 0199…
  dtask dead-letters redrive --method resize --reason invalid_input --args '[{"width":100}]'
  dtask dead-letters redrive --all --dry-run
  dtask dead-letters discard --reason expired`;

/** Adds `dtask dead-letters` with `redrive` and `discard`. */
export function addDeadLetters(program: Command, binder: CommandBinder): void {
  const list = program.command("dead-letters")
    .description("list failed tasks that were not discarded, newest first, or change them");
  addDeadLetterOptions(list)
    .option("--limit <n>", "how many at most (default: 50)")
    .option("--cursor <cursor>", "go on after an earlier list");
  addClientOptions(list).addHelpText("after", HELP);
  binder.bind(list, listDeadLetters);

  const redrive = list.command("redrive")
    .description("run dead letters again, with what they had skipped")
    .argument("[id...]", "their ids")
    .option("--args <json>", "a list of arguments that replaces their own");
  binder.bind(addClientOptions(addChoiceOptions(redrive)), redriveDeadLetters);

  const discard = list.command("discard")
    .description("give dead letters up; the failed tasks stay")
    .argument("[id...]", "their ids");
  binder.bind(addClientOptions(addChoiceOptions(discard)), discardDeadLetters);
}

function addDeadLetterOptions(command: Command): Command {
  return addDeadLetterFilterOptions(command).option(
    "--reason <reason>",
    FAILURE_REASONS.join(", "),
  );
}

function addChoiceOptions(command: Command): Command {
  return addChangeManyOptions(addDeadLetterOptions(command), "dead letters");
}

async function listDeadLetters(call: CommandCall): Promise<number> {
  const { options, ports } = call;
  const filter = readDeadLetterFilter(call);
  const paging = readPaging(call);
  const client = await connect(call);
  const listed = await fetchPages(paging, (page) => client.deadLetters({ ...filter, ...page }));
  const { items, nextCursor: cursor } = listed;
  if (options["json"] === true) {
    ports.stdout(JSON.stringify(listed) + "\n");
    return 0;
  }
  ports.stdout(deadLetterTable(items, call));
  if (cursor !== null) ports.stderr(`There are more: --limit, or --cursor ${cursor}\n`);
  return 0;
}

function deadLetterTable(items: readonly DeadLetterJson[], { ports }: CommandCall): string {
  return formatTable({
    head: ["ID", "METHOD", "QUEUE", "REASON", "RUNS", "FAILED", "ERROR"],
    right: [4, 5],
    paint: makePaint(ports, "stdout"),
    rows: items.map((task): readonly Cell[] => [
      task.id,
      printableLine(task.method, NAME_WIDTH),
      printableLine(task.queue, NAME_WIDTH),
      { text: task.reason ?? "-", style: "red" },
      String(task.run),
      task.finishedAt === null ? "-" : relativeTime(task.finishedAt, ports.now()),
      printableLine(task.error?.message ?? "", ERROR_WIDTH),
    ]),
  });
}

async function redriveDeadLetters(call: CommandCall): Promise<number> {
  const args = call.own.read("--args", ARGUMENT_LIST);
  const choices = readChoices(call, "redrive");
  const client = await connect(call);
  return await changeEach(call, choices, {
    ...WORDS,
    done: "sent round again",
    change: (choice, more) => client.redrive(choice, args === null ? more : { ...more, args }),
  });
}

async function discardDeadLetters(call: CommandCall): Promise<number> {
  const choices = readChoices(call, "discard");
  const client = await connect(call);
  return await changeEach(call, choices, {
    ...WORDS,
    done: "discarded",
    change: (choice, more) => client.discard(choice, more),
  });
}

/** What the ids or options choose. */
function readChoices(call: CommandCall, name: string): readonly Selection<DeadLetterFilterJson>[] {
  const filter = readDeadLetterFilter(call);
  // The list's own options reach its commands too, where they would limit nothing.
  for (const flag of ["limit", "cursor"]) {
    if (call.options[flag] !== undefined) {
      throw wrongUsage(`dead-letters ${name} takes no --${flag}`);
    }
  }
  return readSelections(call, { name: `dead-letters ${name}`, filter });
}

function readDeadLetterFilter(call: CommandCall): DeadLetterFilterJson {
  const { status: _, ...filter } = readFilter(call);
  const reason = call.own.read("--reason", oneOf(...FAILURE_REASONS));
  return reason === null ? filter : { ...filter, reason };
}
