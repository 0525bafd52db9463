import { LIMITS } from "../../actors/domain/task.ts";

/** Why an `Any` stands for no value; the message names its type. */
export class AnyDecodeError extends Error {
  override readonly name = "AnyDecodeError";
}

/** Refuses a list or map that stands deeper than values may nest; the outermost has depth 1. */
export function assertDepth(depth: number): void {
  if (depth > LIMITS.valueDepth) {
    throw new AnyDecodeError(`it is nested more than ${LIMITS.valueDepth} deep`);
  }
}
