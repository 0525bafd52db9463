import type { RunRef, SchedulerProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";
import { givenBack } from "./verdicts.ts";

export interface GiveBacksOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly now: () => number;
  /** Pause after a report that failed, in ms; `RETRY_MS` when absent. */
  readonly retryMs?: number;
}

const REPORT_DEADLINE_MS = 60_000;
const RETRY_MS = 500;

const log = getLogger("dispatcher");

/**
 * Puts back runs that their executor never got. Nobody else knows that it has not: a report that could
 * not be committed, on a full disk say, is sent again until it is.
 */
export class GiveBacks {
  readonly #options: GiveBacksOptions;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #stopped = false;

  constructor(options: GiveBacksOptions) {
    this.#options = options;
  }

  /** Reports `runs` of an executor as given back, uncharged. */
  async report(
    executor: { readonly name: string; readonly incarnation: string },
    runs: readonly RunRef[],
  ): Promise<void> {
    const { scheduler, now, retryMs = RETRY_MS } = this.#options;
    const answer = await scheduler.ask({
      kind: "ReportOutcomes",
      executor: executor.name,
      incarnation: executor.incarnation,
      outcomes: runs.map((run) => givenBack(run, { now: now(), alone: false })),
    }, { deadlineMs: REPORT_DEADLINE_MS });
    // With the scheduler this actor ends too, and executors say anew what they hold.
    if (answer.ok || this.#stopped || answer.error.code === "died") return;
    log.warn("runs could not be given back yet: {error}", { error: answer.error.message });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.report(executor, runs);
    }, retryMs);
    this.#timers.add(timer);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
