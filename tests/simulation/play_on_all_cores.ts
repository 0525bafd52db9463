import type { FailedSeed } from "./play.ts";

/** One seed that was played. */
export interface Played {
  readonly seed: number;
  readonly commits: number;
  /** Null when nothing was wrong. */
  readonly failed: FailedSeed | null;
}

/** Plays every seed, as many at a time as there are cores. */
export async function playOnAllCores(seeds: readonly number[]): Promise<readonly Played[]> {
  const left = seeds.values();
  const results: Played[] = [];
  const lanes = Array.from(
    { length: Math.min(seeds.length, navigator.hardwareConcurrency) },
    () => {
      const worker = new Worker(new URL("./sim_worker.ts", import.meta.url), { type: "module" });
      return new Promise<void>((resolve, reject) => {
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.onmessage = ({ data }: MessageEvent<Played | "ready" | "ended">) => {
          if (data === "ended") {
            worker.terminate();
            return resolve();
          }
          if (data !== "ready") results.push(data);
          const { value, done } = left.next();
          worker.postMessage(done ? "end" : value);
        };
      });
    },
  );
  await Promise.all(lanes);
  return results;
}
