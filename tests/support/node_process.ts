/** A real node as a child process, started as `deno task start` starts it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AccessTokenOptions, signAccessToken } from "./access_token.ts";
import { type ApiAnswer, type ApiRequestOptions, fetchApi } from "./api_request.ts";
import { coverageEnv } from "./coverage.ts";
import { eventually } from "./eventually.ts";
import { ProcessOutput } from "./process_output.ts";

export interface StartNodeOptions {
  /** Further arguments of `dtask start`, after those for addresses and data. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** An existing data folder to use; a new one, removed at the end, when absent. */
  readonly dataDir?: string;
  readonly cwd?: string;
  /** The task of `deno.json` whose rights it has; `start` when absent. */
  readonly task?: "start" | "start:shell";
  /** The folder of another version of the program. */
  readonly root?: string;
  /** False: `--no-auth`. */
  readonly auth?: boolean;
  /** Options of `deno run` itself, such as V8's flags. */
  readonly runtimeArgs?: readonly string[];
  /** How long the start may take, in ms. */
  readonly startMs?: number;
  /** The certificate, in PEM, that the node is expected to show. */
  readonly caCert?: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STOP_MS = 30_000;

/** Starts a node and waits until it is ready. */
export async function startNode(options: StartNodeOptions = {}): Promise<NodeProcess> {
  const spawnedAt = performance.now();
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "dtask-" });
  const child = spawnNode(dataDir, options);
  const output = new ProcessOutput([child.stdout, child.stderr]);
  const { caCert, startMs = 30_000 } = options;
  const client = caCert === undefined ? undefined : Deno.createHttpClient({ caCerts: [caCert] });
  const address = await awaitReady(dataDir, { child, output, startMs, client });
  const secret = options.auth === false ? null : await readSecret(dataDir, options.env);
  return new NodeProcess({
    child,
    output,
    address,
    dataDir,
    ownsFolder: options.dataDir === undefined,
    startedInMs: performance.now() - spawnedAt,
    secret,
    client,
    adminToken: secret === null ? null : await signAccessToken(secret),
  });
}

interface NodeParts {
  readonly child: Deno.ChildProcess;
  readonly output: ProcessOutput;
  readonly address: NodeAddress;
  readonly dataDir: string;
  readonly ownsFolder: boolean;
  readonly startedInMs: number;
  /** Null where it asks for none, or takes tokens of a key set's. */
  readonly secret: string | null;
  readonly client: Deno.HttpClient | undefined;
  readonly adminToken: string | null;
}

/** A running node. Leaving its scope (`await using`) stops it and removes what was made for it. */
export class NodeProcess implements AsyncDisposable {
  readonly url: string;
  /** `host:port`; null with `--no-grpc`. */
  readonly grpc: string | null;
  readonly pid: number;
  readonly dataDir: string;
  /** ms from spawning the process until it was ready. */
  readonly startedInMs: number;
  /** Settles when the process has ended. */
  readonly status: Promise<Deno.CommandStatus>;
  readonly #parts: NodeParts;
  #ended = false;
  #killed = false;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.url = parts.address.http;
    this.grpc = parts.address.grpc;
    this.pid = parts.child.pid;
    this.dataDir = parts.dataDir;
    this.startedInMs = parts.startedInMs;
    this.status = parts.child.status.finally(() => this.#ended = true);
  }

  /** Signs a token for this node; an empty one when it asks for none. */
  async token(options?: AccessTokenOptions): Promise<string> {
    const { secret } = this.#parts;
    return secret === null ? "" : await signAccessToken(secret, options);
  }

  /** Sends a request to the REST interface, with an admin's token unless told otherwise. */
  fetchApi(
    method: string,
    path: string,
    body?: unknown,
    options?: ApiRequestOptions,
  ): Promise<ApiAnswer> {
    const { adminToken: token, client } = this.#parts;
    return fetchApi(`${this.url}${path}`, method, body, { token, client, ...options });
  }

  /** Sends a signal; `SIGKILL` when absent. */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    this.#killed ||= signal === "SIGKILL";
    if (!this.#ended) this.#parts.child.kill(signal);
  }

  /** Stops it in order and gives the exit code. Throws when it had to be killed. */
  async stop(): Promise<number> {
    if (!this.#ended) this.#parts.child.kill("SIGTERM");
    const timer = setTimeout(() => this.#parts.child.kill("SIGKILL"), STOP_MS);
    const { code, signal } = await this.status.finally(() => clearTimeout(timer));
    await this.#parts.output.ended();
    if (signal !== "SIGKILL" || this.#killed) return code;
    throw new Error(`The node did not stop in ${STOP_MS} ms:\n${this.output()}`);
  }

  /** What it printed so far. */
  output(): string {
    return this.#parts.output.text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#parts.client?.close();
    if (this.#parts.ownsFolder) await Deno.remove(this.dataDir, { recursive: true });
  }
}

interface Starting {
  readonly child: Deno.ChildProcess;
  readonly output: ProcessOutput;
  readonly startMs: number;
  readonly client: Deno.HttpClient | undefined;
}

/** Gives the addresses once the node says that it is ready; ends it and throws if it does not. */
async function awaitReady(
  dataDir: string,
  { child, output, startMs, client }: Starting,
): Promise<NodeAddress> {
  let ended = false;
  const status = child.status.finally(() => ended = true);
  const probe = async () => {
    if (ended) throw new Error("The node ended instead of starting");
    const file = await readNodeFile(dataDir, child.pid);
    return file !== null && await isReady(file.http, client) ? file : null;
  };
  try {
    return await eventually(probe, {
      what: "the node is ready",
      deadlineMs: startMs,
      everyMs: 10,
    });
  } catch (error) {
    if (!ended) child.kill("SIGKILL");
    await status;
    throw new Error(`Cannot start a node:\n${await output.ended()}`, { cause: error });
  }
}

/** Runs `dtask start` until it ends by itself, for starts that are to be refused. */
export async function runRefusedNode(
  options: StartNodeOptions & { readonly dataDir: string },
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawnNode(options.dataDir, options);
  const output = new ProcessOutput([child.stdout, child.stderr]);
  const timer = setTimeout(() => child.kill("SIGKILL"), options.startMs ?? 30_000);
  const { code } = await child.status.finally(() => clearTimeout(timer));
  return { code, output: await output.ended() };
}

/** The arguments with which `deno task start` runs `main.ts`, without the command and the file. */
export function startRights(): readonly string[] {
  return taskRights("start");
}

/** The same of another task of `deno.json`. */
export function taskRights(task: string): readonly string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json")));
  const [, , ...words]: string[] = tasks[task].command.split(" ");
  const rights = words.slice(0, words.indexOf("main.ts"));
  assert.ok(rights.includes("--no-prompt"), `task ${task} runs main.ts without prompts`);
  return rights;
}

function spawnNode(dataDir: string, options: StartNodeOptions): Deno.ChildProcess {
  const root = options.root ?? ROOT;
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...taskRights(options.task ?? "start"),
      ...options.runtimeArgs ?? [],
      join(root, "main.ts"),
      "start",
      ...["--http", "127.0.0.1:0", "--addr", "127.0.0.1:0", "--data", dataDir],
      ...options.auth === false ? ["--no-auth"] : [],
      ...options.args ?? [],
    ],
    cwd: options.cwd ?? root,
    // What another version covers says nothing of this one.
    env: { NO_COLOR: "1", ...options.root === undefined && coverageEnv("node"), ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

interface NodeAddress {
  readonly http: string;
  readonly grpc: string | null;
}

/** What the node of `pid` wrote; a file that an earlier, killed node left counts as none. */
async function readNodeFile(dataDir: string, pid: number): Promise<NodeAddress | null> {
  try {
    const file = JSON.parse(await Deno.readTextFile(join(dataDir, "node.json")));
    return file.pid === pid ? file : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function isReady(url: string, client: Deno.HttpClient | undefined): Promise<boolean> {
  try {
    const { status } = await fetchApi(`${url}/readyz`, "GET", undefined, { client });
    return status === 200;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function readSecret(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  if (env["DTASK_JWKS_URL"] !== undefined) return null;
  return env["DTASK_JWT_SECRET"] ?? (await Deno.readTextFile(join(dataDir, "secret"))).trim();
}
