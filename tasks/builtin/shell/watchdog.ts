/** Ends a program's process group where the node can't: after `kill -9` of the node, say. */

/**
 * Waits for the end of its input, which comes with the end of whoever holds the other end of the pipe.
 * Then the group $1 gets SIGTERM, and SIGKILL when some of it is left after $2 s. Nothing is asked
 * of `sh` that dash, BusyBox and bash have not in common.
 */
const WATCH = `trap '' HUP INT TERM
read -r _
kill -TERM "-$1"
seconds=$2
while [ "$seconds" -gt 0 ] && kill -0 "-$1"; do
  sleep 1
  seconds=$((seconds - 1))
done
kill -KILL "-$1"`;

/** Watches over a process group until it is released. */
export class Watchdog {
  /** Its input stays open for as long as this is referred to, and the isolate lives. */
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
  }

  /**
   * Watches over the group that `pid` leads, from a group of its own, which no signal to the node's
   * reaches. Null where it can't be started, for want of a `sh` most likely: nothing fails for it.
   */
  static start(pid: number, killAfterMs: number): Watchdog | null {
    try {
      const process = new Deno.Command("sh", {
        args: ["-c", WATCH, "sh", String(pid), String(Math.ceil(killAfterMs / 1_000))],
        clearEnv: true,
        env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" },
        stdin: "piped",
        stdout: "null",
        stderr: "null",
        detached: true,
      }).spawn();
      return new Watchdog(process);
    } catch {
      return null;
    }
  }

  /** The group has ended in order: there is nothing left to do. */
  async release(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // Somebody has ended it before.
    }
    await this.#process.status;
    await this.#process.stdin.abort();
  }
}
