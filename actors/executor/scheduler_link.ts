import type { ExecutorAnnouncement, RunRef, SchedulerProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import type { Clock, Timer } from "./clock.ts";
import type { OutcomeBuffer } from "./outcome_buffer.ts";

const ANNOUNCE_DEADLINE_MS = 10_000;
const RETRY_MS = 500;

export interface SchedulerLinkOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly outcomes: OutcomeBuffer;
  readonly clock: Clock;
  /** Who this is and what it holds, at the moment of the call. */
  readonly announcement: () => ExecutorAnnouncement;
  /** The scheduler wants nothing more of these runs. */
  readonly onStale: (runs: readonly RunRef[]) => void;
}

/**
 * Introduces the executor to every new incarnation of the scheduler: first the outcomes that the
 * one before may not have recorded, then what is still held. In this order no run is missing from
 * both, and so none is taken for lost.
 */
export class SchedulerLink {
  readonly #options: SchedulerLinkOptions;
  /** Grows with every incarnation of the scheduler, so that nothing is done for a former one. */
  #generation = 0;
  #retry: Timer | null = null;

  constructor(options: SchedulerLinkOptions) {
    this.#options = options;
  }

  /** A scheduler is there. */
  onUp(): void {
    this.#generation += 1;
    this.#retry?.cancel();
    void this.#introduce(this.#generation);
  }

  /** There is no scheduler; task code runs on. */
  onDown(): void {
    this.#generation += 1;
    this.#retry?.cancel();
    this.#options.outcomes.pause();
  }

  stop(): void {
    this.#generation += 1;
    this.#retry?.cancel();
  }

  async #introduce(generation: number): Promise<void> {
    const { scheduler, outcomes, announcement, onStale } = this.#options;
    const arrived = await outcomes.sendAllAnew();
    if (generation !== this.#generation) return;
    if (!arrived) return this.#retryLater(generation);
    const executor = announcement();
    const reply = await scheduler.ask(
      { kind: "AnnounceExecutor", executor },
      { deadlineMs: ANNOUNCE_DEADLINE_MS },
    );
    if (generation !== this.#generation) return;
    if (reply.ok) onStale(reply.value.stale);
    else this.#retryLater(generation);
  }

  #retryLater(generation: number): void {
    this.#retry = this.#options.clock.startTimer(
      () => void this.#introduce(generation),
      RETRY_MS,
    );
  }
}
