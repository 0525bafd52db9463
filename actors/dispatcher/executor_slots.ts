import { isAlone } from "../domain/pool.ts";
import type { Assignment, ExecutorAnnouncement, RunRef } from "../protocol.ts";
import { prefetchOf } from "./prefetch.ts";

/** A run that an executor holds, as far as the dispatcher can know. */
export interface HeldRun extends RunRef {
  readonly timeoutMs: number;
  /** When its code is taken to have started: at hand-over, or when a slot became free. Null: it waits. */
  startedAt: number | null;
  /** When its cancellation was asked for. */
  cancelledAt: number | null;
}

/** How much faster the mean run time follows a new report than an old one. */
const MEAN_WEIGHT = 0.2;

/** Runs of an executor that joined with runs from before: their limits are not known here any more. */
const ADOPTED_TIMEOUT_MS = 86_400_000;

/** One executor: what it holds, and how much more it may be given. */
export class ExecutorSlots {
  readonly name: string;
  readonly incarnation: string;
  readonly pool: string;
  readonly slots: number;
  /** In the order of hand-over, which is the order in which its slots take them. */
  readonly #held = new Map<string, HeldRun>();
  #started = 0;
  #meanRunMs: number | null = null;
  /** When it last gave a sign of life. */
  heardAt: number;
  /** Set once its isolate is to be ended: it gets nothing more. */
  terminating = false;

  constructor(announcement: ExecutorAnnouncement, now: number) {
    this.name = announcement.executor;
    this.incarnation = announcement.incarnation;
    this.pool = announcement.pool;
    this.slots = announcement.slots;
    this.heardAt = now;
    for (const ref of announcement.held) this.#hold(ref, ADOPTED_TIMEOUT_MS);
    this.#fillSlots(now);
  }

  get heldCount(): number {
    return this.#held.size;
  }

  /** Runs whose code is taken to be running. */
  get running(): readonly HeldRun[] {
    return [...this.#held.values()].filter(({ startedAt }) => startedAt !== null);
  }

  get held(): readonly HeldRun[] {
    return [...this.#held.values()];
  }

  /** How many more runs it may be given now: free slots, plus a prefetch that follows recent run times. */
  get credits(): number {
    if (this.terminating) return 0;
    const prefetch = isAlone(this.pool) ? 0 : prefetchOf(this.slots, this.#meanRunMs);
    return Math.max(0, this.slots + prefetch - this.#held.size);
  }

  assign(runs: readonly Assignment[], now: number): void {
    for (const run of runs) this.#hold(run, run.timeoutMs);
    this.#fillSlots(now);
  }

  /** Takes away runs that ended; those that wait move up. */
  ended(refs: readonly RunRef[], meanRunMs: number, now: number): void {
    this.heardAt = now;
    for (const ref of refs) {
      const run = this.#held.get(keyOf(ref));
      if (run === undefined) continue;
      this.#held.delete(keyOf(ref));
      if (run.startedAt !== null) this.#started--;
    }
    this.#meanRunMs = this.#meanRunMs === null
      ? meanRunMs
      : this.#meanRunMs + MEAN_WEIGHT * (meanRunMs - this.#meanRunMs);
    this.#fillSlots(now);
  }

  find(ref: RunRef): HeldRun | undefined {
    return this.#held.get(keyOf(ref));
  }

  #hold({ num, run }: RunRef, timeoutMs: number): void {
    const held = { num, run, timeoutMs, startedAt: null, cancelledAt: null };
    this.#held.set(keyOf(held), held);
  }

  #fillSlots(now: number): void {
    if (this.#started >= this.slots) return;
    for (const run of this.#held.values()) {
      if (run.startedAt !== null) continue;
      if (this.#started >= this.slots) return;
      run.startedAt = now;
      this.#started++;
    }
  }
}

/** When the code of `run` has to have stopped. */
export function deadlineOf({ startedAt, timeoutMs, cancelledAt }: HeldRun): number {
  const timeoutAt = (startedAt ?? Infinity) + timeoutMs;
  return cancelledAt === null ? timeoutAt : Math.min(timeoutAt, cancelledAt);
}

function keyOf({ num, run }: RunRef): string {
  return `${num}:${run}`;
}
