/// <reference lib="deno.worker" />
/** Plays the seeds that it is sent, so that every core has something to do. */
import { Player } from "./play.ts";
import type { Story } from "./play_on_all_cores.ts";

const player = await Player.open();

interface Order extends Story {
  /** Whether the shortest story of a failure is looked for. */
  readonly shrinks: boolean;
}

self.onmessage = async ({ data }: MessageEvent<Order | "end">) => {
  if (data === "end") {
    await player[Symbol.asyncDispose]();
    self.postMessage("ended");
    return;
  }
  self.postMessage({ seed: data.seed, ...await player.examine(data) });
};
self.postMessage("ready");
