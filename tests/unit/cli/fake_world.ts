/** A command line without a process around it: what it writes is kept, what it needs is given. */
import { type CliPorts, runCli } from "../../../api/cli/mod.ts";
import type { CliFiles, DiskSpace, FileFacts } from "../../../api/cli/mod.ts";
import type { NodeConfig } from "../../../actors/config.ts";

/** Files in memory. */
export class FakeFiles implements CliFiles {
  readonly files = new Map<string, string>();
  readonly modes = new Map<string, number>();
  readonly folders = new Set<string>();
  readonly unreadable = new Set<string>();
  /** Null: without the right to know. */
  freeBytes: number | null = 50 * 2 ** 30;
  /** Called before a secret is written: what another process does at that moment. */
  beforeSecret: () => void = () => {};

  readText(path: string): Promise<string | null> {
    if (this.unreadable.has(path)) return Promise.reject(new Error("Permission denied"));
    return Promise.resolve(this.files.get(path) ?? null);
  }

  facts(path: string): Promise<FileFacts | null> {
    const text = this.files.get(path);
    if (text !== undefined) {
      const mode = this.modes.get(path) ?? 0o644;
      return Promise.resolve({ kind: "file", mode, bytes: text.length });
    }
    const isFolder = this.folders.has(path);
    return Promise.resolve(isFolder ? { kind: "folder", mode: 0o700, bytes: 0 } : null);
  }

  makeFolder(path: string): Promise<void> {
    this.folders.add(path);
    return Promise.resolve();
  }

  writeSecret(path: string, text: string): Promise<boolean> {
    this.beforeSecret();
    if (this.files.has(path)) return Promise.resolve(false);
    this.files.set(path, text);
    this.modes.set(path, 0o600);
    return Promise.resolve(true);
  }

  tryWrite(folder: string): Promise<void> {
    if (this.unreadable.has(folder)) return Promise.reject(new Error("Read-only file system"));
    if (this.freeBytes === 0) return Promise.reject(new Error("No space left on device"));
    return Promise.resolve();
  }

  space(): Promise<DiskSpace | null> {
    if (this.freeBytes === null) return Promise.resolve(null);
    return Promise.resolve({ freeBytes: this.freeBytes, totalBytes: 100 * 2 ** 30 });
  }
}

export interface FakeWorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Width of the terminal that both streams are. */
  readonly columns?: number;
  readonly ports?: Partial<CliPorts>;
}

/** What one run of a command did. */
export interface RunReport {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const FAKE_NOW = Date.parse("2026-11-21T20:00:00.000Z");

/** A user at a prompt in the folder `/home/user`. */
export class FakeWorld {
  readonly files = new FakeFiles();
  readonly started: NodeConfig[] = [];
  readonly interrupt = new AbortController();
  out = "";
  err = "";
  readonly #ports: CliPorts;

  constructor({ env = {}, columns, ports = {} }: FakeWorldOptions = {}) {
    this.#ports = {
      startNode: (config) => {
        this.started.push(config);
        return Promise.resolve(0);
      },
      checkDatabase: () => Promise.resolve({ kind: "absent" }),
      inspectDatabase: () => Promise.reject(new Error("Nothing to inspect")),
      backup: () => Promise.reject(new Error("Nothing to back up")),
      migrate: () => Promise.reject(new Error("Nothing to move")),
      bundle: () => Promise.reject(new Error("Nothing to bundle")),
      restore: () => Promise.reject(new Error("Nowhere to restore to")),
      checkBind: () => Promise.resolve("free"),
      env: (name) => env[name],
      stdout: (text) => void (this.out += text),
      stderr: (text) => void (this.err += text),
      readStdin: () => Promise.resolve(""),
      columns: () => columns ?? null,
      files: this.files,
      fetch: globalThis.fetch,
      cwd: "/home/user",
      cpus: 4,
      denoVersion: "2.9.3",
      mayRun: () => true,
      now: () => FAKE_NOW,
      timezone: "Europe/Berlin",
      random: () => 0,
      randomBytes: (length) => new Uint8Array(length).fill(7),
      interrupted: () => this.interrupt.signal,
      ...ports,
    };
  }

  /** Runs one command line; what was written before is forgotten. */
  async run(...argv: string[]): Promise<RunReport> {
    this.out = "";
    this.err = "";
    const code = await runCli(argv, this.#ports);
    return { code, out: this.out, err: this.err };
  }

  /** The configuration with which the last `start` ran. */
  get config(): NodeConfig {
    const config = this.started.at(-1);
    if (config === undefined) throw new Error(`No node was started: ${this.err}`);
    return config;
  }
}
