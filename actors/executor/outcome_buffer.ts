import type { RunOutcome, RunRef, SchedulerProtocol } from "../protocol.ts";
import type { ActorRef, AskResult } from "../runtime/mod.ts";
import { runKey } from "./attempt.ts";
import type { Clock, Timer } from "./clock.ts";

// Taken before task code is loaded, which may replace the globals.
const { queueMicrotask } = globalThis;

const ASK_DEADLINE_MS = 30_000;
const BATCH_OUTCOMES = 500;
/** UTF-16 units of results and errors in one message. */
const BATCH_TEXT = 4 << 20;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;

export interface OutcomeBufferOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly executor: string;
  readonly incarnation: string;
  /**
   * Messages on their way at a time. One, and meanwhile the buffer collects, where the isolate
   * stays responsive; more where the next run may keep it from seeing an acknowledgement.
   */
  readonly maxInFlight: number;
  readonly clock: Clock;
}

/**
 * Keeps every outcome until the scheduler has acknowledged it, and sends it as often as it takes.
 * Its size is bounded by the runs that a dispatcher gives an executor at a time, because a run
 * counts as held until its end is committed.
 */
export class OutcomeBuffer {
  readonly #options: OutcomeBufferOptions;
  /** All without acknowledgement, by run, oldest first. */
  readonly #kept = new Map<string, RunOutcome>();
  #unsent: RunOutcome[] = [];
  #inFlight = 0;
  /** Grows when everything is sent anew; what was on its way before need not be put back. */
  #round = 0;
  #flushDue = false;
  #retryMs = FIRST_RETRY_MS;
  #retry: Timer | null = null;
  /** True while there is no scheduler to send to. */
  #paused = true;
  #stopped = false;
  #onEmpty: (() => void)[] = [];

  constructor(options: OutcomeBufferOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Takes an outcome, and sends it with all that come in this turn. */
  add(outcome: RunOutcome): void {
    this.#kept.set(runKey(outcome), outcome);
    this.#unsent.push(outcome);
    if (this.#flushDue || !this.#maySend) return;
    this.#flushDue = true;
    queueMicrotask(() => {
      this.#flushDue = false;
      this.#flush();
    });
  }

  /** The runs whose outcomes are not acknowledged. */
  runs(): RunRef[] {
    return [...this.#kept.values()].map(({ num, run }) => ({ num, run }));
  }

  has(run: RunRef): boolean {
    return this.#kept.has(runKey(run));
  }

  /** Drops outcomes that nobody wants any more. */
  forget(runs: readonly RunRef[]): void {
    for (const run of runs) this.#kept.delete(runKey(run));
    this.#unsent = this.#unsent.filter((outcome) => this.#isKept(outcome));
    this.#wakeIfEmpty();
  }

  /** Sends everything anew, to a scheduler that may know none of it. False: not all arrived. */
  async sendAllAnew(): Promise<boolean> {
    const round = ++this.#round;
    this.#paused = false;
    this.#cancelRetry();
    this.#unsent = [...this.#kept.values()];
    while (this.#unsent.length > 0 && round === this.#round) {
      if (!await this.#send(this.#takeBatch())) return false;
    }
    return round === this.#round;
  }

  /** Keeps everything until `sendAllAnew`: there is nobody to send to. */
  pause(): void {
    this.#round += 1;
    this.#paused = true;
    this.#cancelRetry();
  }

  /** Resolves when nothing is left to acknowledge. */
  whenEmpty(): Promise<void> {
    if (this.#kept.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  /** Sends nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#cancelRetry();
  }

  get #maySend(): boolean {
    return !this.#paused && !this.#stopped && this.#retry === null;
  }

  #flush(): void {
    const { maxInFlight } = this.#options;
    while (this.#maySend && this.#unsent.length > 0 && this.#inFlight < maxInFlight) {
      void this.#send(this.#takeBatch());
    }
  }

  async #send(outcomes: readonly RunOutcome[]): Promise<boolean> {
    const { scheduler, executor, incarnation } = this.#options;
    const round = this.#round;
    this.#inFlight += 1;
    const reply = await scheduler.ask(
      { kind: "ReportOutcomes", executor, incarnation, outcomes },
      { deadlineMs: ASK_DEADLINE_MS },
    );
    this.#inFlight -= 1;
    this.#onReply(reply, outcomes, round);
    return reply.ok;
  }

  #onReply(reply: AskResult<null>, outcomes: readonly RunOutcome[], round: number): void {
    if (reply.ok) {
      this.#retryMs = FIRST_RETRY_MS;
      for (const outcome of outcomes) {
        if (this.#isKept(outcome)) this.#kept.delete(runKey(outcome));
      }
      this.#wakeIfEmpty();
      this.#flush();
    } else if (round === this.#round) {
      this.#unsent = [...outcomes.filter((outcome) => this.#isKept(outcome)), ...this.#unsent];
      this.#retryLater();
    }
  }

  /** The first unsent outcomes that fit into one message; at least one. */
  #takeBatch(): readonly RunOutcome[] {
    let count = 0;
    let text = 0;
    for (const { result, error } of this.#unsent) {
      text += (result?.length ?? 0) + (error?.message.length ?? 0) + (error?.stack?.length ?? 0);
      if (count === BATCH_OUTCOMES || (count > 0 && text > BATCH_TEXT)) break;
      count += 1;
    }
    if (count === this.#unsent.length) {
      const all = this.#unsent;
      this.#unsent = [];
      return all;
    }
    return this.#unsent.splice(0, count);
  }

  #isKept(outcome: RunOutcome): boolean {
    return this.#kept.get(runKey(outcome)) === outcome;
  }

  #retryLater(): void {
    if (this.#retry !== null || this.#stopped) return;
    this.#retry = this.#options.clock.startTimer(() => {
      this.#retry = null;
      this.#flush();
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
  }

  #cancelRetry(): void {
    this.#retry?.cancel();
    this.#retry = null;
  }

  #wakeIfEmpty(): void {
    if (this.#kept.size > 0 || this.#onEmpty.length === 0) return;
    const waiting = this.#onEmpty;
    this.#onEmpty = [];
    for (const wake of waiting) wake();
  }
}
