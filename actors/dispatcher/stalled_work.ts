import type { StalledPool, SupervisorProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";

export interface StalledWorkOptions {
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  /**
   * Those of `pools` for which the store has ready work in queues that are open; null where the
   * scheduler does not answer.
   */
  readonly withWork: (pools: readonly string[]) => Promise<ReadonlySet<string> | null>;
  /** Why nothing is started in a pool, as far as that is known here. */
  readonly causeOf: (pool: string) => string;
  /** Told every change of what is stalled. */
  readonly supervisor: Pick<ActorRef<SupervisorProtocol>, "tell">;
  readonly startTimer?: StartTimer;
}

/** Calls `run` once after `ms`, unless what it answers is called before. */
export type StartTimer = (run: () => void, ms: number) => () => void;

const startSystemTimer: StartTimer = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** Ready work that could run and is not dispatched for so long is the node's fault. */
export const STALL_MS = 10_000;

const log = getLogger("dispatcher");

/**
 * Finds ready work that is not dispatched although there is room for it, or no executor at all. What
 * waits for a slot, a limit or a paused queue is not its business. Has a timer only while work waits.
 */
export class StalledWork {
  readonly #options: StalledWorkOptions;
  readonly #startTimer: StartTimer;
  /** Since when work of a pool could have been dispatched. */
  readonly #since = new Map<string, number>();
  #stalled: readonly StalledPool[] = [];
  #cancelTimer: (() => void) | null = null;
  #stopped = false;

  constructor(options: StalledWorkOptions) {
    this.#options = options;
    this.#startTimer = options.startTimer ?? startSystemTimer;
  }

  /** Says that nothing is stalled: what an earlier dispatcher said is this one's to find out. */
  begin(): void {
    this.#report([]);
  }

  /** There may be ready work of `pool`, and nothing that it would have to wait for. */
  waiting(pool: string): void {
    if (this.#stopped || this.#since.has(pool)) return;
    this.#since.set(pool, this.#options.monotonic());
    this.#cancelTimer ??= this.#startTimer(() => this.#onTime(), STALL_MS);
  }

  /** Some of it was dispatched, there is none, or it has to wait for something else. */
  moved(pool: string): void {
    if (!this.#since.delete(pool)) return;
    if (this.#stalled.some((stall) => stall.pool === pool)) {
      this.#set(this.#stalled.filter((stall) => stall.pool !== pool));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  /** Looks for pools that have waited too long. */
  async #look(): Promise<void> {
    const before = this.#options.monotonic() - STALL_MS;
    const overdue = [...this.#since].filter(([, since]) => since <= before).map(([pool]) => pool);
    if (overdue.length === 0) return;
    // A hint may have outlived its tasks, which were cancelled, or whose queue was paused since.
    const withWork = await this.#options.withWork(overdue);
    if (this.#stopped) return;
    for (const pool of overdue) if (withWork?.has(pool) === false) this.moved(pool);
    this.#set(
      overdue.filter((pool) => this.#since.has(pool)).map((pool) => ({
        pool,
        cause: withWork === null ? "the scheduler does not answer" : this.#options.causeOf(pool),
      })),
    );
  }

  #onTime(): void {
    void this.#look().then(() => {
      this.#cancelTimer = null;
      const first = Math.min(...this.#since.values());
      if (this.#stopped || first === Infinity) return;
      const wait = first + STALL_MS - this.#options.monotonic();
      // What is overdue already is looked at again later: it may have been cancelled meanwhile.
      this.#cancelTimer = this.#startTimer(() => this.#onTime(), wait > 0 ? wait : STALL_MS);
    });
  }

  #set(stalled: readonly StalledPool[]): void {
    const known = new Set(this.#stalled.map(textOf));
    for (const stall of stalled) {
      if (!known.has(textOf(stall))) {
        log.error("ready work of pool {pool} is not dispatched: {cause}", { ...stall });
      }
    }
    const isSame = stalled.length === known.size && stalled.every((one) => known.has(textOf(one)));
    if (isSame) return;
    if (stalled.length === 0) log.info("all ready work is dispatched again");
    this.#stalled = stalled;
    this.#report(stalled);
  }

  #report(pools: readonly StalledPool[]): void {
    this.#options.supervisor.tell(
      pools.length === 0 ? { kind: "WorkMoving" } : { kind: "WorkStalled", pools },
    );
  }
}

function textOf({ pool, cause }: StalledPool): string {
  return `${pool}\n${cause}`;
}
