import type { Command } from "commander";
import type { QueueJson, QueueSettingsJson } from "../../client/mod.ts";
import { wrongUsage } from "../cli_error.ts";
import { type CommandBinder, type CommandCall, operand } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { makePaint } from "../paint.ts";
import { printableLine } from "../printable.ts";
import { type Cell, formatTable } from "../table.ts";
import { DURATION_MS, type ValueKind, wholeNumber } from "../value_kind.ts";

const HELP = `
Examples:
  dtask queues
  dtask queues pause mail
  dtask queues set mail --concurrency 10 --rate-limit 100/1s --weight 3
  dtask queues set mail --concurrency none`;

type RateLimit = NonNullable<QueueJson["rateLimit"]>;

const RATE_LIMIT: ValueKind<RateLimit> = {
  takes: "COUNT/TIME, as in 100/1s, or none",
  parse(text) {
    const [count = "", time = "", ...rest] = text.split("/");
    const limit = wholeNumber(1, 1_000_000).parse(count);
    const perMs = DURATION_MS.parse(time);
    if (limit === undefined || perMs === undefined || perMs < 1 || rest.length > 0) {
      return undefined;
    }
    return { limit, perMs };
  },
};

/** Adds `dtask queues` with `pause`, `resume` and `set`. */
export function addQueues(program: Command, binder: CommandBinder): void {
  const queues = program.command("queues").description("list queues, or change one");
  addClientOptions(queues).addHelpText("after", HELP);
  binder.bind(queues, listQueues);

  const pause = queues.command("pause").description("start no more tasks of a queue")
    .argument("<name>", "its name");
  binder.bind(addClientOptions(pause), async (call) => {
    return printQueues(call, [await (await connect(call)).pauseQueue(operand(call, 0))]);
  });

  const resume = queues.command("resume").description("start tasks of a queue again")
    .argument("<name>", "its name");
  binder.bind(addClientOptions(resume), async (call) => {
    return printQueues(call, [await (await connect(call)).resumeQueue(operand(call, 0))]);
  });

  const set = queues.command("set").description("change a queue's limits; none takes one away")
    .argument("<name>", "its name")
    .option("--concurrency <n>", "tasks that run at a time")
    .option("--key-concurrency <n>", "tasks of one concurrency key that run at a time")
    .option("--rate-limit <n/time>", "tasks that start in a length of time, as in 100/1s")
    .option("--weight <n>", "share beside other queues, 1 to 1000");
  binder.bind(addClientOptions(set), setQueue);
}

async function listQueues(call: CommandCall): Promise<number> {
  return printQueues(call, await (await connect(call)).queues());
}

async function setQueue(call: CommandCall): Promise<number> {
  const changes = readChanges(call);
  if (Object.keys(changes).length === 0) {
    throw wrongUsage("queues set takes --concurrency, --key-concurrency, --rate-limit or --weight");
  }
  const name = operand(call, 0);
  const client = await connect(call);
  // The API replaces the settings as a whole: what is not named here has to be sent along.
  const known = (await client.queues()).find((queue) => queue.name === name);
  const settings = known === undefined ? {} : {
    concurrency: known.concurrency,
    keyConcurrency: known.keyConcurrency,
    rateLimit: known.rateLimit,
    weight: known.weight,
  };
  return printQueues(call, [await client.configureQueue(name, { ...settings, ...changes })]);
}

function readChanges({ own }: CommandCall): QueueSettingsJson {
  const count = orNone(wholeNumber(1, 1_000_000));
  const concurrency = own.read("--concurrency", count);
  const keyConcurrency = own.read("--key-concurrency", count);
  const rateLimit = own.read("--rate-limit", orNone(RATE_LIMIT));
  const weight = own.read("--weight", wholeNumber(1, 1_000));
  return {
    ...(concurrency === null ? {} : { concurrency: concurrency.value }),
    ...(keyConcurrency === null ? {} : { keyConcurrency: keyConcurrency.value }),
    ...(rateLimit === null ? {} : { rateLimit: rateLimit.value }),
    ...(weight === null ? {} : { weight }),
  };
}

/** A value, or `none` for no limit; wrapped, because null already says "not given". */
function orNone<T>(kind: ValueKind<T>): ValueKind<{ readonly value: T | null }> {
  return {
    takes: kind.takes.endsWith("or none") ? kind.takes : `${kind.takes}, or none`,
    parse(text) {
      if (text === "none") return { value: null };
      const value = kind.parse(text);
      return value === undefined ? undefined : { value };
    },
  };
}

function printQueues({ options, ports }: CommandCall, queues: readonly QueueJson[]): number {
  if (options["json"] === true) {
    ports.stdout(JSON.stringify({ items: queues }) + "\n");
    return 0;
  }
  const paint = makePaint(ports, "stdout");
  ports.stdout(formatTable({
    head: ["QUEUE", "STATE", "LIMIT", "PER KEY", "RATE", "WEIGHT", "PENDING", "RUNNING", "LATER"],
    right: [2, 3, 4, 5, 6, 7, 8],
    paint,
    rows: queues.map(queueRow),
  }));
  return 0;
}

function queueRow(queue: QueueJson): readonly Cell[] {
  const { counts = {}, rateLimit } = queue;
  return [
    printableLine(queue.name, 40),
    queue.paused ? { text: "paused", style: "yellow" } : { text: "open", style: "green" },
    String(queue.concurrency ?? "-"),
    String(queue.keyConcurrency ?? "-"),
    rateLimit === null ? "-" : `${rateLimit.limit}/${rateText(rateLimit.perMs)}`,
    String(queue.weight),
    String(counts.pending ?? 0),
    String(counts.running ?? 0),
    String((counts.scheduled ?? 0) + (counts.blocked ?? 0)),
  ];
}

function rateText(perMs: number): string {
  return perMs % 1_000 === 0 ? `${perMs / 1_000}s` : `${perMs}ms`;
}
