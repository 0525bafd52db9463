import type { RunOutcome, RunRef, SchedulerMessage, SchedulerProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";
import { givenBack } from "./verdicts.ts";

export interface FinalReportsOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  /** Epoch ms. */
  readonly now: () => number;
  /** Pause after a report that failed, in ms; `RETRY_MS` when absent. */
  readonly retryMs?: number;
}

/** One incarnation of an executor. */
export interface ReportedExecutor {
  readonly name: string;
  readonly incarnation: string;
}

type Report = Extract<SchedulerMessage, { readonly kind: "ReportOutcomes" | "ExecutorLost" }>;

const REPORT_DEADLINE_MS = 60_000;
const RETRY_MS = 500;

const log = getLogger("dispatcher");

/**
 * Reports on runs of which nobody else can: a report that could not be committed, on a full disk say, is
 * sent again until it is. One that is committed twice changes nothing the second time.
 */
export class FinalReports {
  readonly #options: FinalReportsOptions;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #stopped = false;

  constructor(options: FinalReportsOptions) {
    this.#options = options;
  }

  /** Puts back, uncharged, runs that their executor never got. */
  giveBack({ name: executor, incarnation }: ReportedExecutor, runs: readonly RunRef[]): void {
    const now = this.#options.now();
    const outcomes = runs.map((run) => givenBack(run, { now, alone: false }));
    void this.#send({ kind: "ReportOutcomes", executor, incarnation, outcomes });
  }

  /** Says that an executor is gone, and what was judged of its runs; all others have crashed. */
  lost({ name: executor, incarnation }: ReportedExecutor, verdicts: readonly RunOutcome[]): void {
    void this.#send({ kind: "ExecutorLost", executor, incarnation, verdicts });
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #send(report: Report): Promise<void> {
    const { scheduler, retryMs = RETRY_MS } = this.#options;
    const answer = await scheduler.ask(report, { deadlineMs: REPORT_DEADLINE_MS });
    // With the scheduler this actor ends too, and executors say anew what they hold.
    if (answer.ok || this.#stopped || answer.error.code === "died") return;
    log.warn("what became of runs could not be reported yet: {error}", {
      error: answer.error.message,
    });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#send(report);
    }, retryMs);
    this.#timers.add(timer);
  }
}
