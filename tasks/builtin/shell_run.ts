import { task, type TaskContext, type TaskValue } from "../sdk/mod.ts";
import type { ArgumentRule } from "./arguments_schema.ts";
import { mapArgument } from "./map_argument.ts";
import { OutputLines } from "./shell/output_lines.ts";
import { OutputTail } from "./shell/output_tail.ts";

/** The argument of `shell.run`. */
interface ShellCommand {
  /** A program by name, looked for in PATH, or by path. */
  readonly command: string;
  /** Handed over as they are: no shell reads them. */
  readonly args?: readonly string[];
  /** The node's own when absent. */
  readonly cwd?: string;
  /** Beside those of `PASSED_ON`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text is sent as UTF-8; nothing when absent. */
  readonly stdin?: string | Uint8Array;
}

/** What a program finds of the node's environment; the rest may hold secrets. */
const PASSED_ON = ["HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ", "USER"] as const;
const TEXT_LENGTH = 4_096;
const ARGS_MAX = 1_000;
const ENV_MAX = 100;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Of each stream, in the result: both fit into one however their characters are escaped. */
const KEPT_BYTES = 64 << 10;
/** Of what the program said, in the error for its failure. */
const SHOWN_BYTES = 2_048;
/** Characters of a line in the log. */
const LINE_LENGTH = 2_000;

const text: ArgumentRule<string> = {
  is: (value): value is string => isText(value) && value !== "",
  must: `a text of 1 to ${TEXT_LENGTH} characters`,
  json: { type: "string", minLength: 1, maxLength: TEXT_LENGTH },
};

/**
 * Runs a program; only where the operator says `--allow-shell`. What it writes becomes lines of the
 * task's log. Returns `{exitCode, stdout, stderr, truncated}` with the last 64 KiB of each; another
 * exit code than 0 fails the attempt. When the run is aborted, its process group gets SIGTERM, and
 * SIGKILL 2 s later.
 */
export const shellRun = task({
  name: "shell.run",
  description: "Runs a program, its output in the task's log; needs a node with --allow-shell. " +
    "Returns exitCode, stdout and stderr; another exit code than 0 fails the attempt.",
  input: mapArgument<ShellCommand>({
    command: text,
    args: {
      is: (value): value is readonly string[] =>
        Array.isArray(value) && value.length <= ARGS_MAX && value.every(isArgument),
      must: `an array of at most ${ARGS_MAX} texts`,
      json: { type: "array", maxItems: ARGS_MAX, items: { type: "string" } },
    },
    cwd: { ...text, json: { ...text.json, description: "The node's own when absent." } },
    env: {
      is: isEnvironment,
      must: `a map of at most ${ENV_MAX} variables to texts`,
      json: {
        type: "object",
        maxProperties: ENV_MAX,
        additionalProperties: { type: "string" },
        description: `Beside ${PASSED_ON.join(", ")}, the only ones of the node's.`,
      },
    },
    stdin: {
      is: (value): value is string | Uint8Array =>
        typeof value === "string" || value instanceof Uint8Array,
      must: "text or bytes",
      json: { description: "Text or bytes; nothing when absent." },
    },
  }, ["command"]),
  permissions: { run: true, env: [...PASSED_ON] },
  run: async ([input], ctx) => await run(input, ctx),
});

async function run(
  { command, args = [], cwd, env = {}, stdin }: ShellCommand,
  ctx: TaskContext,
): Promise<TaskValue> {
  const { runProgram } = await import("./shell/program.ts");
  const tails = { stdout: new OutputTail(KEPT_BYTES), stderr: new OutputTail(KEPT_BYTES) };
  const lines = { stdout: linesTo(ctx, "stdout"), stderr: linesTo(ctx, "stderr") };
  const { code, signal } = await runProgram({
    command,
    args,
    cwd,
    env: { ...passedOn(), ...env },
    stdin: typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin,
    signal: ctx.signal,
    onOutput(stream, chunk) {
      ctx.heartbeat();
      tails[stream].add(chunk);
      lines[stream].add(chunk);
    },
  });
  lines.stdout.end();
  lines.stderr.end();
  ctx.signal.throwIfAborted();
  if (code !== 0) {
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    const said = (tails.stderr.text(SHOWN_BYTES) || tails.stdout.text(SHOWN_BYTES)).trim();
    throw new Error(`"${command}" ${how}${said === "" ? "" : `: ${said}`}`);
  }
  return {
    exitCode: code,
    stdout: tails.stdout.text(),
    stderr: tails.stderr.text(),
    truncated: tails.stdout.length > KEPT_BYTES || tails.stderr.length > KEPT_BYTES,
  };
}

function linesTo({ log }: TaskContext, stream: "stdout" | "stderr"): OutputLines {
  return new OutputLines(LINE_LENGTH, (line) => log.info(line, { stream }));
}

function passedOn(): Readonly<Record<string, string>> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

function isText(value: unknown): value is string {
  return isArgument(value) && value.length <= TEXT_LENGTH;
}

/** No program can be handed a NUL. */
function isArgument(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

function isEnvironment(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (value instanceof Uint8Array) return false;
  const entries = Object.entries(value);
  return entries.length <= ENV_MAX &&
    entries.every(([name, one]) => ENV_NAME.test(name) && isArgument(one));
}
