import type { Command } from "commander";
import type { StatsJson } from "../../client/mod.ts";
import type { CommandBinder, CommandCall } from "../command_call.ts";
import { addClientOptions, connect } from "../connection.ts";
import { makePaint, type Paint } from "../paint.ts";
import { printableLine } from "../printable.ts";
import { formatTable } from "../table.ts";
import { durationText, relativeTime } from "../time_text.ts";

type Traffic = StatsJson["windows"]["5m"];

const WINDOWS = ["5m", "1h", "24h"] as const;

/** Adds `dtask stats`, which tells how the scheduler does and did. */
export function addStats(program: Command, binder: CommandBinder): void {
  const command = program.command("stats")
    .description("show what waits and runs, and how the last 5 minutes, hour and day went");
  addClientOptions(command).addHelpText("after", "\nExample:\n  dtask stats --json");
  binder.bind(command, showStats);
}

async function showStats(call: CommandCall): Promise<number> {
  const { options, ports } = call;
  const stats = await (await connect(call)).stats();
  if (options["json"] === true) {
    ports.stdout(JSON.stringify(stats) + "\n");
    return 0;
  }
  const paint = makePaint(ports, "stdout");
  ports.stdout(`${windowTable(stats, paint)}\n`);
  ports.stdout(queueTable(stats, paint, ports.now()));
  ports.stdout(`\ndead letters: ${stats.deadLetters}\n`);
  return 0;
}

function windowTable({ windows }: StatsJson, paint: Paint): string {
  return formatTable({
    head: [
      ...["LAST", "IN/S", "OUT/S", "COMPLETED", "FAILED", "SUCCESS"],
      ...["WAIT P50", "WAIT P99", "RUN P50", "RUN P99"],
    ],
    right: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    paint,
    rows: WINDOWS.map((window) => {
      const { submittedPerSecond, finishedPerSecond, finished, waitMs, runMs, ...rest } =
        windows[window];
      return [
        window,
        rateText(submittedPerSecond),
        rateText(finishedPerSecond),
        String(finished.completed),
        String(finished.failed),
        rest.successRate === null ? "-" : `${(rest.successRate * 100).toFixed(1)} %`,
        ...medianAndSlow(waitMs),
        ...medianAndSlow(runMs),
      ];
    }),
  });
}

function queueTable({ queues, oldestWaiting }: StatsJson, paint: Paint, now: number): string {
  const firsts = new Map(oldestWaiting.map((first) => [first.queue, first]));
  return formatTable({
    head: ["QUEUE", "WAITING", "RUNNING", "SCHEDULED", "BLOCKED", "FIRST IN LINE"],
    right: [1, 2, 3, 4],
    paint,
    rows: queues.map(({ name, counts }) => {
      const first = firsts.get(name);
      return [
        printableLine(name, 60),
        String(counts.pending ?? 0),
        String(counts.running ?? 0),
        String(counts.scheduled ?? 0),
        String(counts.blocked ?? 0),
        first === undefined
          ? ""
          : `${printableLine(first.id, 60)}, ready ${relativeTime(first.since, now)}`,
      ];
    }),
  });
}

function rateText(perSecond: number): string {
  return perSecond.toFixed(perSecond < 10 ? 2 : 0);
}

function medianAndSlow(times: Traffic["waitMs"]): readonly [string, string] {
  return times === null ? ["-", "-"] : [durationText(times.p50), durationText(times.p99)];
}
