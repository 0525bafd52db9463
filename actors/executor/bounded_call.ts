/**
 * Calls code that may never return. A timer can't help against code that blocks its isolate, and
 * ending the isolate from outside does not stop its thread; but a script of `node:vm` with a timeout
 * is interrupted wherever it is, and so is all that it calls.
 */
import { Script } from "node:vm";

/** How a bounded call ended. */
export type CallEnd<T> =
  | { readonly kind: "returned"; readonly value: T }
  | { readonly kind: "threw"; readonly error: unknown }
  /** Its time was over: it was stopped where it was, and ran none of its `catch` and `finally`. */
  | { readonly kind: "interrupted" };

const SLOT = "dtask:bounded_call";
const INTERRUPTED = "ERR_SCRIPT_EXECUTION_TIMEOUT";
/** What the timeout of a script may be. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** What the script is to call: set for the moment until it does, and taken before it is called. */
let pending: (() => void) | null = null;

// A script reaches nothing but globals. Task code sees this one too, but can neither replace nor
// shadow it, and there is nothing in it to call while task code runs.
Object.defineProperty(globalThis, SLOT, {
  value: () => {
    const call = pending;
    pending = null;
    call?.();
  },
  enumerable: false,
  writable: false,
  configurable: false,
});

// Made before task code is loaded, which may replace the class's methods.
const script = new Script(`globalThis[${JSON.stringify(SLOT)}]()`, { filename: SLOT });
const runScript = script.runInThisContext.bind(script);

/**
 * Calls `code`, and interrupts it after `timeoutMs`. Costs about 15 µs. What the code began outside of
 * the call (promises, timers) goes on, unbounded.
 *
 * The isolate stays fit for use: V8 unwinds the stack as for a throw. What an interrupted task may
 * leave half-done is state of its own module, as any throw may, only that no `finally` puts it
 * right; a new isolate would lose all that its module remembers, and is no remedy for a task that
 * can't be trusted with it.
 */
export function boundedCall<T>(code: () => T, timeoutMs: number): CallEnd<T> {
  let end: CallEnd<T> | null = null;
  pending = () => void (end = directCall(code));
  const timeout = Math.min(MAX_TIMEOUT_MS, Math.max(1, Math.ceil(timeoutMs)));
  try {
    // Without `displayErrors: false` errors would be decorated, at a cost; there are none but ours.
    runScript({ timeout, displayErrors: false });
  } catch (error) {
    // The time may be over just when the code has ended: it ended.
    if (end === null && !isInterruption(error)) throw error;
  } finally {
    pending = null;
  }
  return end ?? { kind: "interrupted" };
}

/** Calls `code`, for as long as it takes. */
export function directCall<T>(code: () => T): CallEnd<T> {
  try {
    return { kind: "returned", value: code() };
  } catch (error) {
    return { kind: "threw", error };
  }
}

function isInterruption(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === INTERRUPTED;
}
