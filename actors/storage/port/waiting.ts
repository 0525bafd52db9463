/** The store's verb for what is first in line. */
import type { FirstInLine } from "../../domain/first_in_line.ts";

/** Looking at lines. */
export interface WaitingReader {
  /**
   * Of each queue with ready tasks the one that is first by `readyOrder`: of tasks of one priority the one
   * that waits the longest. At most `limit` queues and pools are looked at, in order of the name, and in
   * each of them at most `keys` concurrency keys.
   */
  firstInLine(
    bounds: { readonly limit: number; readonly keys: number },
  ): Promise<readonly FirstInLine[]>;
}
