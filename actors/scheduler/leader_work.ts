import type { RetentionPolicy } from "../domain/retention.ts";
import type { Clock } from "./clock.ts";
import type { CommitLoop } from "./commit_loop.ts";
import type { Effects } from "./effects.ts";
import { reclaimRuns } from "./gone_nodes.ts";
import type { LeaderRole } from "./leader_role.ts";
import { removeEnded } from "./remove_ended.ts";
import { Retention } from "./retention.ts";
import { Rounds } from "./rounds.ts";
import type { ScheduleKeeper } from "./schedule_keeper.ts";

export interface LeaderWorkOptions {
  readonly role: LeaderRole;
  readonly policy: RetentionPolicy;
  readonly loop: CommitLoop;
  readonly clock: Clock;
  readonly now: () => number;
  readonly schedules: ScheduleKeeper;
  /** Has what other nodes have changed read into memory. */
  readonly refresh: () => void;
}

/** When what failed is tried again. */
const RETRY_MS = 1_000;

/** What one node does for all that share a store: schedules, retention, and runs of nodes that are gone. */
export class LeaderWork {
  readonly #options: LeaderWorkOptions;
  readonly #retention: Retention;
  readonly #reclaim: Rounds;

  constructor(options: LeaderWorkOptions) {
    this.#options = options;
    const { policy, loop, clock, now } = options;
    this.#retention = new Retention({
      policy,
      now,
      wake: (at) => clock.set(at),
      commit: (step) => loop.submit("control", removeEnded, { work: step, held: true }),
    });
    this.#reclaim = new Rounds({
      what: "giving back the runs of nodes that are gone",
      handler: reclaimRuns,
      submit: (handler) => loop.submit("control", handler, { work: null, held: true }),
      onFailure: () => clock.set(now() + RETRY_MS),
    });
  }

  /** Begins, where it is this node's to do. */
  async start(): Promise<void> {
    const { role, schedules } = this.#options;
    if (!role.leads) return;
    schedules.arm();
    await this.#retention.start();
  }

  /** Takes leadership over, in `term`, or lets it go. */
  lead(term: number | null): void {
    const { role, refresh } = this.#options;
    role.take(term);
    if (term === null) return;
    refresh();
    void this.start();
  }

  /** There may be runs whose node is gone. */
  nodesGone(): void {
    if (this.#options.role.claim !== null && this.#options.role.leads) this.#reclaim.run();
  }

  /** The time has come for something. */
  onTime(): void {
    if (!this.#options.role.leads) return;
    this.#retention.onTime();
    this.#reclaim.resume();
  }

  /** To be called when everything else is done that the time had come for. */
  arm(): void {
    if (this.#options.role.leads) this.#retention.arm();
  }

  /** Memory was brought up to date: on other nodes, work may have ended, which schedules wait for. */
  refreshed(): void {
    const { role, schedules } = this.#options;
    if (!role.leads) return;
    schedules.releaseAll();
    this.#retention.noticeEnds();
    this.nodesGone();
  }

  /** Learns of a commit. */
  committed(effects: Effects): void {
    if (this.#options.role.leads) this.#retention.noticeCommit(effects);
  }

  stop(): void {
    this.#reclaim.stop();
  }
}
