import type { RunOutcome, SupervisorProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { ExecutorSlots } from "./executor_slots.ts";
import { judge, type TerminationCause } from "./verdicts.ts";

export interface TerminationsOptions {
  readonly supervisor: ActorRef<SupervisorProtocol>;
  readonly now: () => number;
}

const DEADLINE_MS = 60_000;

const log = getLogger("dispatcher");

/** Has isolates ended, and keeps what was judged of their runs until their end is known. */
export class Terminations {
  readonly #options: TerminationsOptions;
  /** By incarnation. */
  readonly #verdicts = new Map<string, readonly RunOutcome[]>();

  constructor(options: TerminationsOptions) {
    this.#options = options;
  }

  /** Judges what an executor holds, once, and has its isolate ended. It gets nothing more. */
  terminate(executor: ExecutorSlots, cause: TerminationCause): void {
    if (this.condemn(executor, cause)) {
      this.endIsolate(executor.name, executor.incarnation, cause.kind);
    }
  }

  /** Judges what an executor holds whose end somebody else sees to; false when that was done before. */
  condemn(executor: ExecutorSlots, cause: TerminationCause): boolean {
    if (executor.terminating) return false;
    executor.terminating = true;
    this.#verdicts.set(executor.incarnation, judge(executor, cause, this.#options.now()));
    return true;
  }

  /** Has an isolate ended of whose runs nothing is known. */
  endIsolate(executor: string, incarnation: string, cause: TerminationCause["kind"]): void {
    log.warn("ending the isolate of {executor}: {cause}", { executor, cause });
    const message = { kind: "TerminateExecutor", executor, incarnation, cause } as const;
    void this.#options.supervisor.ask(message, { deadlineMs: DEADLINE_MS });
  }

  /** The verdicts over an isolate that is gone now; undefined when it was not ended here. */
  take(incarnation: string): readonly RunOutcome[] | undefined {
    const verdicts = this.#verdicts.get(incarnation);
    this.#verdicts.delete(incarnation);
    return verdicts;
  }
}
