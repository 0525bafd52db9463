import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Address } from "../../actors/config.ts";
import type { BindCheck, CliFiles, CliPorts, DiskSpace, FileFacts } from "./cli_ports.ts";

/** More than this on standard input is no workflow that a node would take. */
const STDIN_MAX_BYTES = 64 << 20;

/** What only the composition root can give to the command line. */
export type NodePorts = Pick<
  CliPorts,
  "startNode" | "checkDatabase" | "inspectDatabase" | "backup" | "restore" | "migrate" | "bundle"
>;

/** The ports of a real process. */
export function systemPorts(node: NodePorts): CliPorts {
  return {
    ...node,
    checkBind,
    env: (name) => Deno.env.get(name),
    stdout: (text) => writeAll(Deno.stdout, text),
    stderr: (text) => writeAll(Deno.stderr, text),
    readStdin,
    columns: (stream) => Deno[stream].isTerminal() ? Deno.consoleSize().columns : null,
    files: SYSTEM_FILES,
    fetch: globalThis.fetch,
    cwd: Deno.cwd(),
    cpus: navigator.hardwareConcurrency,
    denoVersion: Deno.version.deno,
    mayRun: () => Deno.permissions.querySync({ name: "run" }).state === "granted",
    now: Date.now,
    timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    random: Math.random,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    interrupted,
  };
}

/** The file system. */
export const SYSTEM_FILES: CliFiles = {
  readText: (path) => nullIfMissing(Deno.readTextFile(path)),
  async facts(path): Promise<FileFacts | null> {
    const info = await nullIfMissing(Deno.stat(path));
    if (info === null) return null;
    return {
      kind: info.isFile ? "file" : info.isDirectory ? "folder" : "other",
      mode: info.mode === null ? null : info.mode & 0o777,
      bytes: info.size,
    };
  },
  makeFolder: (path) => Deno.mkdir(path, { recursive: true, mode: 0o700 }),
  writeSecret,
  tryWrite,
  space,
};

async function space(folder: string): Promise<DiskSpace | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (error) {
    // A program may be run without `--allow-sys=statfs`.
    if (error instanceof Deno.errors.NotCapable) return null;
    throw error;
  }
}

/** About what a commit needs, and too much for what is left over in a full file system's last block. */
const PROBE = new Uint8Array(64 << 10);

async function tryWrite(folder: string): Promise<void> {
  const path = await Deno.makeTempFile({ dir: folder, prefix: ".dtask-probe-" });
  try {
    using file = await Deno.open(path, { write: true });
    for (let at = 0; at < PROBE.length;) at += await file.write(PROBE.subarray(at));
    await file.sync();
  } finally {
    await Deno.remove(path);
  }
}

/** Written aside and linked into place: a link is made whole or, where the name is taken, not at all. */
async function writeSecret(path: string, text: string): Promise<boolean> {
  const aside = join(dirname(path), `.secret-${crypto.randomUUID()}`);
  const file = await Deno.open(aside, { write: true, createNew: true, mode: 0o600 });
  try {
    try {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.link(aside, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  } finally {
    await Deno.remove(aside);
  }
}

async function nullIfMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function checkBind({ host, port }: Address): Promise<BindCheck> {
  try {
    Deno.listen({ hostname: host, port }).close();
    return Promise.resolve("free");
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return Promise.resolve("in_use");
    return Promise.resolve({ failed: error instanceof Error ? error.message : String(error) });
  }
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
}

async function readStdin(): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of Deno.stdin.readable) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > STDIN_MAX_BYTES) throw new Error("Standard input is longer than 64 MiB");
  }
  return text + decoder.decode();
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    Deno.removeSignalListener("SIGINT", abort);
    controller.abort();
  };
  // Once only: a second interrupt ends the process as it would have without us.
  Deno.addSignalListener("SIGINT", abort);
  return controller.signal;
}
