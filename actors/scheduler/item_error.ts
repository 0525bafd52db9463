import { ConstraintError } from "../storage/port.ts";

/** A broken constraint or a bug met in handling an item; errors of the store itself are neither. */
export function isItemError(error: unknown): boolean {
  return error instanceof ConstraintError ||
    !(error instanceof Error && error.name.startsWith("Store"));
}
