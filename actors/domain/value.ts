/**
 * Values: what arguments and results are made of, how they stand in JSON, and how they get there.
 * This is the one module of them that others import.
 */
export {
  decodeText,
  decodeValue,
  encodeText,
  encodeValue,
  isJsonMap,
  setMember,
  tagOf,
} from "./value_codec.ts";
export type { Value, ValueMap } from "./value_codec.ts";
export { checkNotation, parseValue } from "./value_notation.ts";
export type { NotationOptions } from "./value_notation.ts";
export { collectResultRefs, resolveArguments } from "./result_reference.ts";
export type { ResultLookup } from "./result_reference.ts";
export { toValue } from "./result_value.ts";
