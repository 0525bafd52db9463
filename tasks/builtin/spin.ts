import { task } from "../sdk/mod.ts";
import { durationMs, optionalArguments } from "./arguments_schema.ts";
import { originalName } from "./original_name.ts";

/** Keeps its isolate busy for its argument's time, in ms, deaf to everything; gives it back. */
export const spin = task({
  name: "spin",
  aliases: [originalName("spin")],
  description: "Computes without a pause for the given number of milliseconds and returns it.",
  input: optionalArguments<[number]>(durationMs),
  run([ms = 0]) {
    const end = performance.now() + ms;
    while (performance.now() < end);
    return ms;
  },
});
