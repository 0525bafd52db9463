/**
 * A node inside the program that imports this. Executors load it along with the tasks, in isolates
 * without rights: what a node takes is loaded by the call alone.
 */
import type { Client } from "../client/mod.ts";

/**
 * How a program runs a node. Each is the option of `dtask start` with that name; what is absent comes
 * from its `DTASK_…` variable, then from the same default.
 */
export interface StartOptions {
  /**
   * Modules that define tasks, as URLs (`import.meta.url` is the module that calls) or as paths of modules
   * or folders. None when absent: then there are the built-in tasks alone.
   */
  readonly tasks?: string | URL | readonly (string | URL)[];
  /** `host:port` of REST and dashboard; `127.0.0.1:8080` when absent. Port 0 takes any free one. */
  readonly http?: string;
  /** `host:port` of gRPC, or false for none; `[::1]:50051` when absent. */
  readonly grpc?: string | false;
  /** Folder of the database and the secret; `./data` when absent. */
  readonly data?: string;
  /** `postgres://…`, which nodes can share, instead of SQLite. */
  readonly databaseUrl?: string;
  /** Executor isolates of each mode, 1 to 256; one a core, at least 2, when absent. */
  readonly executors?: number;
  /** Async tasks at a time in one executor, 1 to 10,000; 100 when absent. */
  readonly concurrency?: number;
  /** False: everyone who can connect may do everything; loopback addresses only. */
  readonly auth?: false;
  /** How long running code may finish at a stop, in ms; 10,000 when absent. */
  readonly drainMs?: number;
  readonly logFormat?: "pretty" | "json";
  /** `info` when absent. */
  readonly logLevel?: "debug" | "info" | "warning" | "error";
  /** Gives tasks the rights that their definitions ask for; the process must have them. */
  readonly allowTaskPermissions?: boolean;
}

/** A node that runs in this process. Leaving its scope (`await using`) stops it. */
export interface RunningNode extends AsyncDisposable {
  /** Base URL of REST and dashboard. */
  readonly url: string;
  /** `host:port` of gRPC; null without it. */
  readonly grpcAddress: string | null;
  /** A client of the node, with all scopes. Where an identity provider signs tokens, make one with its token. */
  readonly client: Client;
  /** Resolves, with the cause, when the node can't go on although nobody stopped it: end the process then. */
  readonly failed: Promise<string>;
  /**
   * Takes no more work, lets running code finish for `drainMs`, and stops. Answers how many runs were cut
   * short; they start again at the next start. Once stopped, calls answer the same.
   */
  stop(): Promise<number>;
  /**
   * Waits for SIGINT, SIGTERM or a failure, stops, and answers what the process should exit with. A further
   * signal ends it without waiting for running code.
   */
  untilStopped(): Promise<0 | 1>;
}

/**
 * Starts a node in this process: scheduler, executors, REST, dashboard and gRPC. The process needs
 * the rights of `deno task start`: net, read, write, env.
 *
 * @throws {TypeError} An option is unknown, or its value is not what it takes.
 * @throws {Error} It can't start: a port is taken, another node has the data folder, a module of tasks does
 * not load. The text says which, and nothing is left running.
 *
 * @example
 * ```ts ignore
 * import { start, task } from "dtask";
 *
 * export const greet = task({ name: "greet", run: ([who]) => `Hello ${who}` });
 *
 * if (import.meta.main) {
 *   const node = await start({ tasks: import.meta.url });
 *   Deno.exit(await node.untilStopped());
 * }
 * ```
 */
export async function start(options: StartOptions = {}): Promise<RunningNode> {
  const { runNode } = await import("./run_node.ts");
  return await runNode(options);
}
