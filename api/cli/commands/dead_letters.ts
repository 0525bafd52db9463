import type { Command } from "commander";
import { FAILURE_REASONS, LIMITS } from "../../../actors/domain/task.ts";
import type {
  BatchDecisionJson,
  DeadLetterFilterJson,
  DeadLetterJson,
  DeadLetterSelectionJson,
} from "../../client/mod.ts";
import { ARGUMENT_LIST } from "../argument_value.ts";
import { wrongUsage } from "../cli_error.ts";
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

const HELP = `
Examples:
  dtask dead-letters --queue mail --since 1d
  dtask dead-letters redrive 0199…
  dtask dead-letters redrive --method resize --reason invalid_input --args '[{"width":100}]'
  dtask dead-letters redrive --all
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
  return addDeadLetterOptions(command).option("--all", "all dead letters");
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
    done: "sent round again",
    change: (choice) => client.redrive(choice, args === null ? {} : { args }),
  });
}

async function discardDeadLetters(call: CommandCall): Promise<number> {
  const choices = readChoices(call, "discard");
  const client = await connect(call);
  return await changeEach(call, choices, {
    done: "discarded",
    change: (choice) => client.discard(choice),
  });
}

interface Change {
  /** What has become of them, in words. */
  readonly done: string;
  readonly change: (choice: DeadLetterSelectionJson) => Promise<BatchDecisionJson>;
}

/** Changes what is chosen and says how many those were; a named task that is none is a failure. */
async function changeEach(
  { args, options, ports }: CommandCall,
  choices: readonly DeadLetterSelectionJson[],
  { done, change }: Change,
): Promise<number> {
  let [matched, changed] = [0, 0];
  for (const choice of choices) {
    const decision = await change(choice);
    matched += decision.matched;
    changed += decision.changed;
  }
  const missing = args.length === 0 ? 0 : new Set(args).size - matched;
  if (options["json"] === true) ports.stdout(JSON.stringify({ matched, changed }) + "\n");
  else ports.stdout(`${changed} of ${matched} dead letters ${done}\n`);
  if (missing > 0) ports.stderr(`dtask: ${missing} of the ids are no dead letters\n`);
  return missing > 0 ? 1 : 0;
}

/** What the ids or options choose, in parts that one request can hold. */
function readChoices(call: CommandCall, name: string): readonly DeadLetterSelectionJson[] {
  const filter = readDeadLetterFilter(call);
  const ids = [...new Set(call.args)];
  const ways = [ids.length > 0, Object.keys(filter).length > 0, call.options["all"] === true];
  // The list's own options reach its commands too, where they would limit nothing.
  for (const flag of ["limit", "cursor"]) {
    if (call.options[flag] !== undefined) {
      throw wrongUsage(`dead-letters ${name} takes no --${flag}`);
    }
  }
  if (ways.filter(Boolean).length !== 1) {
    throw wrongUsage(`dead-letters ${name} takes either ids, or filter options, or --all`);
  }
  if (ids.length === 0) return [{ filter }];
  const parts: DeadLetterSelectionJson[] = [];
  for (let at = 0; at < ids.length; at += LIMITS.deadLetterIds) {
    parts.push({ ids: ids.slice(at, at + LIMITS.deadLetterIds) });
  }
  return parts;
}

function readDeadLetterFilter(call: CommandCall): DeadLetterFilterJson {
  const { status: _, ...filter } = readFilter(call);
  const reason = call.own.read("--reason", oneOf(...FAILURE_REASONS));
  return reason === null ? filter : { ...filter, reason };
}
