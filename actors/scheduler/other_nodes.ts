import { unreachable } from "../domain/exhaustive.ts";
import type { RetentionPolicy } from "../domain/retention.ts";
import type { ClusterNews, NodeNews, OthersCommitted } from "../protocol.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { Announcer } from "./announcer.ts";
import type { Clock } from "./clock.ts";
import type { CommitContext } from "./commit.ts";
import type { CommitLoop } from "./commit_loop.ts";
import type { Effects } from "./effects.ts";
import { handOver } from "./gone_nodes.ts";
import { HeardNews } from "./heard_news.ts";
import { LeaderWork } from "./leader_work.ts";
import { newsOf } from "./node_news.ts";
import { Refresher } from "./refresher.ts";
import type { ScheduleKeeper } from "./schedule_keeper.ts";

export interface OtherNodesOptions {
  readonly memory: CommitContext;
  readonly policy: RetentionPolicy;
  readonly loop: CommitLoop;
  readonly clock: Clock;
  readonly now: () => number;
  readonly schedules: ScheduleKeeper;
  readonly announcer: Announcer;
  readonly publish: (event: OthersCommitted) => void;
  /** Has the others told. */
  readonly tell: (news: NodeNews) => void;
}

const log = getLogger("scheduler");

/**
 * What a scheduler does for and because of the others that share its store: keeps up with what they have
 * changed, does what falls to the leader, and leaves nothing behind. On a store of its own a node leads.
 */
export class OtherNodes {
  readonly #options: OtherNodesOptions;
  readonly #refresher: Refresher;
  readonly #leaderWork: LeaderWork;
  readonly #heard: HeardNews;

  constructor(options: OtherNodesOptions) {
    this.#options = options;
    const { memory: { shared, role } } = options;
    this.#refresher = new Refresher({
      ...options,
      shared,
      onRefreshed: () => this.#onRefreshed(),
    });
    this.#leaderWork = new LeaderWork({
      ...options,
      role,
      refresh: () => this.#refresher.soon(),
    });
    this.#heard = new HeardNews({ ...options, refresh: () => this.#refresher.soon() });
  }

  start(): Promise<void> {
    return this.#leaderWork.start();
  }

  receive(news: ClusterNews): void {
    switch (news.kind) {
      case "LeadershipChanged":
        return this.#leaderWork.lead(news.term);
      case "MethodsOfOthersChanged":
        return this.#options.memory.methods.setElsewhere(news.definitions);
      case "NodesGone":
        return this.#leaderWork.nodesGone();
      case "OthersCommitted":
        return this.#heard.receive(news.news);
      default:
        return unreachable(news);
    }
  }

  /** The time has come for something. */
  onTime(): void {
    this.#refresher.onTime();
    this.#leaderWork.onTime();
  }

  /** To be called when everything else is done that the time had come for. */
  arm(): void {
    this.#leaderWork.arm();
  }

  /** Learns of a commit. */
  committed(effects: Effects): void {
    const { memory, tell } = this.#options;
    this.#leaderWork.committed(effects);
    const news = memory.shared ? newsOf(effects, memory) : null;
    if (news !== null) tell(news);
  }

  /** Leaves nothing behind for which others would have to wait; where it can't, they find it in time. */
  async stop(): Promise<void> {
    const { loop, memory } = this.#options;
    this.#leaderWork.stop();
    if (!memory.shared) return;
    try {
      while (await loop.submit("control", handOver, { work: null }));
    } catch (error) {
      log.warn("this node leaves its runs for others to find: {error}", { error: String(error) });
    }
  }

  /** Whoever follows the commits looks too: what another node told of them may have got lost. */
  #onRefreshed(): void {
    this.#leaderWork.refreshed();
    this.#options.publish({ kind: "OthersCommitted", lastSeq: 0, ended: null, logged: null });
  }
}
