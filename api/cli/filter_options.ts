import type { Command } from "commander";
import type { TaskFilterJson, TaskStatusJson } from "../client/mod.ts";
import type { CommandCall } from "./command_call.ts";
import { STATUS_STYLE } from "./paint.ts";
import { DURATION_MS, LABEL, TEXT, type ValueKind } from "./value_kind.ts";

/** Every task status: what the styles have, without the workflow's. */
const STATUSES = Object.keys(STATUS_STYLE);

const STATUS: ValueKind<TaskStatusJson | readonly TaskStatusJson[]> = {
  takes: `one of ${STATUSES.join(", ")}, or several by commas`,
  parse(text) {
    const statuses = text.split(",").filter(isStatus);
    if (statuses.length < text.split(",").length) return undefined;
    return statuses.length === 1 ? statuses[0] : statuses;
  },
};

function isStatus(text: string): text is TaskStatusJson {
  return STATUSES.includes(text);
}

/** Declares the filters of lists and events. */
export function addFilterOptions(command: Command): Command {
  return addDeadLetterFilterOptions(
    command.option("--status <status>", `${STATUSES.join(", ")}; several by commas`),
  );
}

/** Declares the filters that go for tasks of any one status too. */
export function addDeadLetterFilterOptions(command: Command): Command {
  return command
    .option("--queue <name>", "tasks of this queue")
    .option("--method <name>", "tasks of this method")
    .option("--workflow <id>", "tasks of this workflow")
    .option("--label <key=value>", "tasks with this label")
    .option("--since <time>", "made since: 2026-11-21T20:00:00Z, or 2h for two hours ago")
    .option("--until <time>", "made before")
    .option("--prefix <id>", "tasks whose id starts so");
}

/** The filter that the call's options make. */
export function readFilter({ own, ports }: Pick<CommandCall, "own" | "ports">): TaskFilterJson {
  const instant = instantBefore(ports.now());
  const label = own.read("--label", LABEL);
  const fields = {
    status: own.read("--status", STATUS),
    queue: own.read("--queue", TEXT),
    method: own.read("--method", TEXT),
    workflowId: own.read("--workflow", TEXT),
    label: label === null ? null : label.join(":"),
    since: own.read("--since", instant),
    until: own.read("--until", instant),
    q: own.read("--prefix", TEXT),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** ISO 8601. The platform reads other texts too, and makes 2001 of "yesterday 1". */
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** A point in time, or a length of time before `now`. */
export function instantBefore(now: number): ValueKind<string> {
  return {
    takes: "a time, as in 2026-11-21T20:00:00Z, or how long ago, as in 2h",
    parse(text) {
      const agoMs = DURATION_MS.parse(text);
      const at = agoMs !== undefined ? now - agoMs : ISO_TIME.test(text) ? Date.parse(text) : NaN;
      // Beyond this, Date has no ISO form.
      return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : undefined;
    },
  };
}
