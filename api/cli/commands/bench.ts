import type { Command } from "commander";
import { type Client, isEnded } from "../../client/mod.ts";
import { writeAnswer } from "../answer_output.ts";
import { CliError } from "../cli_error.ts";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { wholeNumber } from "../value_kind.ts";

const HELP = `
Submits tasks of the method noop, one a request, and waits for their ends. They take turns with the
work that the node has, and stay in its lists like any other, with ids that begin with "bench-".

Examples:
  dtask bench
  dtask bench --count 20000 --connections 50 --json`;

interface BenchPlan {
  readonly count: number;
  /** Submissions at a time. */
  readonly connections: number;
  /** What the ids of its tasks begin with. */
  readonly prefix: string;
}

/** What was measured, from the first submission on. */
interface BenchReport {
  readonly tasks: number;
  readonly connections: number;
  readonly accepted: {
    readonly perSecond: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
  };
  readonly finished: { readonly perSecond: number; readonly seconds: number };
}

/** Adds `dtask bench`, which loads a running node and tells what it takes. */
export function addBench(program: Command, binder: CommandBinder): void {
  const command = program.command("bench")
    .description("load a running node with short tasks, and measure it")
    .option("--count <n>", "how many tasks (default: 2000)")
    .option("--connections <n>", "submissions at a time (default: 20)");
  addClientOptions(command).addHelpText("after", HELP);
  binder.bind(command, async (call) => {
    const report = await bench(call);
    writeAnswer(call, report, () => reportText(report));
    return 0;
  });
}

async function bench(call: CommandCall): Promise<BenchReport> {
  const count = call.own.read("--count", wholeNumber(1, 1_000_000)) ?? 2_000;
  const connections = call.own.read("--connections", wholeNumber(1, 256)) ?? 20;
  const plan = { count, connections, prefix: `bench-${crypto.randomUUID()}-` };
  const stop = new AbortController();
  const interrupted = call.ports.interrupted();
  const signal = AbortSignal.any([interrupted, stop.signal]);
  const client = (await connect(call)).withSignal(signal);
  try {
    return await measure(client, plan, signal);
  } catch (error) {
    if (!interrupted.aborted) throw error;
    throw new CliError("The bench was stopped; what it had submitted runs on");
  } finally {
    stop.abort();
  }
}

/** Follows the ends first, so that none is missed; then submits. */
async function measure(
  client: Client,
  plan: BenchPlan,
  signal: AbortSignal,
): Promise<BenchReport> {
  const opened = Promise.withResolvers<void>();
  const ends = awaitEnds(client, plan, { signal, onOpen: opened.resolve });
  await Promise.race([opened.promise, ends]);
  const startedAt = performance.now();
  const submit = async () => {
    const times = await submitAll(client, plan);
    return { times, acceptedMs: performance.now() - startedAt };
  };
  // The last end can be told before its submission is answered.
  const [accepted] = await Promise.all([submit(), ends]);
  return reportOf(plan, { ...accepted, finishedMs: performance.now() - startedAt });
}

async function awaitEnds(
  client: Client,
  { prefix, count }: BenchPlan,
  { signal, onOpen }: { readonly signal: AbortSignal; readonly onOpen: () => void },
): Promise<void> {
  const ended = new Set<string>();
  for await (const event of client.events({ q: prefix }, { signal })) {
    if (event.kind === "open") onOpen();
    if (event.kind === "reset") throw new CliError("Cannot measure: the node dropped its events");
    if (event.kind === "task" && isEnded(event.task.status)) ended.add(event.task.id);
    if (ended.size === count) return;
  }
  throw new CliError("Cannot measure: the node told no more of its tasks");
}

/** Gives how long each submission took, in ms. */
async function submitAll(
  client: Client,
  { count, connections, prefix }: BenchPlan,
): Promise<readonly number[]> {
  const times: number[] = [];
  let next = 0;
  const connection = async () => {
    while (next < count) {
      const id = `${prefix}${next++}`;
      const sentAt = performance.now();
      await client.submit({ id, method: "noop" });
      times.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: Math.min(connections, count) }, connection));
  return times;
}

interface Measured {
  readonly times: readonly number[];
  readonly acceptedMs: number;
  readonly finishedMs: number;
}

function reportOf(
  { count, connections }: BenchPlan,
  { times, acceptedMs, finishedMs }: Measured,
): BenchReport {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number) => rounded(sorted[Math.floor((count - 1) * share)] ?? 0);
  const perSecond = (ms: number) => Math.round(count / (ms / 1_000));
  return {
    tasks: count,
    connections,
    accepted: { perSecond: perSecond(acceptedMs), p50Ms: quantile(0.5), p99Ms: quantile(0.99) },
    finished: { perSecond: perSecond(finishedMs), seconds: rounded(finishedMs / 1_000) },
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function reportText({ tasks, connections, accepted, finished }: BenchReport): string {
  const [count, taken, ended] = [tasks, accepted.perSecond, finished.perSecond]
    .map((number) => number.toLocaleString("en"));
  return `${count} tasks over ${connections} connections\n` +
    `accepted  ${taken}/s, half within ${accepted.p50Ms} ms, 99 % within ${accepted.p99Ms} ms\n` +
    `finished  ${ended}/s, all within ${finished.seconds} s\n`;
}
