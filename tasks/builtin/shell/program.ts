/** A program and all that it starts, from its start to its end. */
import { NonRetryableError } from "../../sdk/mod.ts";
import { Watchdog } from "./watchdog.ts";

export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The node's when undefined. */
  readonly cwd: string | undefined;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array | undefined;
  /** When it aborts, the program is asked to end, and ended where it does not. */
  readonly signal: AbortSignal;
  readonly onOutput: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number;
  /** Null when it ended by itself. */
  readonly signal: Deno.Signal | null;
}

/** After SIGTERM, until SIGKILL. */
const KILL_AFTER_MS = 2_000;
/** How long output is read after the end: what left the program's group may hold the pipe open. */
const OUTPUT_PATIENCE_MS = 1_000;

/**
 * Starts a program and resolves when it has ended and its output is read. It leads a process group of
 * its own, of which nothing is left then, nor soon after the node was killed meanwhile.
 *
 * @throws {NonRetryableError} when it can't be started.
 */
export async function runProgram(options: ProgramOptions): Promise<ProgramEnd> {
  const { signal, stdin, onOutput } = options;
  signal.throwIfAborted();
  const child = start(options);
  const group = new ProcessGroup(child);
  const onAbort = () => group.end();
  signal.addEventListener("abort", onAbort, { once: true });
  const output = [
    pump(child.stdout, (chunk) => onOutput("stdout", chunk)),
    pump(child.stderr, (chunk) => onOutput("stderr", chunk)),
  ];
  try {
    if (stdin !== undefined) void feed(child.stdin, stdin);
    const { code, signal: by } = await child.status;
    group.clear();
    await readOut(output);
    return { code, signal: by };
  } finally {
    signal.removeEventListener("abort", onAbort);
    await group.release();
  }
}

function start({ command, args, cwd, env, stdin }: ProgramOptions): Deno.ChildProcess {
  const options: Deno.CommandOptions = {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    // The node's own environment holds its secrets.
    clearEnv: true,
    env: { ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    detached: HAS_GROUPS,
  };
  try {
    return new Deno.Command(command, options).spawn();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new NonRetryableError(`Cannot start "${command}": ${why}`, { cause: error });
  }
}

const HAS_GROUPS = Deno.build.os !== "windows";

/** Why nobody is left to be signalled: all have ended, or have become another user's (`sudo`). */
const BEYOND_REACH = [Deno.errors.NotFound, Deno.errors.PermissionDenied, TypeError] as const;

/** The group that a started program leads. */
class ProcessGroup {
  readonly #child: Deno.ChildProcess;
  readonly #watchdog: Watchdog | null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#watchdog = HAS_GROUPS ? Watchdog.start(child.pid, KILL_AFTER_MS) : null;
  }

  /** Asks all of it to end, and ends what does not. */
  end(): void {
    this.#send("SIGTERM");
    this.#timer = setTimeout(() => this.#send("SIGKILL"), KILL_AFTER_MS);
  }

  /** Ends what the program left behind, once it has ended itself. */
  clear(): void {
    clearTimeout(this.#timer);
    if (HAS_GROUPS) this.#send("SIGKILL");
  }

  /** Nobody has to end it any more. */
  async release(): Promise<void> {
    await this.#watchdog?.release();
  }

  #send(signal: Deno.Signal): void {
    try {
      if (HAS_GROUPS) Deno.kill(-this.#child.pid, signal);
      else this.#child.kill(signal);
    } catch (error) {
      if (!BEYOND_REACH.some((reason) => error instanceof reason)) throw error;
    }
  }
}

interface Pump {
  readonly done: Promise<void>;
  readonly stop: () => Promise<void>;
}

function pump(stream: ReadableStream<Uint8Array>, onChunk: (chunk: Uint8Array) => void): Pump {
  const reader = stream.getReader();
  const read = async () => {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      if (value !== undefined) onChunk(value);
    }
  };
  // Stopped on purpose, a read may reject; what was read is read.
  return { done: read().catch(() => {}), stop: () => reader.cancel().catch(() => {}) };
}

async function readOut(pumps: readonly Pump[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, OUTPUT_PATIENCE_MS);
  });
  await Promise.race([Promise.all(pumps.map(({ done }) => done)), patience]);
  clearTimeout(timer);
  await Promise.all(pumps.map(({ stop }) => stop()));
}

async function feed(stream: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // The program closed its input, or ended, before it had read all: its own business.
  }
}
