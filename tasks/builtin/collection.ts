import { task } from "../sdk/mod.ts";
import { originalName } from "./original_name.ts";
import { pause } from "./pause.ts";

const DELETE_MS = 100;

/** Stands for slow input and output: takes about 100 ms, and says how many arguments it got. */
export const deleteItems = task({
  name: "delete",
  aliases: [originalName("delete")],
  description: "Waits about 100 ms and says how many items, its arguments, it deleted.",
  async run(args, ctx) {
    await pause(DELETE_MS, ctx.signal);
    return `Deleted ${args.length} items`;
  },
});

/**
 * Counts what is in its collections: the items of all arguments that are arrays, and the entries of
 * all that are maps. Collections inside those count as one item; arguments of other kinds as none.
 */
export const processCollection = task({
  name: "process_collection",
  aliases: [originalName("process_collection")],
  description: "Counts the items of all arrays and the entries of all maps among its arguments.",
  run(args) {
    let items = 0;
    let entries = 0;
    for (const value of args) {
      if (Array.isArray(value)) items += value.length;
      else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
        entries += Object.keys(value).length;
      }
    }
    return `Array: ${items} items, Map: ${entries} items`;
  },
});
