import { task } from "../sdk/mod.ts";
import { argumentsOf } from "./arguments_schema.ts";
import { originalName } from "./original_name.ts";

const TOO_FEW = "Error: Need at least 2 arguments";

const numbers = argumentsOf<number | bigint>({
  is: (value): value is number | bigint => typeof value === "number" || typeof value === "bigint",
  must: "a number",
  json: {
    anyOf: [
      { type: "number" },
      { type: "object", properties: { $int64: { type: "string" } }, required: ["$int64"] },
    ],
  },
});

/** Adds all its arguments. */
export const add = task({
  name: "add",
  aliases: [originalName("add")],
  description: "Adds two or more numbers.",
  input: numbers,
  run: (args) => combine(args, { wholes: (a, b) => a + b, floats: (a, b) => a + b }),
});

/** Takes the rest of its arguments from the first. */
export const remove = task({
  name: "remove",
  aliases: [originalName("remove")],
  description: "Subtracts from the first of two or more numbers all the others.",
  input: numbers,
  run: (args) => combine(args, { wholes: (a, b) => a - b, floats: (a, b) => a - b }),
});

interface Operation {
  readonly wholes: (a: bigint, b: bigint) => bigint;
  readonly floats: (a: number, b: number) => number;
}

/**
 * Applies the operation from left to right: exactly, when all arguments are whole and one is a
 * 64-bit integer, otherwise in floating point. Too few arguments are answered with a text, not
 * thrown: clients of the older service read it from a successful task.
 */
function combine(
  args: readonly (number | bigint)[],
  { wholes, floats }: Operation,
): number | bigint | string {
  if (args.length < 2) return TOO_FEW;
  const exact = args.some((value) => typeof value === "bigint") &&
    args.every((value) => typeof value === "bigint" || Number.isInteger(value));
  return exact ? asValue(args.map(BigInt).reduce(wholes)) : args.map(Number).reduce(floats);
}

/** Values have no integers beyond 64 bits: a larger one is given in decimal, every digit of it. */
function asValue(whole: bigint): bigint | string {
  const fits = BigInt.asIntN(64, whole) === whole || BigInt.asUintN(64, whole) === whole;
  return fits ? whole : whole.toString();
}
