/**
 * Most isolates that a node goes on with after it gave them up. Each may hold a core for good, so
 * that more of them leave too little for everything else.
 */
export const MAX_ABANDONED = 4;

/** Causes of an end that an isolate did not answer before; the others ended it alive. */
const UNANSWERED: ReadonlySet<string> = new Set(["blocked", "unreachable"]);

/**
 * Counts isolates that were ended while they did not answer. Ending an isolate does not stop code that
 * spins in it: its thread goes on until the process ends. (Blocking code is stopped by its timeout
 * inside the isolate, and so is a cancelled run's, at the latest then; these do not count.)
 */
export class AbandonedIsolates {
  #count = 0;

  /** How many there were since the node's start. */
  get count(): number {
    return this.#count;
  }

  /** True once there are more than a node can bear. */
  get tooMany(): boolean {
    return this.#count > MAX_ABANDONED;
  }

  /** Takes note of an end for `cause`; false when that leaves nothing behind. */
  note(cause: string): boolean {
    if (!UNANSWERED.has(cause)) return false;
    this.#count += 1;
    return true;
  }
}
