/** PostgreSQL's programs, run on one data folder by a user who may run them. */
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { CLOSE_INHERITED } from "./orphan_guard.ts";
import type { SystemUser } from "./postgres_binaries.ts";
import { childrenOf, isRunning, signalProcess } from "./process_state.ts";

/** Seconds after which `pg_ctl` gives up. */
const WAIT_S = "60";
/** Whose rights the programs get where root starts them, which they refuse; the first that exists. */
const UNPRIVILEGED = ["postgres", "nobody"];

export interface PostgresProgramsOptions {
  /** Where the programs are. */
  readonly binaries: string;
  /** Gets the data and the log; belongs to `user`. */
  readonly folder: string;
  /** Runs them; who runs this, when absent. */
  readonly user: SystemUser | undefined;
}

/** Creates, starts and ends a server. */
export class PostgresPrograms {
  readonly #options: PostgresProgramsOptions;
  readonly #data: string;
  readonly #log: string;

  constructor(options: PostgresProgramsOptions) {
    this.#options = options;
    this.#data = join(options.folder, "data");
    this.#log = join(options.folder, "log");
  }

  /** There while the server runs; its first line is the id of its process. */
  get pidFile(): string {
    return join(this.#data, "postmaster.pid");
  }

  /** Makes the data folder with one superuser, who needs `password`. */
  async initialize(superuser: string, password: string): Promise<void> {
    const passwordFile = join(this.#options.folder, "password");
    await Deno.writeTextFile(passwordFile, password);
    await this.#run("initdb", [
      ...["--pgdata", this.#data, "--username", superuser, "--pwfile", passwordFile],
      ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
    ]);
    await Deno.remove(passwordFile);
  }

  /** Settings for the next start; they replace those of before. */
  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    await Deno.writeTextFile(join(this.#data, "postgresql.auto.conf"), lines.join(""));
  }

  /** Starts the server and waits until it takes connections. */
  async start(): Promise<void> {
    await this.#control("start", ["--log", this.#log]);
  }

  /**
   * Stops it. `fast`: in order; connections are cut, and their transactions rolled back. `immediate`: waits for
   * no transaction; the next start recovers.
   */
  async stop(mode: "fast" | "immediate"): Promise<void> {
    await this.#control("stop", ["--mode", mode]);
  }

  /** Ends all its processes as a failing machine would, and waits until they are gone. */
  async kill(): Promise<void> {
    const pid = this.pid();
    if (pid === null) return;
    const pids = [pid, ...childrenOf(pid)];
    for (const each of pids) signalProcess(each, "SIGKILL");
    await eventually(() => !pids.some(isRunning), { what: "PostgreSQL's processes are gone" });
    // It would take another process that got the same number for the server.
    await Deno.remove(this.pidFile);
  }

  /** The server's process; null where it does not run. */
  pid(): number | null {
    try {
      const [line] = Deno.readTextFileSync(this.pidFile).split("\n");
      return Number(line);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** What the server logged so far. */
  log(): string {
    try {
      return Deno.readTextFileSync(this.#log);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  async #control(action: string, args: readonly string[]): Promise<void> {
    const common = ["--pgdata", this.#data, "--wait", "--timeout", WAIT_S];
    await this.#run("pg_ctl", [action, ...common, ...args]);
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const { binaries, folder, user } = this.#options;
    const { success, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", `${CLOSE_INHERITED}; exec "$@"`, "sh", join(binaries, program), ...args],
      cwd: folder,
      env: { LC_ALL: "C", TZ: "UTC" },
      stdin: "null",
      ...user,
    }).output();
    if (success) return;
    const [said, failed] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    throw new Error(`Cannot run ${program} ${args[0]}:\n${said}${failed}${this.log()}`);
  }
}

/** As whom PostgreSQL has to run; undefined where who runs this may run it. */
export function postgresUser(): SystemUser | undefined {
  if (Deno.uid() !== 0) return undefined;
  const users = Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => line.split(":"));
  for (const name of UNPRIVILEGED) {
    const user = users.find(([each]) => each === name);
    if (user !== undefined) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new Error(
    `Cannot start PostgreSQL as root, and there is none of the users ${UNPRIVILEGED.join(", ")}`,
  );
}
