/**
 * The scheduler: the only writer of task state.
 *
 * Takes submissions, commands, claims and reports; every one of them is part of the next commit, and
 * is answered when that stands. Sends readiness, ends and cancellations to the dispatcher and one
 * event per commit to the front-ends. Owns the store's writing connection, the clock, the result
 * cache and the settings of the queues.
 */
import { unreachable } from "../domain/exhaustive.ts";
import type { RetentionPolicy } from "../domain/retention.ts";
import type { MethodDefinition } from "../domain/task.ts";
import type {
  ClaimedRuns,
  ClusterProtocol,
  DispatcherProtocol,
  DispatchState,
  SchedulerMessage,
  SchedulerProtocol,
  SchedulerStats,
  SupervisorProtocol,
} from "../protocol.ts";
import type { ActorContext, Behaviour, PeerEvent } from "../runtime/mod.ts";
import type { Store } from "../storage/port.ts";
import { getLogger } from "../telemetry/logger.ts";
import { Announcer } from "./announcer.ts";
import { claimRuns } from "./claim_runs.ts";
import { Clock, type StartTimer } from "./clock.ts";
import { ClockWatch } from "./clock_watch.ts";
import type { CommitContext } from "./commit.ts";
import { loadMemory, remember } from "./commit_memory.ts";
import { CommitLoop, type CommitReport } from "./commit_loop.ts";
import { tick } from "./due_tasks.ts";
import type { Effects } from "./effects.ts";
import { readDispatchState } from "./dispatch_state.ts";
import { announceExecutors, loseExecutors, recover } from "./executors.ts";
import { logRefusedHandlers } from "./handle_failures.ts";
import { openPatiently } from "./open_patiently.ts";
import { OtherNodes } from "./other_nodes.ts";
import { recordReported } from "./record_outcomes.ts";
import { releaseWaiting } from "./release_waiting.ts";
import { Rounds } from "./rounds.ts";
import { ScheduleKeeper } from "./schedule_keeper.ts";
import { SlowCommits } from "./slow_commits.ts";
import { startConditions } from "./start_conditions.ts";
import { StatsKeeper } from "./stats_keeper.ts";
import { StoreHealth } from "./store_health.ts";
import { Subscribers } from "./subscribers.ts";
import { UserCommands } from "./user_commands.ts";

/** What the supervisor hands over at each start. */
export interface SchedulerInit {
  readonly node: string;
  readonly dataDir: string;
  readonly definitions: readonly MethodDefinition[];
  readonly allowTaskPermissions: boolean;
  readonly resultCacheBytes: number;
  readonly retention: RetentionPolicy;
  /** Incarnations of the executors that are alive now, and may hold runs from before this start. */
  readonly aliveExecutors: readonly string[];
  /** Actors that follow the commits. */
  readonly subscribers: readonly string[];
}

export interface SchedulerOptions {
  readonly init: SchedulerInit;
  readonly context: ActorContext;
  /** Its clock is the scheduler's. */
  readonly store: Store;
  /** Milliseconds of a clock that nobody sets; the system's when absent. */
  readonly monotonic?: () => number;
  readonly random?: () => number;
  readonly startTimer?: StartTimer;
}

/** After a failed commit the clock looks again this much later. */
const CLOCK_RETRY_MS = 1_000;
const log = getLogger("scheduler");

type MessageOf<K extends string> = Extract<SchedulerMessage, { readonly kind: K }>;

export class Scheduler implements Behaviour<SchedulerProtocol> {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #loop: CommitLoop;
  readonly #clock: Clock;
  readonly #others: OtherNodes;
  readonly #announcer: Announcer;
  readonly #subscribers: Subscribers;
  readonly #memory: CommitContext;
  readonly #health: StoreHealth;
  readonly #stats = new StatsKeeper();
  readonly #slowCommits: SlowCommits;
  readonly #clockWatch: ClockWatch;
  readonly #schedules: ScheduleKeeper;
  readonly #commands: UserCommands;
  readonly #claim;
  readonly #releases: Rounds;
  #draining = false;

  private constructor(options: SchedulerOptions, memory: CommitContext) {
    const { init, context, store, startTimer } = options;
    const now = () => store.now();
    const monotonic = options.monotonic ?? (() => performance.now());
    const supervisor = context.ref<SupervisorProtocol>("supervisor");
    // Who has the store alone has nobody to tell.
    const cluster = store.shared ? context.ref<ClusterProtocol>("cluster") : null;
    this.#store = store;
    this.#now = now;
    this.#memory = memory;
    this.#health = new StoreHealth(supervisor, init.node);
    this.#subscribers = new Subscribers(context, init.subscribers);
    this.#announcer = new Announcer({
      queues: memory.queues,
      concerns: (pool) => memory.methods.concerns(pool, memory),
      dispatcher: context.ref<DispatcherProtocol>("dispatcher"),
      publish: (event) => this.#subscribers.publish(event),
    });
    this.#claim = claimRuns(() => this.#draining);
    this.#clock = new Clock({
      onTime: () => this.#tick(),
      onSetBack: () => this.#announcer.hintThrottled(),
      now,
      ...(startTimer && { startTimer }),
    });
    this.#slowCommits = new SlowCommits({ monotonic, shared: store.shared });
    this.#clockWatch = new ClockWatch({
      now,
      monotonic,
      onStep: (step) => supervisor.tell({ kind: "ClockStepped", ...step }),
    });
    this.#loop = new CommitLoop({
      store,
      context: () => memory,
      random: memory.random,
      onCommitted: (effects, report) => this.#committed(effects, report),
      onFailed: (error) => this.#failed(error),
    });
    const isDraining = () => this.#draining;
    this.#commands = new UserCommands({ loop: this.#loop, isDraining });
    this.#schedules = new ScheduleKeeper({
      table: memory.schedules,
      loop: this.#loop,
      clock: this.#clock,
      now,
      isDraining,
      leads: () => memory.role.leads,
    });
    this.#others = new OtherNodes({
      memory,
      policy: init.retention,
      loop: this.#loop,
      clock: this.#clock,
      now,
      schedules: this.#schedules,
      announcer: this.#announcer,
      publish: (event) => this.#subscribers.publish(event),
      tell: (news) => cluster?.tell({ kind: "TellOthers", news }),
    });
    this.#releases = new Rounds({
      what: "letting tasks go that wait where no claim comes by",
      handler: releaseWaiting,
      submit: (handler) => this.#loop.submit("control", handler, { work: null, held: true }),
      onFailure: () => this.#clock.set(this.#now() + CLOCK_RETRY_MS),
    });
  }

  /** Recovers what was running, sets the clock, and is ready. */
  static async start(options: SchedulerOptions): Promise<Scheduler> {
    const { init, context, store, random = Math.random } = options;
    const { shared } = store;
    const memory = await openPatiently(
      () => store.write((tx) => loadMemory(tx, init, { random, shared })),
      { node: init.node, supervisor: context.ref<SupervisorProtocol>("supervisor") },
    );
    const scheduler = new Scheduler(options, memory);
    await recover(scheduler.#loop, init.aliveExecutors);
    await scheduler.#loop.submit("control", tick, { work: null, held: true }).then((at) => {
      if (at !== null) scheduler.#clock.set(at);
    });
    await scheduler.#others.start();
    if (!shared) scheduler.#releases.run();
    return scheduler;
  }

  receive(message: SchedulerMessage): unknown {
    switch (message.kind) {
      case "SubmitTasks":
      case "SubmitWorkflow":
      case "CancelTask":
      case "RetryTask":
      case "DeleteTask":
      case "CancelWorkflow":
      case "RetryWorkflow":
      case "ConfigureQueue":
      case "CancelTasks":
      case "RetryTasks":
      case "RedriveDeadLetters":
      case "DiscardDeadLetters":
        return this.#commands.receive(message);
      case "PutSchedule":
      case "DeleteSchedule":
      case "PauseSchedule":
      case "TriggerSchedule":
      case "BackfillSchedule":
      case "PreviewBackfill":
        return this.#schedules.receive(message);
      case "AnnounceExecutor":
        return this.#loop.submit("control", announceExecutors, { work: message });
      case "ExecutorLost":
        return this.#loop.submit("control", loseExecutors, { work: message, held: true });
      case "ReportOutcomes":
        return this.#loop.submit("outcomes", recordReported, {
          work: message,
          weight: message.outcomes.length,
        });
      case "ReportProgress":
        return this.#loop.submit("outcomes", recordReported, {
          work: message,
          weight: message.items.length,
          held: true,
        });
      case "ClaimRuns":
        return this.#onClaimRuns(message);
      case "GetDispatchState":
        return this.#onGetDispatchState();
      case "GetMethods":
        return this.#memory.methods.definitions;
      case "GetStartConditions":
        return startConditions(message.tasks, { ...this.#memory, now: this.#now() });
      case "GetSchedulerStats":
        return this.#onGetStats();
      case "LeadershipChanged":
      case "MethodsOfOthersChanged":
      case "NodesGone":
      case "OthersCommitted":
        return this.#others.receive(message);
      case "Drain":
        this.#draining = true;
        return null;
      default:
        return unreachable(message);
    }
  }

  onPeer(event: PeerEvent): void {
    this.#subscribers.onPeer(event);
  }

  async stop(): Promise<void> {
    this.#draining = true;
    this.#clock.stop();
    this.#releases.stop();
    await this.#others.stop();
    await this.#loop.stop();
    this.#announcer.flush();
    await this.#store.close();
  }

  #onClaimRuns(message: MessageOf<"ClaimRuns">): Promise<readonly ClaimedRuns[]> {
    return this.#loop.submit("claims", this.#claim, {
      work: message,
      held: true,
      queues: { names: message.requests.map(({ queue }) => queue), purpose: "toClaim" },
    });
  }

  #onGetDispatchState(): Promise<DispatchState> {
    const read = this.#loop.submit("control", readDispatchState, { work: null });
    return read.then((state) => {
      this.#announcer.seePools(state.ready);
      return state;
    });
  }

  #onGetStats(): SchedulerStats {
    return this.#stats.snapshot(this.#memory.results.bytes);
  }

  #committed(effects: Effects, report: CommitReport): void {
    this.#clockWatch.look();
    this.#slowCommits.note(report);
    remember(this.#memory, effects);
    if (effects.wakeAt < Infinity) this.#clock.set(effects.wakeAt);
    this.#schedules.committed(effects);
    logRefusedHandlers(effects);
    this.#stats.committed(effects);
    this.#others.committed(effects);
    this.#announcer.announce(effects, report);
    if (!this.#store.shared && this.#hasLeftWork(effects)) this.#releases.run();
    this.#health.committed();
  }

  /** True where tasks became ready in pools that their methods have left. */
  #hasLeftWork({ ready }: Effects): boolean {
    for (const { pool } of ready.values()) if (this.#memory.methods.isLeft(pool)) return true;
    return false;
  }

  #failed(error: unknown): void {
    // Whatever else was lost with the commit, the clock must go on.
    if (this.#health.failed(error)) this.#clock.set(this.#now() + CLOCK_RETRY_MS);
  }

  #tick(): void {
    this.#releases.resume();
    this.#announcer.hintThrottled();
    this.#others.onTime();
    const tasks = this.#loop.submit("control", tick, { work: null, held: true }).then((at) => {
      if (at !== null) this.#clock.set(at);
      this.#others.arm();
    });
    const schedules = this.#schedules.tick();
    for (const ticked of [tasks, schedules]) {
      ticked.catch((error) => {
        log.warn("a tick failed and is tried again: {error}", { error: String(error) });
        this.#clock.set(this.#now() + CLOCK_RETRY_MS);
      });
    }
  }
}
