import type { Command } from "commander";
import type { ArgumentValue, TaskJson } from "../../client/mod.ts";
import { writeAnswer } from "../answer_output.ts";
import { ARGUMENT_LIST } from "../argument_value.ts";
import { addChangeManyOptions, changeEach, readSelections } from "../change_many.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { addFilterOptions, readFilter } from "../filter_options.ts";
import { fetchPages, readPaging } from "../read_pages.ts";
import { makePaint, STATUS_STYLE } from "../paint.ts";
import { taskDetails, taskTable } from "../task_text.ts";

/** Adds `dtask get`, `list`, `cancel` and `retry`: those that look at tasks or act on one. */
export function addTaskCommands(program: Command, binder: CommandBinder): void {
  addGet(program, binder);
  addList(program, binder);
  addCancel(program, binder);
  addRetry(program, binder);
}

function addGet(program: Command, binder: CommandBinder): void {
  const command = program.command("get").description("show a task").argument("<id>", "its id");
  addClientOptions(command).addHelpText("after", "\nExample:\n  dtask get 0199… --json");
  binder.bind(command, async (call) => {
    const task = await (await connect(call)).get(operand(call, 0));
    const paint = makePaint(call.ports, "stdout");
    writeAnswer(call, task, () => taskDetails(task, { now: call.ports.now(), paint }));
    return 0;
  });
}

const LIST_HELP = `
Examples:
  dtask list --status failed --since 2h
  dtask list --queue mail --label team=web --limit 500
  dtask list --workflow 0199… --json`;

function addList(program: Command, binder: CommandBinder): void {
  const command = program.command("list").description("list tasks, newest first");
  addFilterOptions(command)
    .option("--limit <n>", "how many at most (default: 50)")
    .option("--cursor <cursor>", "go on after an earlier list");
  addClientOptions(command).addHelpText("after", LIST_HELP);
  binder.bind(command, listTasks);
}

async function listTasks(call: CommandCall): Promise<number> {
  const { ports } = call;
  const filter = readFilter(call);
  const paging = readPaging(call);
  const client = await connect(call);
  const listed = await fetchPages(paging, (page) => client.list({ ...filter, ...page }));
  const { items, nextCursor: cursor } = listed;
  const paint = makePaint(ports, "stdout");
  writeAnswer(
    call,
    listed,
    () => taskTable(items, { now: ports.now(), paint }),
  );
  if (call.options["json"] !== true && cursor !== null) {
    ports.stderr(`There are more: --limit, or --cursor ${cursor}\n`);
  }
  return 0;
}

const CANCEL_HELP = `
Examples:
  dtask cancel 0199…
  dtask cancel --queue mail --status pending,scheduled --dry-run
  dtask cancel --label team=web`;

function addCancel(program: Command, binder: CommandBinder): void {
  const command = program.command("cancel").description("cancel tasks that have not ended")
    .argument("[id...]", "their ids");
  addChangeManyOptions(addFilterOptions(command), "tasks");
  addClientOptions(command).addHelpText("after", CANCEL_HELP);
  binder.bind(command, async (call) => {
    if (isOne(call)) return await cancelOne(call);
    const selections = readSelections(call, { name: "cancel", filter: readFilter(call) });
    const client = await connect(call);
    return await changeEach(call, selections, {
      ...{ what: "tasks", done: "cancelled", none: "no tasks that could be cancelled" },
      change: (selection, more) => client.cancelMany(selection, more),
    });
  });
}

async function cancelOne(call: CommandCall): Promise<number> {
  const task = await (await connect(call)).cancel(operand(call, 0));
  const note = task.status === "running" ? "  it is cancelled when its code has stopped" : "";
  writeAnswer(call, task, () => `${statusLine(task, call)}${note}\n`);
  return 0;
}

const RETRY_HELP = `
Examples:
  dtask retry 0199…
  dtask retry 0199… --args '[1, 2]'
  dtask retry --method resize --status cancelled --since 1d`;

function addRetry(program: Command, binder: CommandBinder): void {
  const command = program.command("retry").description("run failed or cancelled tasks again")
    .argument("[id...]", "their ids")
    .option("--args <json>", "a list of arguments that replaces their own");
  addChangeManyOptions(addFilterOptions(command), "tasks");
  addClientOptions(command).addHelpText("after", RETRY_HELP);
  binder.bind(command, async (call) => {
    const args = call.own.read("--args", ARGUMENT_LIST);
    if (isOne(call)) return await retryOne(call, args ?? undefined);
    const selections = readSelections(call, { name: "retry", filter: readFilter(call) });
    const client = await connect(call);
    return await changeEach(call, selections, {
      ...{ what: "tasks", done: "sent round again", none: "no tasks that could be retried" },
      change: (selection, more) =>
        client.retryMany(selection, args === null ? more : { ...more, args }),
    });
  });
}

async function retryOne(
  call: CommandCall,
  args: readonly ArgumentValue[] | undefined,
): Promise<number> {
  const task = await (await connect(call)).retry(operand(call, 0), args);
  writeAnswer(call, task, () => `${statusLine(task, call)}\n`);
  return 0;
}

/** True where one task is named and nothing else said: then the answer is that task. */
function isOne(call: CommandCall): boolean {
  const { args, options } = call;
  return args.length === 1 && options["all"] !== true && options["dryRun"] !== true &&
    Object.keys(readFilter(call)).length === 0;
}

function statusLine(task: TaskJson, { ports }: CommandCall): string {
  return `${task.id}  ${makePaint(ports, "stdout")(STATUS_STYLE[task.status], task.status)}`;
}
