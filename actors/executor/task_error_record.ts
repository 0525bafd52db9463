import { LIMITS, type TaskError } from "../domain/task.ts";
import { boundText } from "./bounded_text.ts";

const NAME_BYTES = 200;
const MESSAGE_BYTES = LIMITS.errorTextBytes / 4;
const STACK_BYTES = LIMITS.errorTextBytes - MESSAGE_BYTES - NAME_BYTES;
const MAX_CAUSES = 8;

/** Whatever task code threw as it is kept: bounded text, causes at the end of the stack. */
export function describeThrown(thrown: unknown): TaskError {
  if (!(thrown instanceof Error)) {
    return { name: "Error", message: boundText(describeValue(thrown), MESSAGE_BYTES), stack: null };
  }
  const stack = readText(thrown, "stack");
  const all = [stack ?? "", ...causesOf(thrown)].filter((text) => text !== "");
  return {
    name: boundText(readText(thrown, "name") ?? "Error", NAME_BYTES),
    message: boundText(readText(thrown, "message") ?? "", MESSAGE_BYTES),
    stack: all.length === 0 ? null : boundText(all.join("\nCaused by: "), STACK_BYTES),
  };
}

/** An error that the executor itself finds with a run: no stack, since it is not the code's. */
export function executorError(name: string, message: string): TaskError {
  return { name, message: boundText(message, MESSAGE_BYTES), stack: null };
}

function causesOf(error: Error): string[] {
  const texts: string[] = [];
  const seen = new Set<unknown>([error]);
  let cause = readProperty(error, "cause");
  while (cause !== undefined && cause !== null && !seen.has(cause) && texts.length < MAX_CAUSES) {
    seen.add(cause);
    if (!(cause instanceof Error)) {
      texts.push(describeValue(cause));
      break;
    }
    texts.push(readText(cause, "stack") ?? describeValue(cause));
    cause = readProperty(cause, "cause");
  }
  return texts;
}

function readText(error: Error, property: string): string | null {
  const value = readProperty(error, property);
  return typeof value === "string" ? value : null;
}

/** Errors are task code's objects: even reading a property of one may throw. */
function readProperty(object: object, property: string): unknown {
  try {
    return Reflect.get(object, property);
  } catch {
    return undefined;
  }
}

function describeValue(value: unknown): string {
  try {
    if (typeof value === "object" && value !== null) return JSON.stringify(value) ?? "an object";
    return String(value);
  } catch {
    return "a value that cannot be shown";
  }
}
