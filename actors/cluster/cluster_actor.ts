/**
 * The cluster actor: keeps the node a member of those that share its store.
 *
 * Takes ticks of the supervisor's clock with the node's report, and the scheduler's news for the other nodes. Renews
 * the node's lease, stands for election with every renewal, and, while it leads, judges the leases of
 * the others. Tells the supervisor of each renewal, with what the others report, and the scheduler of leadership, of the methods that others know, and of their news. Owns connections of its own;
 * no task code is in its isolate, so that nothing but the database can keep it from renewing.
 */
import { unreachable } from "../domain/exhaustive.ts";
import { type Belief, BELIEF_MS, believedTerm, mayJudge } from "../domain/leadership.ts";
import { isMember, LEASE, sweep } from "../domain/lease.ts";
import type {
  ClusterMessage,
  ClusterProtocol,
  ClusterStatus,
  DispatcherProtocol,
  NodeAddress,
  SchedulerProtocol,
  SupervisorProtocol,
} from "../protocol.ts";
import type { ActorContext, ActorRef, Behaviour, PeerEvent } from "../runtime/mod.ts";
import type { ClusterStore, MemberLoad, MemberRecord, Renewed } from "../storage/port/cluster.ts";
import type { NewsChannel, NewsChannelOptions } from "../storage/port/news_channel.ts";
import { getLogger } from "../telemetry/logger.ts";
import { MembershipLog } from "./membership_log.ts";
import { MethodsOfOthers } from "./methods_of_others.ts";
import { NewsExchange } from "./news_exchange.ts";
import { NodeReports } from "./node_reports.ts";

export interface ClusterOptions {
  /** The node's id: it has joined under it. */
  readonly node: string;
  readonly context: ActorContext;
  readonly store: ClusterStore;
  /** Opens what the nodes call each other on. */
  readonly openChannel: (options: NewsChannelOptions) => Promise<NewsChannel>;
  /** Milliseconds of a clock that nobody sets; the system's when absent. */
  readonly monotonic?: () => number;
  /** Calls back after a time in ms, until it is called itself; the system's when absent. */
  readonly startTimer?: StartTimer;
}

export type StartTimer = (then: () => void, afterMs: number) => () => void;

/** How long the dispatcher may take to say how busy it is. */
const SLOTS_MS = 500;

const log = getLogger("cluster");

/** See above. */
export class Cluster implements Behaviour<ClusterProtocol> {
  readonly #options: ClusterOptions;
  readonly #monotonic: () => number;
  readonly #startTimer: StartTimer;
  readonly #supervisor: ActorRef<SupervisorProtocol>;
  readonly #scheduler: ActorRef<SchedulerProtocol>;
  readonly #dispatcher: ActorRef<DispatcherProtocol>;
  readonly #methods: MethodsOfOthers;
  readonly #news: NewsExchange;
  readonly #reports = new NodeReports();
  readonly #log = new MembershipLog();
  #tick: { readonly at: number; readonly address: NodeAddress } | null = null;
  #load: MemberLoad = { slots: 0, held: 0 };
  #belief: Belief | null = null;
  /** What the scheduler was told last. */
  #toldTerm: number | null = null;
  /** When the latest renewal was sent that failed. */
  #failedAt: number | null = null;
  #renewing: Promise<void> = Promise.resolve();
  #cancelTimer = () => {};
  #cancelLapse = () => {};
  #stopped = false;

  constructor(options: ClusterOptions) {
    const { context, store, node } = options;
    this.#options = options;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#startTimer = options.startTimer ?? systemTimer;
    this.#supervisor = context.ref<SupervisorProtocol>("supervisor");
    this.#scheduler = context.ref<SchedulerProtocol>("scheduler");
    this.#dispatcher = context.ref<DispatcherProtocol>("dispatcher");
    this.#methods = new MethodsOfOthers({ store, node });
    this.#news = new NewsExchange({
      node,
      open: options.openChannel,
      onNews: (news) => this.#scheduler.tell({ kind: "OthersCommitted", news }),
      monotonic: this.#monotonic,
      startTimer: this.#startTimer,
    });
  }

  /** Begins to renew, and to listen. */
  start(): this {
    this.#news.start();
    this.#renewLater(0);
    return this;
  }

  receive(message: ClusterMessage): null {
    switch (message.kind) {
      case "LeaseTick":
        this.#tick = { at: message.at, address: message.address };
        this.#reports.note(message.report);
        return null;
      case "TellOthers":
        this.#news.tell(message.news);
        return null;
      default:
        return unreachable(message);
    }
  }

  onPeer({ peer, state }: PeerEvent): void {
    if (peer !== "scheduler" || state !== "up") return;
    // It has just begun, and knows of nothing.
    if (this.#toldTerm !== null) {
      this.#scheduler.tell({ kind: "LeadershipChanged", term: this.#toldTerm });
    }
    this.#tellMethods();
  }

  /** Leaves: others begin with what is left of this node's work at once. */
  async stop(): Promise<void> {
    const { store, node } = this.#options;
    this.#stopped = true;
    this.#cancelTimer();
    this.#cancelLapse();
    await this.#news.stop();
    await this.#renewing;
    try {
      await store.leave(node);
    } catch (error) {
      log.warn("the node leaves without a word, and is missed in {seconds} s: {error}", {
        seconds: LEASE.leaseMs / 1_000,
        error: textOf(error),
      });
    }
    await store.close();
  }

  #renewLater(afterMs: number): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#startTimer(() => {
      this.#renewing = this.#renew();
    }, afterMs);
  }

  async #renew(): Promise<void> {
    const { node, store } = this.#options;
    await this.#readLoad();
    const tick = this.#tick;
    const sentAt = this.#monotonic();
    const address = tick?.address ?? { http: null, grpc: null };
    const { unsaid: report, known: knownReports } = this.#reports;
    try {
      const renewed = await store.renew({ node, address, load: this.#load, report, knownReports });
      if (renewed.state === "active") this.#reports.renewed(report, renewed.members);
      this.#log.reached();
      if (!this.#stopped) this.#onRenewed(renewed, { sentAt, tickAt: tick?.at ?? null });
      if (!this.#stopped) await this.#follow(renewed);
    } catch (error) {
      this.#failedAt = sentAt;
      this.#reports.failed();
      this.#log.failed(textOf(error));
    }
    this.#renewLater(Math.max(0, LEASE.renewMs - (this.#monotonic() - sentAt)));
  }

  #onRenewed(
    renewed: Renewed,
    { sentAt, tickAt }: { readonly sentAt: number; readonly tickAt: number | null },
  ): void {
    const { node } = this.#options;
    const { state, leadership } = renewed;
    if (state !== "active") {
      this.#believe(null);
      const cause = `it was declared ${state ?? "unknown"}, since it had not renewed its lease`;
      this.#supervisor.tell({ kind: "NodeFenced", node, cause });
      return;
    }
    this.#log.seen(renewed);
    this.#news.setCompany(renewed.members.some((member) => member.id !== node && isMember(member)));
    if (tickAt !== null) {
      const cluster = statusOf(renewed, this.#reports);
      this.#supervisor.tell({ kind: "LeaseRenewed", node, at: tickAt, cluster });
    }
    this.#believe(leadership.node === node ? { term: leadership.term, sentAt } : null);
  }

  /** Does what follows from how the cluster is; what fails of it is done at a later renewal. */
  async #follow(renewed: Renewed): Promise<void> {
    if (renewed.state !== "active") return;
    try {
      if (await this.#methods.follow(renewed.members)) this.#tellMethods();
      if (this.#toldTerm !== null && renewed.members.some(hasLeftRuns)) {
        this.#scheduler.tell({ kind: "NodesGone" });
      }
      await this.#judge(renewed);
    } catch (error) {
      log.warn("cannot follow the cluster: {error}", { error: textOf(error) });
    }
  }

  /** Judges the leases of the others, where there is one to be judged. */
  async #judge({ members, now }: Renewed): Promise<void> {
    const term = believedTerm(this.#belief, this.#monotonic());
    if (term === null || !mayJudge(this.#failedAt, this.#monotonic())) return;
    if (!members.some((member) => isDue(member, now))) return;
    const { node, store } = this.#options;
    const { lost } = await store.sweep({ node, term });
    if (lost.length > 0) this.#scheduler.tell({ kind: "NodesGone" });
  }

  /** Takes what a renewal said of leadership, and sees to it that it is not believed for too long. */
  #believe(belief: Belief | null): void {
    this.#belief = belief;
    this.#cancelLapse();
    if (belief !== null) {
      const leftMs = belief.sentAt + BELIEF_MS - this.#monotonic();
      this.#cancelLapse = this.#startTimer(() => this.#tellTerm(), Math.max(0, leftMs));
    }
    this.#tellTerm();
  }

  #tellTerm(): void {
    const term = believedTerm(this.#belief, this.#monotonic());
    if (term === this.#toldTerm) return;
    this.#toldTerm = term;
    this.#scheduler.tell({ kind: "LeadershipChanged", term });
    if (term === null) log.warn("this node does not lead any more");
    else log.info("this node leads, in term {term}", { term });
  }

  #tellMethods(): void {
    const { definitions } = this.#methods;
    this.#scheduler.tell({ kind: "MethodsOfOthersChanged", definitions });
  }

  async #readLoad(): Promise<void> {
    const answer = await this.#dispatcher.ask({ kind: "GetSlots" }, { deadlineMs: SLOTS_MS });
    if (!answer.ok) return;
    const sum = (of: "slots" | "held") => answer.value.reduce((all, one) => all + one[of], 0);
    this.#load = { slots: sum("slots"), held: sum("held") };
  }
}

/** True for a node whose lease a sweep would change, and for one that was shown for long enough. */
function isDue(member: MemberRecord, now: number): boolean {
  if (isMember(member)) return sweep(member, now) !== member.state;
  return now - (member.markedAt ?? now) > LEASE.shownMs;
}

/** True for a node that is gone and may have runs to give back. */
function hasLeftRuns(member: MemberRecord): boolean {
  return !isMember(member) && !member.reclaimed;
}

function statusOf({ leadership, members }: Renewed, reports: NodeReports): ClusterStatus {
  return {
    term: leadership.term,
    nodes: members.map((member) => ({
      id: member.id,
      version: member.version,
      address: member.address,
      state: member.state,
      leader: member.id === leadership.node && isMember(member),
      startedAt: member.startedAt,
      renewedAt: member.renewedAt,
      methods: member.methods,
      load: member.load,
      report: reports.of(member.id),
    })),
  };
}

function systemTimer(then: () => void, afterMs: number): () => void {
  const timer = setTimeout(then, afterMs);
  return () => clearTimeout(timer);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
