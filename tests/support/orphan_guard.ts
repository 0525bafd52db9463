/** Ends a server of a test, and removes its data, where the test itself was killed and can't. */

/**
 * A shell's command that closes what its starter had open and did not mean for it. Whoever holds a lock by
 * an open file would otherwise leave it to every server that it starts.
 */
export const CLOSE_INHERITED = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-";

/** Waits for a line. Without one, the test is gone: ends the process of the file $1, removes $2. */
const WATCH = `${CLOSE_INHERITED}
trap '' INT TERM HUP
read -r _ && exit
if pid=$(head -n 1 "$1"); then
  kill -QUIT "$pid"
  for _ in $(seq 100); do kill -0 "$pid" && sleep 0.1; done
fi 2>/dev/null
rm -rf "$2"`;

export interface OrphanGuardOptions {
  /** Its first line is the id of the server's process, while that runs. */
  readonly pidFile: string;
  /** Is removed. */
  readonly folder: string;
}

/** Watches over one server until it is released. */
export class OrphanGuard {
  readonly #process: Deno.ChildProcess;

  constructor({ pidFile, folder }: OrphanGuardOptions) {
    this.#process = new Deno.Command("sh", {
      args: ["-c", WATCH, "sh", pidFile, folder],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** The server has been ended in order: there is nothing left to do. */
  async release(): Promise<void> {
    const writer = this.#process.stdin.getWriter();
    await writer.write(new TextEncoder().encode("released\n"));
    await writer.close();
    await this.#process.status;
  }
}
