import type { Command } from "commander";
import {
  type Client,
  isEnded,
  type SubmissionJson,
  type TaskJson,
  type UniqueJson,
} from "../../client/mod.ts";
import { argumentValue } from "../argument_value.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import type { CliPorts } from "../cli_ports.ts";
import { addClientOptions, connectToWait } from "../connection.ts";
import { LiveLine } from "../live_line.ts";
import { makePaint, STATUS_STYLE } from "../paint.ts";
import { printable } from "../printable.ts";
import { failureText, progressText, resultText } from "../task_text.ts";
import { DURATION_MS, LABEL, oneOf, TEXT, wholeNumber } from "../value_kind.ts";

const HELP = `
An ARG is JSON where it parses, else a text; '"7"' is the text 7. Put -- before ARGs that start with
a dash. With --wait, stdout has the result alone, and the exit code is 1 if the task failed.

Examples:
  dtask submit add 1 2 3 --wait
  dtask submit echo_string hello --queue mail --priority 10 --label team=web
  dtask submit add '{"$result":"0199…"}' 5 --dep 0199… --delay 10m
  dtask submit report.build 2026 --unique --unique-within 1h`;

/** Adds `dtask submit METHOD [ARG…]`. */
export function addSubmit(program: Command, binder: CommandBinder): void {
  const command = program.command("submit").description("submit a task")
    .argument("<method>", "name of the task, see dtask methods")
    .argument("[arg...]", "its arguments")
    .option("--dep <id>", "start after this task; may be repeated", collect)
    .option("--queue <name>", "queue (default: the method's)")
    .option("--priority <n>", "-100 to 100, higher first")
    .option("--delay <time>", "start no sooner than in 30s, 10m, 2h")
    .option("--id <id>", "id of the task (default: a new UUID)")
    .option("--label <key=value>", "label; may be repeated", collect)
    .option("--concurrency-key <key>", "tasks of one key share the queue's limit for keys")
    .option("--timeout <time>", "longest time of one attempt")
    .option("--max-attempts <n>", "1 to 1000")
    .option(
      "--unique <by>",
      "no second task of the same method and arguments (=args, also without a value) or of the " +
        "same method (=method) while one has not ended",
    )
    .option("--unique-key <key>", "the same for the method and this key")
    .option("--unique-within <time>", "the same, but for tasks created in the last 30s, 10m, 2h")
    .option("--on-failure <method>", "task to run when this one has failed for good")
    .option("--wait", "follow the task and print its result");
  addClientOptions(command).addHelpText("after", HELP);
  binder.bind(command, submit);
}

/** Gathers the values of an option that may be repeated. */
function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

async function submit(call: CommandCall): Promise<number> {
  const { ports, options } = call;
  const submission = readSubmission(call);
  const { client, patient } = await connectToWait(call);
  const task = await client.submit(submission);
  if (options["wait"] === true) return await waitFor(patient, task, call);
  const status = makePaint(ports, "stdout")(STATUS_STYLE[task.status], task.status);
  ports.stdout(
    options["json"] === true
      ? JSON.stringify(task) + "\n"
      : `${task.id}  ${status}${task.duplicate === true ? "  duplicate" : ""}\n`,
  );
  return 0;
}

function readSubmission(call: CommandCall): SubmissionJson {
  const { own } = call;
  const queue = own.read("--queue", TEXT);
  const priority = own.read("--priority", wholeNumber(-100, 100));
  const delayMs = own.read("--delay", DURATION_MS);
  const id = own.read("--id", TEXT);
  const concurrencyKey = own.read("--concurrency-key", TEXT);
  const timeoutMs = own.read("--timeout", DURATION_MS);
  const maxAttempts = own.read("--max-attempts", wholeNumber(1, 1_000));
  const deps = own.readAll("--dep", TEXT);
  const labels = own.readAll("--label", LABEL);
  const unique = readUnique(call);
  const onFailure = own.read("--on-failure", TEXT);
  return {
    method: operand(call, 0),
    args: call.args.slice(1).map(argumentValue),
    ...(queue === null ? {} : { queue }),
    ...(priority === null ? {} : { priority }),
    ...(delayMs === null ? {} : { delayMs }),
    ...(id === null ? {} : { id }),
    ...(concurrencyKey === null ? {} : { concurrencyKey }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(maxAttempts === null ? {} : { retry: { maxAttempts } }),
    ...(deps.length === 0 ? {} : { deps }),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    ...(unique === null ? {} : { unique }),
    ...(onFailure === null ? {} : { onFailure: { method: onFailure } }),
  };
}

function readUnique({ own }: CommandCall): UniqueJson | null {
  const by = own.read("--unique", oneOf("args", "method"));
  const key = own.read("--unique-key", TEXT);
  const withinMs = own.read("--unique-within", DURATION_MS);
  if (by === null && key === null && withinMs === null) return null;
  return {
    ...(by === null ? {} : { by }),
    ...(key === null ? {} : { key }),
    ...(withinMs === null ? {} : { withinMs }),
  };
}

/** Gives `--unique` without a value the one that it stands for: the next word is an operand. */
export function spellOutUnique(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return argv.map((word, index) =>
    word === "--unique" && (end < 0 || index < end) ? "--unique=args" : word
  );
}

async function waitFor(client: Client, task: TaskJson, call: CommandCall): Promise<number> {
  const { ports, options } = call;
  const interrupted = ports.interrupted();
  const line = new LiveLine(ports);
  const ended = await followTask(client, task, { interrupted, line, call });
  line.clear();
  if (ended === null) {
    ports.stderr(`dtask: not waited to the end; "dtask get ${task.id}" shows how it goes on\n`);
    return 1;
  }
  const isCompleted = ended.status === "completed";
  if (options["json"] === true) ports.stdout(JSON.stringify(ended) + "\n");
  else if (isCompleted) ports.stdout(shownResult(ended, ports) + "\n");
  else ports.stderr(`dtask: ${failureText(ended)}\n  dtask get ${ended.id}\n`);
  return isCompleted ? 0 : 1;
}

/** Programs get a text as it is; a terminal is not to be steered by it. */
function shownResult({ result }: TaskJson, ports: CliPorts): string {
  const text = resultText(result);
  return ports.columns("stdout") === null ? text : printable(text);
}

interface FollowTaskOptions {
  readonly interrupted: AbortSignal;
  readonly line: LiveLine;
  readonly call: CommandCall;
}

/** Shows the task's changes until it has ended; null when interrupted. */
async function followTask(
  client: Client,
  task: TaskJson,
  { interrupted, line, call }: FollowTaskOptions,
): Promise<TaskJson | null> {
  const paint = makePaint(call.ports, "stderr");
  let before: TaskJson | null = null;
  for await (const event of client.events({ q: task.id }, { signal: interrupted })) {
    if (event.kind === "task" && event.task.id !== task.id) continue;
    // Others' deletions are told whatever the filter; its own ends in the answer that it is gone.
    if (event.kind === "deleted" && event.id !== task.id) continue;
    if (event.kind === "open" && event.resumed) continue;
    // An event may leave out a long result; and what happened before the stream stood has none.
    const isNews = event.kind === "task" && !isEnded(event.task.status);
    const current = isNews ? event.task : await client.get(task.id);
    if (isEnded(current.status)) return current;
    const tries = current.attempt > 1 ? `  attempt ${current.attempt}/${current.maxAttempts}` : "";
    const status = paint(STATUS_STYLE[current.status], current.status);
    const isStep = current.status !== before?.status || current.attempt !== before.attempt;
    line.show(`${current.id}  ${status}${tries}  ${progressText(current)}`.trimEnd(), { isStep });
    before = current;
  }
  return null;
}
