import { findTask, type RegisteredTask } from "../../tasks/sdk/task_registry.ts";
import type { TaskContext } from "../../tasks/sdk/mod.ts";
import { refuse } from "../domain/error.ts";
import type { Attempt } from "./attempt.ts";
import { describeIssues, readArguments } from "./attempt_input.ts";
import type { Ending } from "./attempt_outcome.ts";

/**
 * Runs the code of an attempt and calls `onEnd` once: before it returns when the code gives no
 * promise, which spares those that don't the turns of a promise, else when the promise settles.
 */
export function runAttempt(
  attempt: Attempt,
  context: TaskContext,
  onEnd: (ending: Ending) => void,
): void {
  const { method, mode } = attempt.assignment;
  const task = findTask(method, mode);
  if (task === undefined) {
    const message = `Cannot run task "${method}": this executor has no ${mode} task of that name`;
    return onEnd({ kind: "unknown_method", message });
  }
  const args = readArgumentsSafely(attempt);
  if (!args.ok) return onEnd({ kind: "invalid_input", message: args.error.message });
  const call: Call = { task, method, attempt, context, onEnd };
  if (task.input === null) return invoke(call, args.value);
  validate(call, task.input, args.value);
}

/**
 * Arguments were checked when they were submitted, so that one that can't be read is a bug. It ends
 * this attempt alone: thrown on, it would leave the attempt in its slot for ever.
 */
function readArgumentsSafely({ assignment }: Attempt): ReturnType<typeof readArguments> {
  try {
    return readArguments(assignment);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse("internal", "unreadable_arguments", `Cannot read the arguments: ${why}`);
  }
}

/** What is needed to go on with an attempt, wherever it had to wait. */
interface Call {
  readonly task: RegisteredTask;
  /** The name by which it was called. */
  readonly method: string;
  readonly attempt: Attempt;
  readonly context: TaskContext;
  readonly onEnd: (ending: Ending) => void;
}

type Schema = NonNullable<RegisteredTask["input"]>;
type Validation = Awaited<ReturnType<Schema["~standard"]["validate"]>>;

function validate(call: Call, schema: Schema, args: readonly unknown[]): void {
  let validation: Validation | Promise<Validation>;
  try {
    validation = schema["~standard"].validate(args);
  } catch (error) {
    return call.onEnd({ kind: "threw", error });
  }
  if (!isThenable(validation)) return invokeValidated(call, validation);
  Promise.resolve(validation).then(
    (settled) => invokeValidated(call, settled),
    (error: unknown) => call.onEnd({ kind: "threw", error }),
  );
}

function invokeValidated(call: Call, validation: Validation): void {
  if (validation.issues !== undefined) {
    const message = describeIssues(call.method, validation.issues);
    return call.onEnd({ kind: "invalid_input", message });
  }
  // An abort during an asynchronous validation comes before the code: it need not start any more.
  const { attempt } = call;
  if (attempt.abortCause !== null) {
    return call.onEnd({ kind: "threw", error: attempt.signal.reason });
  }
  invoke(call, validation.value);
}

function invoke({ task, context, onEnd }: Call, input: unknown): void {
  let returned: unknown;
  let pending: boolean;
  try {
    returned = task.run(input, context);
    pending = isThenable(returned);
  } catch (error) {
    return onEnd({ kind: "threw", error });
  }
  if (!pending) return onEnd({ kind: "returned", value: returned });
  Promise.resolve(returned).then(
    (value) => onEnd({ kind: "returned", value }),
    (error: unknown) => onEnd({ kind: "threw", error }),
  );
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
