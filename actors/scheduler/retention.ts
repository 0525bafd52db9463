import {
  pauseAfterMs,
  type RetentionPolicy,
  type RetentionRule,
  retentionRules,
} from "../domain/retention.ts";
import type { EndedPlace } from "../storage/port/retention.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { Effects } from "./effects.ts";
import type { RetentionProgress, RetentionStep } from "./remove_ended.ts";
import { IDEMPOTENCY_MS } from "./submit_tasks.ts";

export interface RetentionOptions {
  readonly policy: RetentionPolicy;
  readonly now: () => number;
  /** Has `onTime` called at `at`, epoch ms. */
  readonly wake: (at: number) => void;
  /** Has a step be part of the next commit. */
  readonly commit: (step: RetentionStep) => Promise<RetentionProgress>;
}

/** Between the end of a pass and the next one, so that ends that follow each other closely go together. */
const PASS_GAP_MS = 1_000;
/** Longest and shortest time until what was held back is looked at again. */
const HELD_MAX_MS = 60_000;
const HELD_SHARE = 1 / 60;
/** After a commit that failed. */
const RETRY_MS = 10_000;
/** How long the node counts as busy after a commit in which tasks changed. */
const BUSY_MS = 1_000;

const log = getLogger("scheduler");

/**
 * Removes ended work whose time is over. A pass looks once at all that is due, in small steps with
 * pauses that depend on what each step took, and passes over what a live task depends on; the next
 * pass is when something is due again. A node without anything to remove is never woken.
 */
export class Retention {
  readonly #options: RetentionOptions;
  /** What is kept for how long. */
  readonly rules: readonly RetentionRule[];
  /** The soonest that anything can be due which ends, or is remembered, now. */
  readonly #soonestMs: number;
  #places: ReadonlyMap<RetentionRule, EndedPlace> = new Map();
  #firstRule = 0;
  #heldBack = false;
  /** When the pass begins again with the oldest. */
  #anewAt = Infinity;
  #at = Infinity;
  #notBefore = -Infinity;
  #busyUntil = -Infinity;
  #stepping = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.rules = retentionRules(options.policy);
    this.#soonestMs = Math.min(IDEMPOTENCY_MS, ...this.rules.map(({ keepMs }) => keepMs));
  }

  /** Takes a first step, to what became due while the node was away, and learns when the next is. */
  async start(): Promise<void> {
    if (!this.#stepping) await this.#step();
  }

  /** Learns of a commit: of the ends in it, and that there was other work. */
  noticeCommit(effects: Effects): void {
    if (effects.counts.size > 0) this.#busyUntil = this.#options.now() + BUSY_MS;
    if (effects.endedIds.length > 0) this.noticeEnds();
  }

  /** Something may have ended. */
  noticeEnds(): void {
    this.#set(this.#options.now() + this.#soonestMs);
  }

  /** Takes a step where it is time for one. */
  onTime(): void {
    if (!this.#stepping && this.#options.now() >= this.#at) void this.#step();
  }

  /** Has itself woken for the next step; to be called whenever the clock has fired. */
  arm(): void {
    if (!this.#stepping && this.#at < Infinity) this.#options.wake(this.#at);
  }

  async #step(): Promise<void> {
    const { now, commit } = this.#options;
    const dueAt = Math.min(this.#at, now());
    this.#stepping = true;
    this.#at = Infinity;
    if (now() >= this.#anewAt) this.#beginAnew();
    try {
      const step = { rules: this.#rulesInTurn(), places: this.#places };
      this.#follow(await commit(step), dueAt);
    } catch (error) {
      log.warn("retention failed and is tried again: {error}", { error: String(error) });
      this.#notBefore = now() + RETRY_MS;
      this.#at = this.#notBefore;
    }
    this.#stepping = false;
    // Of what was set in the meantime as well, nothing is due inside the pause.
    this.#at = Math.max(this.#at, this.#notBefore);
    this.arm();
  }

  #follow(progress: RetentionProgress, dueAt: number): void {
    const { places, heldBack, more, nextAt, lateMs, tookMs } = progress;
    const now = this.#options.now();
    this.#places = places;
    this.#heldBack ||= heldBack;
    if (more) {
      // By the time when it was due: that it had to wait for other commits is a pause already.
      const periodMs = tookMs + pauseAfterMs(tookMs, { busy: now < this.#busyUntil, lateMs });
      this.#notBefore = Math.max(now, dueAt + periodMs);
      this.#at = this.#notBefore;
      return;
    }
    this.#notBefore = now + PASS_GAP_MS;
    if (!this.#heldBack) this.#beginAnew();
    else if (this.#anewAt === Infinity) this.#anewAt = now + this.#heldMs();
    this.#at = Math.min(this.#at, nextAt ?? Infinity, this.#anewAt);
  }

  #beginAnew(): void {
    this.#places = new Map();
    this.#heldBack = false;
    this.#anewAt = Infinity;
  }

  #heldMs(): number {
    return Math.min(HELD_MAX_MS, Math.max(PASS_GAP_MS, this.#soonestMs * HELD_SHARE));
  }

  /** The rules, each step beginning with another one, so that none waits behind a busy one for ever. */
  #rulesInTurn(): readonly RetentionRule[] {
    const first = this.#firstRule;
    this.#firstRule = (first + 1) % Math.max(1, this.rules.length);
    return [...this.rules.slice(first), ...this.rules.slice(0, first)];
  }

  /** Sees to it that the next step is taken at `at` at the latest, but not inside a pause. */
  #set(at: number): void {
    const time = Math.max(at, this.#notBefore);
    if (time >= this.#at) return;
    this.#at = time;
    this.arm();
  }
}
