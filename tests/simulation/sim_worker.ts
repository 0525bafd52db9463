/// <reference lib="deno.worker" />
/** Plays the seeds that it is sent, so that every core has something to do. */
import { Player } from "./play.ts";

const player = await Player.open();

self.onmessage = async ({ data }: MessageEvent<number | "end">) => {
  if (data === "end") {
    await player[Symbol.asyncDispose]();
    self.postMessage("ended");
    return;
  }
  self.postMessage({ seed: data, ...await player.examine(data) });
};
self.postMessage("ready");
