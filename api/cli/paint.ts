import type { TaskStatusJson, WorkflowStatusJson } from "../client/mod.ts";
import type { CliPorts } from "./cli_ports.ts";

const CODES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
} as const;

/** A way to show a text. */
export type Style = keyof typeof CODES;

/** Shows a text in a style, or plainly where colours are not wanted. */
export type Paint = (style: Style, text: string) => string;

/** Colours on a terminal, unless `NO_COLOR` is set or the terminal is a dumb one. */
export function makePaint(
  ports: Pick<CliPorts, "env" | "columns">,
  stream: "stdout" | "stderr",
): Paint {
  const plain = ports.columns(stream) === null || (ports.env("NO_COLOR") ?? "") !== "" ||
    ports.env("TERM") === "dumb";
  return plain ? (_style, text) => text : (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m`;
}

/** The style of each status. */
export const STATUS_STYLE: Readonly<Record<TaskStatusJson | WorkflowStatusJson, Style>> = {
  scheduled: "blue",
  blocked: "dim",
  pending: "yellow",
  running: "cyan",
  completed: "green",
  failed: "red",
  cancelled: "magenta",
  skipped: "dim",
};
