/** A node for users' tests. Executors load this along with tasks: what it takes is loaded by the call alone. */
import type { Client, SubmitOptions } from "../client/mod.ts";
import type { TaskHandle } from "../client/task_handle.ts";
import type { AnyTask, ArgumentsOf, GivenArguments, ResultOf } from "../client/typed_task.ts";

/** What a test's node starts with. */
export interface TestNodeOptions {
  /** When its time begins, as a `Date` or epoch ms; now when absent. */
  readonly now?: Date | number;
  /** Log lines from this level on go to the console; none when absent. */
  readonly logLevel?: "debug" | "info" | "warning" | "error";
}

/** A whole node inside the test: its own database, tasks in the test's isolate, and a clock that stands. */
export interface TestNode extends AsyncDisposable {
  /** A client of it. Where a call has to wait for time to pass, let it pass: see `result` and `advance`. */
  readonly client: Client;
  /** What the node, and the whole isolate, takes for the time. */
  readonly now: Date;
  /**
   * Submits a task and gives its result, as `result` does.
   *
   * @throws {TaskOutcomeError} when it failed, was cancelled or skipped.
   */
  run<T extends AnyTask>(
    task: T,
    args: GivenArguments<ArgumentsOf<T>>,
    options?: SubmitOptions,
  ): Promise<ResultOf<T>>;
  /**
   * Lets time pass until the task has ended, skipping over delays and the waits between attempts, and
   * gives its result.
   *
   * @throws {TaskOutcomeError} when it failed, was cancelled or skipped.
   * @throws {Error} when it has not ended after a year of the node's time; the text says what it waits for.
   */
  result<R>(task: TaskHandle<R>): Promise<R>;
  /** Lets time pass: what is due meanwhile happens, in order. In ms, or as `30s`, `5m`, `2h`, `7d`. */
  advance(time: number | string): Promise<void>;
  /** Lets everything happen that is due now. */
  settle(): Promise<void>;
}

/**
 * Starts a node for a test: no ports, no Workers, nothing left behind. All tasks whose modules the test
 * imports are there. Timers and `Date` of the isolate stand still until the node is disposed, so that
 * a delay of a day or five attempts with backoff take no time. One at a time. The test needs the rights
 * to read and write its temporary folder.
 *
 * @throws {TypeError} An option or a time is not what it takes.
 * @throws {Error} There is such a node already.
 *
 * @example
 * ```ts ignore
 * import { task, testNode } from "dtask";
 *
 * let calls = 0;
 * const flaky = task({
 *   name: "flaky",
 *   run() {
 *     if (++calls < 3) throw new Error("not yet");
 *     return calls;
 *   },
 * });
 *
 * Deno.test("it is tried again", async () => {
 *   await using node = await testNode();
 *   const result = await node.run(flaky, []);
 *   if (result !== 3) throw new Error("three attempts were expected");
 * });
 * ```
 */
export async function testNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { openTestNode } = await import("./open_test_node.ts");
  return await openTestNode(options);
}
