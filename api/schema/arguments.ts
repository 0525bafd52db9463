import { type FieldError, ok, type Result } from "../../actors/domain/error.ts";
import { checkNotation } from "../../actors/domain/value.ts";
import { invalid } from "./field_errors.ts";

/** Arguments as a request gives them: a list, or one of them alone. */
export interface GivenArguments {
  readonly args?: readonly unknown[] | undefined;
  readonly payload?: unknown;
}

/** How arguments are read. */
export interface ReadArgumentsOptions {
  /** Pointer to what holds them in the request. */
  readonly at: string;
  readonly maxBytes: number;
  /** True where `{"$result": …}` has dependencies to refer to. */
  readonly references: boolean;
}

/** The arguments as JSON text, checked as no schema can. */
export function readArgsText(
  input: GivenArguments,
  { at, maxBytes, references }: ReadArgumentsOptions,
): Result<string> {
  const errors: FieldError[] = [];
  if (input.args !== undefined && input.payload !== undefined) {
    errors.push({ pointer: `${at}/payload`, message: "cannot stand together with args" });
  }
  const [args, pointer] = input.payload === undefined
    ? [input.args ?? [], `${at}/args`]
    : [[input.payload], `${at}/payload`];
  for (const error of checkNotation(args, { arguments: references, pointer })) {
    // The one argument of a payload is not inside a list in the request.
    const place = input.payload === undefined ? "" : "/0";
    errors.push({ ...error, pointer: error.pointer.replace(pointer + place, pointer) });
  }
  if (errors.length > 0) return invalid(errors);
  const text = JSON.stringify(args);
  if (byteLengthAbove(text, maxBytes)) {
    return invalid([{ pointer, message: `at most ${maxBytes} bytes as JSON` }]);
  }
  return ok(text);
}

/** True when `text` takes more than `max` bytes as UTF-8; most texts are too short to be encoded. */
function byteLengthAbove(text: string, max: number): boolean {
  if (text.length > max) return true;
  if (text.length * 3 <= max) return false;
  return new TextEncoder().encode(text).length > max;
}
