import type { SubscriberMessage } from "../actors/protocol.ts";
import { RateMeter } from "./rate_meter.ts";

/** How many tasks a second were submitted, and finished, over the last minute; fed by commit events. */
export class TaskRates {
  readonly #now: () => number;
  readonly #submitted: RateMeter;
  readonly #finished: RateMeter;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#submitted = new RateMeter(now());
    this.#finished = new RateMeter(now());
  }

  /** Counts what commits changed. */
  onEvents(events: SubscriberMessage["events"]): void {
    const now = this.#now();
    for (const event of events) {
      if (event.kind !== "TasksCommitted") continue;
      for (const { submitted, finished } of event.counts) {
        if (submitted > 0) this.#submitted.add(submitted, now);
        for (const count of Object.values(finished)) {
          if (count > 0) this.#finished.add(count, now);
        }
      }
    }
  }

  /** The mean of the last minute. */
  perSecond(now: number): { submittedPerSecond: number; finishedPerSecond: number } {
    return {
      submittedPerSecond: this.#submitted.perSecond(now),
      finishedPerSecond: this.#finished.perSecond(now),
    };
  }
}
