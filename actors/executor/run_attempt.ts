import { findTask, type RegisteredTask } from "../../tasks/sdk/task_registry.ts";
import type { TaskContext } from "../../tasks/sdk/mod.ts";
import { refuse } from "../domain/error.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type { Attempt } from "./attempt.ts";
import { describeIssues, readArguments } from "./attempt_input.ts";
import type { Ending } from "./attempt_outcome.ts";
import type { CallEnd } from "./bounded_call.ts";

/** How an attempt's code is called, and whom to tell of its end. */
export interface RunOptions {
  readonly context: TaskContext;
  /** Calls synchronous code of the task, as long as it may run. */
  readonly call: <T>(code: () => T) => CallEnd<T>;
  readonly onEnd: (ending: Ending) => void;
}

/**
 * Runs the code of an attempt and calls `onEnd` once: before it returns when the code gives no
 * promise, which spares those that don't the turns of a promise, else when the promise settles.
 */
export function runAttempt(attempt: Attempt, options: RunOptions): void {
  const { method, mode } = attempt.assignment;
  const { onEnd } = options;
  const task = findTask(method, mode);
  if (task === undefined) {
    const message = `Cannot run task "${method}": this executor has no ${mode} task of that name`;
    return onEnd({ kind: "unknown_method", message });
  }
  const args = readArgumentsSafely(attempt);
  if (!args.ok) return onEnd({ kind: "invalid_input", message: args.error.message });
  const { input } = task;
  const run: Run = { ...options, task, method, attempt };
  if (input === null) return step(run, () => invoke(run, args.value));
  step(run, () => validate(run, input, args.value));
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
interface Run extends RunOptions {
  readonly task: RegisteredTask;
  /** The name by which it was called. */
  readonly method: string;
  readonly attempt: Attempt;
}

type Schema = NonNullable<RegisteredTask["input"]>;
type Validation = Awaited<ReturnType<Schema["~standard"]["validate"]>>;

/** Where the code's synchronous part has left an attempt. */
type Progress =
  | { readonly kind: "ended"; readonly ending: Ending }
  | { readonly kind: "validating"; readonly validation: PromiseLike<Validation> }
  | { readonly kind: "running"; readonly returned: PromiseLike<unknown> };

/** Calls code of the task. It only gives values back: interrupted, it leaves nothing of ours half-done. */
function step(run: Run, code: () => Progress): void {
  const { attempt, onEnd } = run;
  const end = run.call(code);
  switch (end.kind) {
    case "returned":
      return goOn(run, end.value);
    case "threw":
      return onEnd({ kind: "threw", error: end.error });
    case "interrupted":
      attempt.abort("timeout");
      return onEnd({ kind: "threw", error: attempt.signal.reason });
    default:
      unreachable(end);
  }
}

function goOn(run: Run, progress: Progress): void {
  const { onEnd } = run;
  const onError = (error: unknown) => onEnd({ kind: "threw", error });
  switch (progress.kind) {
    case "ended":
      return onEnd(progress.ending);
    case "validating":
      Promise.resolve(progress.validation).then((settled) => onValidated(run, settled), onError);
      return;
    case "running":
      Promise.resolve(progress.returned).then(
        (value) => onEnd({ kind: "returned", value }),
        onError,
      );
      return;
    default:
      unreachable(progress);
  }
}

function onValidated(run: Run, validation: Validation): void {
  // An abort during an asynchronous validation comes before the code: it need not start any more.
  const { attempt, onEnd } = run;
  if (validation.issues === undefined && attempt.abortCause !== null) {
    return onEnd({ kind: "threw", error: attempt.signal.reason });
  }
  step(run, () => invokeValidated(run, validation));
}

function validate(run: Run, schema: Schema, args: readonly unknown[]): Progress {
  const validation = schema["~standard"].validate(args);
  if (isThenable(validation)) return { kind: "validating", validation };
  return invokeValidated(run, validation);
}

function invokeValidated(run: Run, validation: Validation): Progress {
  if (validation.issues === undefined) return invoke(run, validation.value);
  const message = describeIssues(run.method, validation.issues);
  return { kind: "ended", ending: { kind: "invalid_input", message } };
}

function invoke({ task, context }: Run, input: unknown): Progress {
  const returned: unknown = task.run(input, context);
  if (isThenable(returned)) return { kind: "running", returned };
  return { kind: "ended", ending: { kind: "returned", value: returned } };
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
