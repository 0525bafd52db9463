import { setTimeout as delay } from "node:timers/promises";

export interface EventuallyOptions {
  /** What is awaited, for the error. */
  readonly what: string;
  readonly deadlineMs?: number;
  readonly everyMs?: number;
}

/**
 * Asks `probe` again and again until it answers something else than null, undefined or false, and
 * gives that. For states of other processes, which cannot tell us; throws at the deadline.
 */
export async function eventually<T>(
  probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  { what, deadlineMs = 30_000, everyMs = 20 }: EventuallyOptions,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const answer = await probe();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${deadlineMs} ms in vain until ${what}`);
    }
    await delay(everyMs);
  }
}
