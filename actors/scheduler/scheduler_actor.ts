/**
 * The scheduler: the only writer of task state.
 *
 * Takes submissions, commands, claims and reports; every one of them is part of the next commit, and
 * is answered when that stands. Sends readiness, ends and cancellations to the dispatcher and one
 * event per commit to the front-ends. Owns the store's writing connection, the clock, the result
 * cache and the settings of the queues.
 */
import type { Result } from "../domain/error.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type { RetentionPolicy } from "../domain/retention.ts";
import { DEFAULTS, type MethodDefinition } from "../domain/task.ts";
import type {
  DispatcherProtocol,
  DispatchState,
  EventsLost,
  FrontEndProtocol,
  SchedulerMessage,
  SchedulerProtocol,
  SchedulerStats,
  Submission,
  SupervisorProtocol,
  TasksCommitted,
} from "../protocol.ts";
import { type ActorContext, type Behaviour, EventStream, type PeerEvent } from "../runtime/mod.ts";
import { type Store, StoreBrokenError, StoreFullError, type StoreWriter } from "../storage/port.ts";
import { getLogger } from "../telemetry/logger.ts";
import { Announcer } from "./announcer.ts";
import { claimRuns } from "./claim_runs.ts";
import { Clock, type StartTimer } from "./clock.ts";
import { ClockWatch } from "./clock_watch.ts";
import { handlerOf } from "./command_table.ts";
import type { CommitContext } from "./commit.ts";
import { CommitLoop, type CommitReport, type Handler, type Stage } from "./commit_loop.ts";
import { weightOf } from "./dead_letters.ts";
import { tick } from "./due_tasks.ts";
import type { Effects } from "./effects.ts";
import { readDispatchState } from "./dispatch_state.ts";
import { announceExecutors, loseExecutors, recoverPages, type RecoveryPage } from "./executors.ts";
import { KeyCursors } from "./key_cursors.ts";
import { MethodTable } from "./method_table.ts";
import { QueueNames } from "./queue_names.ts";
import { QueueTable } from "./queue_table.ts";
import { DRAINING, refusal, refusedBy } from "./refusals.ts";
import { recordOutcomes, recordProgress } from "./record_outcomes.ts";
import { removeEnded } from "./remove_ended.ts";
import { ResultCache } from "./result_cache.ts";
import { Retention } from "./retention.ts";
import { ScheduleKeeper } from "./schedule_keeper.ts";
import { ScheduleTable } from "./schedule_table.ts";
import { SlowCommits } from "./slow_commits.ts";
import { startConditions } from "./start_conditions.ts";
import { StatsKeeper } from "./stats_keeper.ts";
import { submitTasks } from "./submit_tasks.ts";
import { submitWorkflows } from "./submit_workflow.ts";
import { ReleaseRounds } from "./unregistered_tasks.ts";

/** What a command is answered whose commit did not stand. */
type Refusal = ReturnType<typeof refusal>;

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
  readonly store: Store;
  readonly now?: () => number;
  /** Milliseconds of a clock that nobody sets; the system's when absent. */
  readonly monotonic?: () => number;
  readonly random?: () => number;
  readonly startTimer?: StartTimer;
}

/** What is kept in memory of the store's tables, as it is at the start. */
interface Tables {
  readonly queues: QueueTable;
  readonly queueNames: QueueNames;
  readonly schedules: ScheduleTable;
}

/** After a failed commit the clock looks again this much later. */
const CLOCK_RETRY_MS = 1_000;
/** Events that wait for one slow subscriber. */
const EVENTS_MAX = 1_000;
const EVENT_ACK_MS = 10_000;

const log = getLogger("scheduler");

export class Scheduler implements Behaviour<SchedulerProtocol> {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #loop: CommitLoop;
  readonly #clock: Clock;
  readonly #retention: Retention;
  readonly #announcer: Announcer;
  readonly #events: EventStream<TasksCommitted | EventsLost>;
  readonly #supervisor;
  readonly #actor: ActorContext;
  readonly #commitContext: CommitContext;
  readonly #stats = new StatsKeeper();
  readonly #slowCommits: SlowCommits;
  readonly #clockWatch: ClockWatch;
  readonly #schedules: ScheduleKeeper;
  readonly #claim;
  readonly #releases: ReleaseRounds;
  #draining = false;
  #storeHealthy = true;

  private constructor(options: SchedulerOptions, { queues, queueNames, schedules }: Tables) {
    const { init, context, store, now = Date.now, random = Math.random, startTimer } = options;
    const monotonic = options.monotonic ?? (() => performance.now());
    this.#store = store;
    this.#now = now;
    this.#actor = context;
    this.#supervisor = context.ref<SupervisorProtocol>("supervisor");
    this.#events = new EventStream<TasksCommitted | EventsLost>({
      maxBuffered: EVENTS_MAX,
      lost: { kind: "EventsLost" },
    });
    for (const name of init.subscribers) this.#subscribe(name);
    this.#announcer = new Announcer({
      queues,
      dispatcher: context.ref<DispatcherProtocol>("dispatcher"),
      publish: (event) => this.#events.publish(event),
    });
    this.#commitContext = {
      node: init.node,
      methods: new MethodTable(init.definitions, { allowPermissions: init.allowTaskPermissions }),
      queues,
      queueNames,
      cursors: new KeyCursors(),
      results: new ResultCache({ maxBytes: init.resultCacheBytes }),
      schedules,
      random,
    };
    this.#claim = claimRuns(() => this.#draining);
    this.#clock = new Clock({
      onTime: () => this.#tick(),
      onSetBack: () => this.#announcer.hintThrottled(),
      now,
      ...(startTimer && { startTimer }),
    });
    this.#slowCommits = new SlowCommits({ monotonic });
    this.#clockWatch = new ClockWatch({
      now,
      monotonic,
      onStep: (step) => this.#supervisor.tell({ kind: "ClockStepped", ...step }),
    });
    this.#loop = new CommitLoop({
      store,
      context: () => this.#commitContext,
      now,
      onCommitted: (effects, report) => this.#committed(effects, report),
      onFailed: (error) => this.#failed(error),
    });
    this.#schedules = new ScheduleKeeper({
      table: schedules,
      loop: this.#loop,
      clock: this.#clock,
      now,
      isDraining: () => this.#draining,
    });
    this.#retention = new Retention({
      policy: init.retention,
      now,
      wake: (at) => this.#clock.set(at),
      commit: (step) => this.#loop.submit("control", removeEnded, { work: step }),
    });
    this.#releases = new ReleaseRounds({
      submit: (handler) => this.#loop.submit("control", handler, { work: null }),
      onFailure: () => this.#clock.set(this.#now() + CLOCK_RETRY_MS),
    });
  }

  /** Recovers what was running, sets the clock, and is ready. */
  static async start(options: SchedulerOptions): Promise<Scheduler> {
    const tables = await options.store.write((tx) => loadTables(tx, options.init));
    const scheduler = new Scheduler(options, tables);
    const alive = new Set(options.init.aliveExecutors);
    for (let afterNum: number | null = 0; afterNum !== null;) {
      const page: RecoveryPage = { afterNum, alive };
      afterNum = await scheduler.#loop.submit("outcomes", recoverPages, { work: page });
    }
    await scheduler.#loop.submit("control", tick, { work: null }).then((at) => {
      if (at !== null) scheduler.#clock.set(at);
    });
    scheduler.#schedules.arm();
    await scheduler.#retention.start();
    scheduler.#releases.run();
    return scheduler;
  }

  receive(message: SchedulerMessage): unknown {
    switch (message.kind) {
      case "SubmitTasks":
        return this.#onSubmitTasks(message.items);
      case "SubmitWorkflow":
        if (this.#draining) return refusal(DRAINING);
        return this.#command(submitWorkflows, message, {
          stage: "submissions",
          weight: message.tasks.length,
        });
      case "CancelTask":
      case "RetryTask":
      case "DeleteTask":
      case "CancelWorkflow":
      case "RetryWorkflow":
      case "ConfigureQueue":
        return this.#command(handlerOf(message.kind), message);
      case "RedriveDeadLetters":
      case "DiscardDeadLetters":
        return this.#command(handlerOf(message.kind), message, {
          stage: "submissions",
          weight: weightOf(message.selection),
        });
      case "PutSchedule":
      case "DeleteSchedule":
      case "PauseSchedule":
      case "TriggerSchedule":
      case "BackfillSchedule":
        return this.#schedules.receive(message);
      case "AnnounceExecutor":
        return this.#loop.submit("control", announceExecutors, { work: message });
      case "ExecutorLost":
        return this.#loop.submit("control", loseExecutors, { work: message });
      case "ReportOutcomes":
        return this.#loop.submit("outcomes", recordOutcomes, {
          work: message,
          weight: message.outcomes.length,
        });
      case "ReportProgress":
        return this.#loop.submit("outcomes", recordProgress, {
          work: message,
          weight: message.items.length,
        });
      case "ClaimRuns":
        return this.#loop.submit("claims", this.#claim, { work: message });
      case "GetDispatchState":
        return this.#onGetDispatchState();
      case "GetMethods":
        return this.#commitContext.methods.definitions;
      case "GetStartConditions":
        return startConditions(message.tasks, { ...this.#commitContext, now: this.#now() });
      case "GetSchedulerStats":
        return this.#onGetStats();
      case "Drain":
        this.#draining = true;
        return null;
      default:
        return unreachable(message);
    }
  }

  onPeer({ peer, state }: PeerEvent): void {
    if (state === "up") this.#events.resume(peer);
    else this.#events.suspend(peer);
  }

  async stop(): Promise<void> {
    this.#draining = true;
    this.#clock.stop();
    this.#releases.stop();
    await this.#loop.idle();
    this.#announcer.flush();
    await this.#store.close();
  }

  async #onSubmitTasks(items: readonly Submission[]) {
    if (this.#draining) return items.map(() => refusal(DRAINING));
    try {
      return await this.#loop.submit("submissions", submitTasks, {
        work: items,
        weight: items.length,
      });
    } catch (error) {
      return items.map(() => refusal(refusedBy(error)));
    }
  }

  #onGetDispatchState(): Promise<DispatchState> {
    const read = this.#loop.submit("control", readDispatchState, { work: null });
    return read.then((state) => {
      this.#announcer.seePools(state.ready);
      return state;
    });
  }

  #onGetStats(): SchedulerStats {
    return this.#stats.snapshot(this.#commitContext.results.bytes);
  }

  /** Has a user's command in the next commit; a store that can't take it is a refusal, not a failure. */
  async #command<W, R extends Result<unknown>>(
    handler: Handler<W, R>,
    work: W,
    { stage = "control", weight = 1 }: { readonly stage?: Stage; readonly weight?: number } = {},
  ): Promise<R | Refusal> {
    try {
      return await this.#loop.submit(stage, handler, { work, weight });
    } catch (error) {
      return refusal(refusedBy(error));
    }
  }

  #committed(effects: Effects, report: CommitReport): void {
    this.#clockWatch.look();
    this.#slowCommits.note(report);
    const { results, queues, queueNames, cursors } = this.#commitContext;
    for (const { num, text } of effects.results) results.set(num, text);
    for (const num of effects.deletedNums) results.delete(num);
    for (const queue of effects.queues) queues.set(queue);
    queueNames.committed(effects);
    for (const [queue, bucket] of effects.rates) queues.setRate(queue, bucket);
    for (const [place, key] of effects.cursors) cursors.set(place, key);
    if (effects.wakeAt < Infinity) this.#clock.set(effects.wakeAt);
    this.#schedules.committed(effects);
    this.#stats.committed(effects);
    this.#retention.noticeCommit(effects);
    this.#announcer.announce(effects, report);
    if (!this.#storeHealthy) {
      this.#storeHealthy = true;
      this.#supervisor.tell({ kind: "StoreHealthy" });
      log.info("the store takes writes again");
    }
  }

  #failed(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    log.error("a commit failed: {cause}", { cause });
    if (error instanceof StoreBrokenError) {
      this.#supervisor.tell({ kind: "StoreBroken", cause });
      return;
    }
    if (error instanceof StoreFullError && this.#storeHealthy) {
      this.#storeHealthy = false;
      this.#supervisor.tell({ kind: "StoreUnhealthy", cause });
    }
    // Whatever else was lost with the commit, the clock must go on.
    this.#clock.set(this.#now() + CLOCK_RETRY_MS);
  }

  #tick(): void {
    this.#releases.run();
    this.#announcer.hintThrottled();
    this.#retention.onTime();
    const tasks = this.#loop.submit("control", tick, { work: null }).then((at) => {
      if (at !== null) this.#clock.set(at);
      this.#retention.arm();
    });
    const schedules = this.#schedules.tick();
    for (const ticked of [tasks, schedules]) {
      ticked.catch((error) => {
        log.warn("a tick failed and is tried again: {error}", { error: String(error) });
        this.#clock.set(this.#now() + CLOCK_RETRY_MS);
      });
    }
  }

  #subscribe(name: string): void {
    const subscriber = this.#actor.ref<FrontEndProtocol>(name);
    this.#events.subscribe(name, async (events) => {
      const answer = await subscriber.ask(
        { kind: "EventsPublished", events },
        { deadlineMs: EVENT_ACK_MS },
      );
      return answer.ok;
    });
  }
}

async function loadTables(tx: StoreWriter, { definitions }: SchedulerInit): Promise<Tables> {
  const configs = await tx.loadQueues();
  const rates = await tx.loadQueueRates(configs.map(({ name }) => name));
  const queues = new QueueTable(configs, rates);
  const said = [DEFAULTS.queue, ...definitions.flatMap(({ queue }) => queue ?? [])];
  const always = [...said, ...queues.all().map(({ name }) => name)];
  const queueNames = new QueueNames({ stored: await tx.queueNames(), always });
  return { queues, queueNames, schedules: new ScheduleTable(await tx.loadSchedules()) };
}
