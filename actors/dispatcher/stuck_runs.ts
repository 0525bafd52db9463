import type { ActorRef } from "../runtime/mod.ts";
import type { ExecutorProtocol } from "../protocol.ts";
import { deadlineOf, type ExecutorSlots } from "./executor_slots.ts";
import type { TerminationCause } from "./verdicts.ts";

export interface StuckRunsOptions {
  readonly executors: () => Iterable<ExecutorSlots>;
  readonly executor: (name: string) => ActorRef<ExecutorProtocol>;
  readonly terminate: (executor: ExecutorSlots, cause: TerminationCause) => void;
  /** Called at every look, for what else is to be seen to while runs are held. */
  readonly onLook: () => void;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  /** How long aborted code may take to stop. */
  readonly graceMs: number;
  /** How often held runs are looked at, as long as there are any; 250 ms when absent. */
  readonly lookMs?: number;
}

const LOOK_MS = 250;
/** How long an isolate with overdue code may take to say that it is alive. */
const ALIVE_MS = 1_000;
/** An isolate of async code that says nothing for so long is asked, and has as long to answer. */
const SILENCE_MS = 5_000;

interface Probe {
  /** What to end it for when it does answer. */
  readonly cause?: Extract<TerminationCause, { readonly run: unknown }>;
  readonly aliveMs: number;
}

/**
 * Finds code that outlives its deadline. Executors enforce timeouts themselves; this steps in where one
 * can't, because the code blocks its isolate, or where code ignores its signal beyond the grace.
 */
export class StuckRuns {
  readonly #options: StuckRunsOptions;
  /** The patience, in ms, of the probe under way for an incarnation; a more urgent one goes beside it. */
  readonly #probing = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StuckRunsOptions) {
    this.#options = options;
  }

  get graceMs(): number {
    return this.#options.graceMs;
  }

  /** Begins to look, if it does not already, and goes on while runs are held. */
  watch(): void {
    this.#timer ??= setTimeout(() => this.#look(), this.#options.lookMs ?? LOOK_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = undefined;
    let held = 0;
    for (const executor of this.#options.executors()) {
      held += executor.heldCount;
      if (!executor.terminating) this.#lookAt(executor);
    }
    this.#options.onLook();
    if (held > 0) this.watch();
  }

  #lookAt(executor: ExecutorSlots): void {
    const now = this.#options.monotonic();
    for (const run of executor.running) {
      const overdueMs = now - deadlineOf(run);
      if (overdueMs > this.#options.graceMs) {
        const kind = run.cancelledAt === null ? "overdue" : "cancelled";
        return this.#probe(executor, { cause: { kind, run }, aliveMs: ALIVE_MS });
      }
      // Its own timer fires at the deadline: shortly after it, an isolate that is alive has acted.
      if (overdueMs > LOOK_MS) return this.#probe(executor, { aliveMs: ALIVE_MS });
    }
    if (!executor.mayBlock && executor.heldCount > 0 && now - executor.heardAt > SILENCE_MS) {
      this.#probe(executor, { aliveMs: SILENCE_MS });
    }
  }

  /** Asks for a sign of life. Without one nobody knows the culprit; with one `cause`, if any, is right. */
  #probe(executor: ExecutorSlots, { cause, aliveMs }: Probe): void {
    const { incarnation, name } = executor;
    if ((this.#probing.get(incarnation) ?? Infinity) <= aliveMs) return;
    this.#probing.set(incarnation, aliveMs);
    const overdue = executor.running.filter((run) => executor.isOverdue(run));
    void this.#options.executor(name).ask({
      kind: "AbortRuns",
      runs: overdue.filter(({ cancelledAt }) => cancelledAt === null),
      reason: "timeout",
    }, { deadlineMs: aliveMs }).then((answer) => {
      if (this.#probing.get(incarnation) === aliveMs) this.#probing.delete(incarnation);
      if (executor.terminating) return;
      if (!answer.ok) {
        if (answer.error.code === "timeout") this.#options.terminate(executor, { kind: "blocked" });
        return;
      }
      executor.heardAt = this.#options.monotonic();
      if (cause && executor.find(cause.run) !== undefined) this.#options.terminate(executor, cause);
    });
  }
}
