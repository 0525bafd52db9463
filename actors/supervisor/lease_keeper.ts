import { LEASE, type LeaseStanding, standing } from "../domain/lease.ts";
import { getLogger } from "../telemetry/logger.ts";

/** How often the lease is looked at. */
const LOOK_MS = 1_000;

const log = getLogger("supervisor");

export interface LeaseKeeperOptions {
  /** Tells the cluster actor what time it is here. */
  readonly tick: (at: number) => void;
  /** Aborts the node's runs; called at every look while the lease is about to be lost. */
  readonly abort: () => void;
  /** Ends the isolates whose code has not stopped; called at every look after that. */
  readonly terminate: () => void;
  /** The lease is safe again after `abort` was called. */
  readonly resume: () => void;
  /** Milliseconds of a clock that nobody sets; the system's when absent. */
  readonly monotonic?: () => number;
}

/**
 * Holds the node to its lease. It trusts no actor to be alive: a renewal counts only by the echo of a
 * reading of the clock here, so that silence, whoever is silent, is a lease that was not renewed.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #monotonic: () => number;
  #renewedAt = 0;
  #standing: LeaseStanding = "held";
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#monotonic = options.monotonic ?? (() => performance.now());
  }

  /** Why the node can't be relied on; null while its lease is. */
  get trouble(): string | null {
    if (this.#standing === "held") return null;
    const seconds = Math.round((this.#monotonic() - this.#renewedAt) / 1_000);
    return `its lease was not renewed for ${seconds} s: the database does not answer`;
  }

  /** Begins with a lease that is taken now, and looks at it from then on. */
  begin(): void {
    this.#renewedAt = this.#monotonic();
    this.#standing = "held";
    this.#timer ??= setInterval(() => this.look(), LOOK_MS);
    this.#options.tick(this.#renewedAt);
  }

  /** A renewal stood that was sent after `at`. */
  renewed(at: number): void {
    this.#renewedAt = Math.max(this.#renewedAt, at);
    this.#change(standing(this.#monotonic() - this.#renewedAt));
  }

  /** Does what the lease's age asks for. */
  look(): void {
    const now = this.#monotonic();
    this.#change(standing(now - this.#renewedAt));
    this.#options.tick(now);
    if (this.#standing === "aborting") this.#options.abort();
    // Whoever was stopped for long comes here at once, without having aborted anything before.
    if (this.#standing === "terminating") this.#options.terminate();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #change(after: LeaseStanding): void {
    const before = this.#standing;
    if (before === after) return;
    this.#standing = after;
    const seconds = { late: LEASE.lateMs, aborting: LEASE.abortMs, terminating: LEASE.terminateMs };
    if (after === "held") log.info("the lease is renewed again");
    else log.warn(LOST_TEXT[after], { seconds: seconds[after] / 1_000 });
    const lost = (standing: LeaseStanding) => standing === "aborting" || standing === "terminating";
    if (lost(before) && !lost(after)) this.#options.resume();
  }
}

const LOST_TEXT = {
  late: "the lease was not renewed for {seconds} s: the node takes no work until it is",
  aborting: "the lease was not renewed for {seconds} s: runs are aborted, before others start them",
  terminating: "the lease was not renewed for {seconds} s: what still runs is ended",
} as const;
