import type { FailedSeed } from "./play.ts";
import type { Planned } from "./scenario.ts";

/** What is to be played: what the seed draws, or the scenario that is given. */
export interface Story {
  readonly seed: number;
  readonly scenario?: readonly Planned[];
}

/** One seed that was played. */
export interface Played {
  readonly seed: number;
  readonly commits: number;
  /** Null when nothing was wrong. */
  readonly failed: FailedSeed | null;
}

/** Plays every story, as many at a time as there are cores; or up to the first that fails, as it is. */
export async function playOnAllCores(
  stories: readonly Story[],
  { stopAtFailure = false }: { readonly stopAtFailure?: boolean } = {},
): Promise<readonly Played[]> {
  const left = stories.values();
  const results: Played[] = [];
  const lanes = Array.from(
    { length: Math.min(stories.length, navigator.hardwareConcurrency) },
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
          const stop = stopAtFailure && results.some(({ failed }) => failed !== null);
          const { value, done } = stop ? { value: undefined, done: true } : left.next();
          worker.postMessage(done ? "end" : { ...value, shrinks: !stopAtFailure });
        };
      });
    },
  );
  await Promise.all(lanes);
  return results;
}
