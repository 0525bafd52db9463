import { isAlone, modeOf } from "../domain/pool.ts";
import type { Assignment, ExecutorLoad, JoinedExecutor, RunRef } from "../protocol.ts";
import { prefetchOf } from "./prefetch.ts";
import type { RunLengths } from "./run_lengths.ts";

/**
 * A run that an executor holds, as far as the dispatcher can know. Its times are readings of the
 * monotonic clock: a step of the wall clock makes no code late.
 */
export interface HeldRun extends RunRef {
  readonly id: string;
  readonly method: string;
  readonly timeoutMs: number;
  /** For a run from before the dispatcher's start, when its claim was committed, epoch ms. */
  readonly sinceBefore: number | null;
  readonly assignedAt: number;
  /** Its executor was asked to give it back, should it not have started. */
  recalled: boolean;
  /** When its code is taken to have started: at hand-over, or when a slot became free. Null: it waits. */
  startedAt: number | null;
  /** When its cancellation was asked for. */
  cancelledAt: number | null;
  /** Its executor has told its code to stop; `silent` when that was for want of heartbeats. */
  overdue: { readonly since: number; readonly silent: boolean } | null;
}

/** A slot whose run is older than this is not about to take another. */
const LIVELY_MS = 250;

/** How much faster the mean run time follows a new report than an old one. */
const MEAN_WEIGHT = 0.2;

/** Runs of an executor that joined with runs from before: it says itself when one is overdue. */
const ADOPTED_TIMEOUT_MS = 86_400_000;

export interface ExecutorSlotsOptions {
  /** Epoch ms, for what is recorded or shown. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets, for what is measured. */
  readonly monotonic: () => number;
  /** Shared by all executors. */
  readonly lengths: RunLengths;
}

/** One executor: what it holds, and how much more it may be given. */
export class ExecutorSlots {
  readonly name: string;
  readonly incarnation: string;
  readonly pool: string;
  readonly slots: number;
  /** Its code may block it, so that what it holds behind a long run can't be got back. */
  readonly mayBlock: boolean;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #lengths: RunLengths;
  /** In the order of hand-over, which is the order in which its slots take them. */
  readonly #held = new Map<string, HeldRun>();
  #started = 0;
  #meanRunMs: number | null = null;
  /** When it last gave a sign of life, on the monotonic clock. */
  heardAt: number;
  /** Set once its isolate is to be ended: it gets nothing more. */
  terminating = false;

  constructor(announcement: JoinedExecutor, { now, monotonic, lengths }: ExecutorSlotsOptions) {
    this.name = announcement.executor;
    this.incarnation = announcement.incarnation;
    this.pool = announcement.pool;
    this.slots = announcement.slots;
    this.mayBlock = isAlone(this.pool) || modeOf(this.pool) === "blocking";
    this.#now = now;
    this.#monotonic = monotonic;
    this.#lengths = lengths;
    this.heardAt = monotonic();
    for (const run of announcement.held) {
      this.#hold({ ...run, timeoutMs: ADOPTED_TIMEOUT_MS }, run.startedAt);
    }
    this.#fillSlots();
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
    const prefetch = prefetchOf(this.#livelySlots(), this.#meanRunMs);
    return Math.max(0, this.slots + prefetch - this.#held.size);
  }

  /**
   * How many of `runs`, from the first, it should get: nothing has to wait behind code that may take
   * long and, since it blocks the isolate, can't be made to give back what waits.
   */
  fitting(runs: readonly Assignment[]): number {
    if (!this.mayBlock || this.#holdsLong()) return Math.min(runs.length, this.#room());
    const long = runs.findIndex(({ method }) => !this.#lengths.isShort(method));
    return long < 0 ? runs.length : long + 1;
  }

  assign(runs: readonly Assignment[]): void {
    for (const run of runs) this.#hold(run, null);
    this.#fillSlots();
  }

  /** Takes away runs that ended; those that wait move up. Runs that it never held say nothing of it. */
  ended(refs: readonly RunRef[], meanRunMs: number): void {
    this.heardAt = this.#monotonic();
    const methods = new Set<string>();
    for (const ref of refs) {
      const run = this.#held.get(keyOf(ref));
      if (run === undefined) continue;
      this.#held.delete(keyOf(ref));
      if (run.startedAt !== null) this.#started--;
      if (!run.recalled || run.startedAt !== null) methods.add(run.method);
    }
    if (methods.size > 0) this.#learn(methods, meanRunMs);
    this.#fillSlots();
  }

  /** Runs that have waited for a slot for `waitedMs`, and were not recalled. Each is given once. */
  recallParked(waitedMs: number): readonly RunRef[] {
    if (this.mayBlock) return [];
    const before = this.#monotonic() - waitedMs;
    const parked = this.held.filter(({ startedAt, recalled, assignedAt }) =>
      startedAt === null && !recalled && assignedAt <= before
    );
    for (const run of parked) run.recalled = true;
    return parked.map(({ num, run }) => ({ num, run }));
  }

  /** What it holds and runs, as people are shown it. */
  load(runsMax: number): ExecutorLoad {
    const { name: executor, pool, slots, heldCount: held, running } = this;
    const runs = running.map((run) => ({
      id: run.id,
      method: run.method,
      run: run.run,
      startedAt: this.startOf(run) ?? this.epochOf(run.assignedAt),
    })).sort((a, b) => a.startedAt - b.startedAt).slice(0, runsMax);
    return { executor, pool, slots, held, running: running.length, runs };
  }

  find(ref: RunRef): HeldRun | undefined {
    return this.#held.get(keyOf(ref));
  }

  /** True when the code of `run` should have stopped by now. */
  isOverdue(run: HeldRun): boolean {
    return deadlineOf(run) <= this.#monotonic();
  }

  /** When the code of `run` began, epoch ms; null while it waits. */
  startOf({ sinceBefore, startedAt }: HeldRun): number | null {
    return startedAt === null ? null : sinceBefore ?? this.epochOf(startedAt);
  }

  /** A time of a held run in epoch ms. */
  epochOf(at: number): number {
    return Math.round(this.#now() - (this.#monotonic() - at));
  }

  /** Slots that are free or were taken only now: those that soon take what is fetched ahead. */
  #livelySlots(): number {
    if (isAlone(this.pool) || (this.mayBlock && this.#holdsLong())) return 0;
    const youngestOld = this.#monotonic() - LIVELY_MS;
    let stale = 0;
    for (const { startedAt } of this.#held.values()) {
      if (startedAt !== null && startedAt <= youngestOld) stale++;
    }
    return Math.max(0, this.slots - stale);
  }

  #holdsLong(): boolean {
    for (const { method } of this.#held.values()) {
      if (!this.#lengths.isShort(method)) return true;
    }
    return false;
  }

  #room(): number {
    return this.mayBlock ? Math.max(0, this.slots - this.#held.size) : Infinity;
  }

  #learn(methods: ReadonlySet<string>, meanRunMs: number): void {
    for (const method of methods) this.#lengths.note(method, meanRunMs);
    this.#meanRunMs = this.#meanRunMs === null
      ? meanRunMs
      : this.#meanRunMs + MEAN_WEIGHT * (meanRunMs - this.#meanRunMs);
  }

  #hold(
    { num, run, id, method, timeoutMs }: Pick<Assignment, "id" | "method" | "timeoutMs"> & RunRef,
    sinceBefore: number | null,
  ): void {
    this.#held.set(keyOf({ num, run }), {
      num,
      run,
      id,
      method,
      timeoutMs,
      sinceBefore,
      assignedAt: this.#monotonic(),
      startedAt: null,
      cancelledAt: null,
      overdue: null,
      recalled: false,
    });
  }

  #fillSlots(): void {
    if (this.#started >= this.slots) return;
    const now = this.#monotonic();
    for (const run of this.#held.values()) {
      if (run.startedAt !== null) continue;
      if (this.#started >= this.slots) return;
      run.startedAt = now;
      this.#started++;
    }
  }
}

/** When the code of `run` has to have stopped, on the monotonic clock. */
export function deadlineOf({ startedAt, timeoutMs, cancelledAt, overdue }: HeldRun): number {
  const timeoutAt = (startedAt ?? Infinity) + timeoutMs;
  return Math.min(timeoutAt, cancelledAt ?? Infinity, overdue?.since ?? Infinity);
}

function keyOf({ num, run }: RunRef): string {
  return `${num}:${run}`;
}
