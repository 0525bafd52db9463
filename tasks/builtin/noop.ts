import { task } from "../sdk/mod.ts";
import { originalName } from "./original_name.ts";

/** Does nothing with any arguments: what is left is the cost of the scheduler itself. */
export const noop = task({
  name: "noop",
  aliases: [originalName("noop")],
  description: "Does nothing, at once.",
  // Not an async function: that would cost a promise for nothing.
  mode: "async",
  run: () => null,
});
