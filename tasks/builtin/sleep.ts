import { task } from "../sdk/mod.ts";
import { durationMs, optionalArguments } from "./arguments_schema.ts";
import { originalName } from "./original_name.ts";
import { pause } from "./pause.ts";

/** Waits for its argument's time, in ms, and gives it back; ends early when the run is aborted. */
export const sleep = task({
  name: "sleep",
  aliases: [originalName("sleep")],
  description: "Waits for the given number of milliseconds and returns it.",
  input: optionalArguments<[number]>(durationMs),
  async run([ms = 0], ctx) {
    await pause(ms, ctx.signal);
    return ms;
  },
});
