/** Signals of one wish that come within this time (a shell and a service manager both send them) count once. */
const SAME_WISH_MS = 2_000;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface StopSignals {
  /** Resolves at the first signal. */
  readonly first: Promise<Deno.Signal>;
  /** Resolves at a later one: whoever asks again does not want to wait. */
  readonly again: Promise<Deno.Signal>;
  /** Stops listening. */
  dispose(): void;
}

/** Listens for the signals that end a process. */
export function listenForStop(now: () => number = Date.now): StopSignals {
  const first = Promise.withResolvers<Deno.Signal>();
  const again = Promise.withResolvers<Deno.Signal>();
  let firstAt: number | null = null;
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      if (firstAt === null) {
        firstAt = now();
        first.resolve(signal);
      } else if (now() - firstAt >= SAME_WISH_MS) {
        again.resolve(signal);
      }
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return {
    first: first.promise,
    again: again.promise,
    dispose() {
      for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
