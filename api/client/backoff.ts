/** How pauses between tries grow. */
export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** The pause after the failed try number `tries` (from 1): doubling, its upper half random. */
export function backoffMs(tries: number, { initialMs, maxMs, random }: BackoffOptions): number {
  const fullMs = Math.min(maxMs, initialMs * 2 ** Math.min(tries - 1, 30));
  return fullMs * (0.5 + random() / 2);
}

/** Waits `ms`; rejects with the signal's reason when that aborts first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
