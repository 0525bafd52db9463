import type { Command } from "commander";
import {
  type Client,
  toJsonText,
  type WorkflowDetailsJson,
  type WorkflowJson,
  type WorkflowSubmissionJson,
} from "../../client/mod.ts";
import { CliError } from "../cli_error.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import { addClientOptions, connectToWait } from "../connection.ts";
import { readJsonInput } from "../json_input.ts";
import { LiveLine } from "../live_line.ts";
import { makePaint, type Paint, STATUS_STYLE } from "../paint.ts";
import { countsText, failureText } from "../task_text.ts";
import { durationText } from "../time_text.ts";
import { TEXT } from "../value_kind.ts";
import { followWorkflow, type WorkflowProgress } from "../workflow_progress.ts";

const HELP = `
The file has {"name": …, "tasks": [{"key": …, "method": …, "args": […], "deps": [KEY…]}, …]} or the
list of tasks alone; {"$result": "KEY"} in args stands for the result of a dependency.

Examples:
  dtask workflow graph.json --wait
  make_graph | dtask workflow - --name nightly`;

/** Most tasks that a failed workflow's summary names. */
const SHOWN_FAILURES = 10;
const BAR_WIDTH = 24;

/** Adds `dtask workflow FILE`. */
export function addWorkflow(program: Command, binder: CommandBinder): void {
  const command = program.command("workflow").description("submit a graph of tasks")
    .argument("<file>", "JSON file, or - for standard input")
    .option("--name <name>", "name of the workflow (default: the file's)")
    .option("--id <id>", "id of the workflow (default: the file's, or a new UUID)")
    .option("--wait", "draw its progress; exit 1 unless it completes");
  addClientOptions(command).addHelpText("after", HELP);
  binder.bind(command, submitWorkflow);
}

async function submitWorkflow(call: CommandCall): Promise<number> {
  const { ports, options } = call;
  const submission = await readWorkflow(call);
  const { client, patient } = await connectToWait(call);
  const workflow = await client.submitWorkflow(submission);
  if (options["wait"] === true) return await waitFor(patient, workflow, call);
  const status = makePaint(ports, "stdout")(STATUS_STYLE[workflow.status], workflow.status);
  const text = `${workflow.id}  ${status}  ${submission.tasks.length} tasks\n`;
  ports.stdout(options["json"] === true ? toJsonText(workflow) + "\n" : text);
  return 0;
}

async function readWorkflow(call: CommandCall): Promise<WorkflowSubmissionJson> {
  const file = operand(call, 0);
  const name = call.own.read("--name", TEXT);
  const id = call.own.read("--id", TEXT);
  const value = await readJsonInput(file, call.ports);
  const graph = Array.isArray(value) ? { tasks: value } : value;
  if (typeof graph !== "object" || graph === null || !("tasks" in graph)) {
    throw new CliError(`${file} has no "tasks": it takes {"tasks": [{"key", "method", …}, …]}`);
  }
  if (!Array.isArray(graph.tasks)) throw new CliError(`"tasks" of ${file} is not a list`);
  // What else it holds is the node's to judge: it names every faulty place.
  return {
    ...graph,
    ...(name === null ? {} : { name }),
    ...(id === null ? {} : { id }),
  } as WorkflowSubmissionJson;
}

async function waitFor(client: Client, { id }: WorkflowJson, call: CommandCall): Promise<number> {
  const { ports, options } = call;
  const line = new LiveLine(ports);
  const paint = makePaint(ports, "stderr");
  const startedAt = ports.now();
  const signal = ports.interrupted();
  let text = "";
  const ended = await followWorkflow(client, id, {
    signal,
    onChange(progress) {
      text = `${progressBar(progress, paint)}  ${durationText(ports.now() - startedAt)}`;
      line.show(text);
    },
  });
  if (text !== "") line.finish(text);
  if (ended === null) {
    ports.stderr(
      `dtask: not waited to the end; "dtask list --workflow ${id}" shows how it goes on\n`,
    );
    return 1;
  }
  if (options["json"] === true) ports.stdout(toJsonText(ended) + "\n");
  else printEnd(ended, call);
  return ended.status === "completed" ? 0 : 1;
}

/** `[########········] 412/619  3 running  204 blocked`. */
function progressBar({ ended, total, counts }: WorkflowProgress, paint: Paint): string {
  const full = total === 0 ? 0 : Math.floor(BAR_WIDTH * ended / total);
  const bar = paint("green", "█".repeat(full)) + paint("dim", "░".repeat(BAR_WIDTH - full));
  return `${bar} ${ended}/${total}  ${countsText(counts, paint)}`;
}

function printEnd(workflow: WorkflowDetailsJson, { ports }: CommandCall): void {
  const paint = makePaint(ports, "stdout");
  const status = paint(STATUS_STYLE[workflow.status], workflow.status);
  ports.stdout(`${workflow.id}  ${status}  ${countsText(workflow.counts, paint)}\n`);
  const failed = workflow.tasks.filter((task) => task.status === "failed");
  for (const task of failed.slice(0, SHOWN_FAILURES)) {
    ports.stderr(`  ${task.key ?? task.id}: ${failureText(task)}\n`);
  }
  if (failed.length > SHOWN_FAILURES) {
    ports.stderr(`  … and ${failed.length - SHOWN_FAILURES} more that failed\n`);
  }
}
