/**
 * The dispatcher: turns readiness into work.
 *
 * Takes hints of ready work, ends and cancellations from the scheduler, and the coming and going of
 * executors. Sends claims to the scheduler, assignments and aborts to executors, and asks the
 * supervisor to end isolates whose code does not stop. Owns the slots of every executor and the
 * turns between queues; nothing of it is durable, and all of it is rebuilt after a restart.
 */
import { isAlone } from "../domain/pool.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type {
  AbortReason,
  Assignment,
  DispatcherMessage,
  DispatcherProtocol,
  DispatcherReplies,
  ExecutorProtocol,
  JoinedExecutor,
  ReadyWork,
  RunRef,
  SchedulerProtocol,
  SupervisorProtocol,
} from "../protocol.ts";
import type { ActorContext, ActorRef, Behaviour, PeerEvent } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";
import { ClaimRounds } from "./claim_rounds.ts";
import { AwaitedExecutors } from "./awaited_executors.ts";
import { Drains } from "./drains.ts";
import { ExecutorSlots } from "./executor_slots.ts";
import { placementsOf } from "./placements.ts";
import { FinalReports } from "./final_reports.ts";
import { PoolRequests } from "./pool_requests.ts";
import { RunLengths } from "./run_lengths.ts";
import { StalledWork, type StartTimer } from "./stalled_work.ts";
import { StuckRuns } from "./stuck_runs.ts";
import { Terminations } from "./terminations.ts";
import { judgeDead } from "./verdicts.ts";

export interface DispatcherOptions {
  readonly context: ActorContext;
  /** Epoch ms, for what is recorded or shown; the system's when absent. */
  readonly now?: () => number;
  /** Milliseconds of a clock that nobody sets, for what is measured; the system's when absent. */
  readonly monotonic?: () => number;
  /** Timer of the watch for stalled work; the system's when absent. */
  readonly startTimer?: StartTimer;
  /** How long aborted code may take to stop before its isolate is ended. */
  readonly graceMs: number;
  /** How often running code is looked after: see `StuckRuns`. */
  readonly lookMs?: number;
}

/** What the names of executors begin with; other peers are none of the dispatcher's business. */
const EXECUTOR_PREFIX = "executor-";
const STATE_DEADLINE_MS = 30_000;
/** Runs that wait in an executor this long are fetched back, if it can hear of it. */
const PARKED_MS = 500;
const ASSIGN_DEADLINE_MS = 86_400_000;
const IDLE_ASSIGN_DEADLINE_MS = 5_000;

/** Runs of one executor that are shown at a time. */
const RUNS_SHOWN = 20;

const log = getLogger("dispatcher");

export class Dispatcher implements Behaviour<DispatcherProtocol> {
  readonly #actor: ActorContext;
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #scheduler: ActorRef<SchedulerProtocol>;
  readonly #executors = new Map<string, ExecutorSlots>();
  readonly #lengths = new RunLengths();
  readonly #claims: ClaimRounds;
  readonly #terminations: Terminations;
  readonly #pools: PoolRequests;
  readonly #stalled: StalledWork;
  readonly #stuck: StuckRuns;
  readonly #awaited: AwaitedExecutors;
  readonly #reports: FinalReports;
  readonly #drains = new Drains(() => this.#heldCount());
  #draining = false;

  constructor(options: DispatcherOptions) {
    const { context, now = Date.now, graceMs, lookMs, startTimer } = options;
    const monotonic = options.monotonic ?? (() => performance.now());
    this.#actor = context;
    this.#now = now;
    this.#monotonic = monotonic;
    this.#scheduler = context.ref("scheduler");
    const supervisor = context.ref<SupervisorProtocol>("supervisor");
    this.#terminations = new Terminations({ supervisor, now });
    this.#pools = new PoolRequests({
      supervisor,
      onRetry: () => this.#claims.pump(),
    });
    this.#stalled = new StalledWork({
      monotonic,
      ...(startTimer && { startTimer }),
      withWork: (pools) => this.#claims.withWork(pools),
      causeOf: (pool) => this.#claims.troubleOf(pool),
      supervisor,
    });
    this.#claims = new ClaimRounds({
      scheduler: this.#scheduler,
      executors: () => this.#executors.values(),
      assign: (executor, runs) => this.#assign(executor, runs),
      pools: this.#pools,
      stalled: this.#stalled,
    });
    this.#stuck = new StuckRuns({
      executors: () => this.#executors.values(),
      executor: (name) => this.#executorRef(name),
      terminate: (executor, cause) => this.#terminations.terminate(executor, cause),
      onLook: () => this.#recallParked(),
      monotonic,
      graceMs,
      ...(lookMs !== undefined && { lookMs }),
    });
    this.#reports = new FinalReports({ scheduler: this.#scheduler, now });
    this.#awaited = new AwaitedExecutors({
      onOverdue: (name, incarnation) =>
        this.#terminations.endIsolate(name, incarnation, "unreachable"),
    });
  }

  /** Asks for the state of the queues and begins to claim. */
  async start(): Promise<this> {
    const answer = await this.#scheduler.ask({ kind: "GetDispatchState" }, {
      deadlineMs: STATE_DEADLINE_MS,
    });
    if (!answer.ok) throw new Error(`cannot read the queues: ${answer.error.message}`);
    this.#stalled.begin();
    for (const queue of answer.value.queues) this.#claims.configure(queue);
    this.#onWorkBecameReady(answer.value.ready);
    return this;
  }

  receive(message: DispatcherMessage): unknown {
    switch (message.kind) {
      case "ExecutorJoined":
        return this.#onExecutorJoined(message.executor);
      case "WorkBecameReady":
        return this.#onWorkBecameReady(message.work);
      case "RunsEnded":
        return this.#onRunsEnded(message);
      case "CancelRequested":
        return this.#onCancelRequested(message.executor, message.runs);
      case "RunsOverdue":
        return this.#onRunsOverdue(message.executor, message.runs);
      case "QueueChanged":
        return this.#claims.configure(message.queue);
      case "GetSlots":
        return this.#onGetSlots();
      case "GetExecutors":
        return this.#onGetExecutors();
      case "LeaseChanged":
        return this.#claims.pause(!message.held);
      case "CondemnExecutor":
        return { spared: this.#onCondemnExecutor(message) };
      case "GetPlacements":
        return placementsOf(message.tasks, [...this.#executors.values()], this.#pools);
      case "DrainRuns":
        return this.#onDrainRuns(message.deadlineMs);
      default:
        return unreachable(message);
    }
  }

  onPeer({ peer, state, incarnation }: PeerEvent): void {
    if (!peer.startsWith(EXECUTOR_PREFIX)) return;
    if (state === "down") return this.#onExecutorDied(peer, incarnation);
    // The scheduler's word that it has joined may have come first.
    const hasJoined = this.#executors.get(peer)?.incarnation === incarnation;
    if (!hasJoined) this.#awaited.expect(peer, incarnation);
  }

  stop(): void {
    this.#claims.stop();
    this.#stalled.stop();
    this.#pools.stop();
    this.#stuck.stop();
    this.#awaited.stop();
    this.#reports.stop();
  }

  #onExecutorJoined(announcement: JoinedExecutor): void {
    this.#awaited.forget(announcement.incarnation);
    if (this.#draining) return;
    const executor = new ExecutorSlots(announcement, {
      now: this.#now,
      monotonic: this.#monotonic,
      lengths: this.#lengths,
    });
    this.#executors.set(executor.name, executor);
    this.#pools.onJoined(executor.pool);
    this.#stuck.watch();
    this.#claims.pump();
  }

  #onWorkBecameReady(work: readonly ReadyWork[]): void {
    for (const ready of work) this.#claims.hint(ready);
    this.#claims.pump();
  }

  #onRunsEnded({ executor: name, runs, meanRunMs }: MessageOf<"RunsEnded">): void {
    this.#executors.get(name)?.ended(runs, meanRunMs);
    this.#claims.pump();
    this.#drains.settle();
  }

  #onCancelRequested(name: string, runs: readonly RunRef[]): void {
    const executor = this.#executors.get(name);
    if (executor === undefined) return;
    const now = this.#monotonic();
    for (const ref of runs) {
      const run = executor.find(ref);
      if (run === undefined) continue;
      run.cancelledAt ??= now;
      if (executor.mayBlock && !isAlone(executor.pool) && run.startedAt !== null) {
        // Synchronous code can't hear a signal: nothing is gained by waiting.
        return this.#terminations.terminate(executor, { kind: "cancelled", run });
      }
    }
    this.#stuck.watch();
    this.#abort(executor, runs, "cancelled");
  }

  /** Code that its executor has told to stop: what was known of its deadline here counts no more. */
  #onRunsOverdue(name: string, runs: MessageOf<"RunsOverdue">["runs"]): void {
    const now = this.#monotonic();
    for (const ref of runs) {
      const run = this.#executors.get(name)?.find(ref);
      if (run !== undefined) run.overdue ??= { since: now, silent: ref.silent };
    }
    this.#stuck.watch();
  }

  /** True where the executor is spared; else what it holds is judged, and its end is the supervisor's. */
  #onCondemnExecutor({ executor: name, incarnation, sparing }: MessageOf<"CondemnExecutor">) {
    const executor = this.#executors.get(name);
    if (executor?.incarnation !== incarnation) return false;
    const { running } = executor;
    const goesOn = ({ method }: typeof running[number]) => sparing.includes(method);
    if (running.length > 0 && running.every(goesOn)) return true;
    this.#terminations.condemn(executor, { kind: "lease" });
    return false;
  }

  #onGetSlots(): DispatcherReplies["GetSlots"] {
    return [...this.#executors.values()].map(({ name, pool, slots, heldCount }) => ({
      executor: name,
      pool,
      slots,
      held: heldCount,
    }));
  }

  #onGetExecutors(): DispatcherReplies["GetExecutors"] {
    return [...this.#executors.values()].map((executor) => executor.load(RUNS_SHOWN));
  }

  /** Has executors give back what has not started, lets the rest finish, and says what was left. */
  async #onDrainRuns(deadlineMs: number): Promise<DispatcherReplies["DrainRuns"]> {
    this.#draining = true;
    this.#claims.stop();
    this.#stalled.stop();
    for (const { name } of this.#executors.values()) {
      void this.#executorRef(name).ask({ kind: "DrainExecutor", abortAfterMs: deadlineMs }, {
        deadlineMs: ASSIGN_DEADLINE_MS,
      });
    }
    return await this.#drains.wait(deadlineMs + this.#stuck.graceMs);
  }

  #onExecutorDied(name: string, incarnation: string): void {
    this.#awaited.forget(incarnation);
    const executor = this.#executors.get(name);
    const known = executor?.incarnation === incarnation ? executor : null;
    // One that had not joined may have runs all the same, from before this dispatcher's start.
    const verdicts = this.#terminations.take(incarnation) ??
      (known === null ? [] : judgeDead(known, this.#now()));
    if (known !== null) this.#executors.delete(name);
    if (known !== null && known.heldCount > 0) {
      log.warn("executor {executor} is gone with {held} runs", {
        executor: name,
        held: known.heldCount,
      });
    }
    this.#reports.lost({ name, incarnation }, verdicts);
    this.#drains.settle();
  }

  #assign(executor: ExecutorSlots, claimed: readonly Assignment[]): void {
    const isGone = this.#executors.get(executor.name) !== executor || executor.terminating;
    const count = isGone || this.#draining ? 0 : executor.fitting(claimed);
    if (count < claimed.length) this.#reports.giveBack(executor, claimed.slice(count));
    const runs = claimed.slice(0, count);
    if (runs.length === 0) return;
    // Receipt is acknowledged before any code starts, so an idle isolate has no excuse.
    const deadlineMs = executor.heldCount === 0 ? IDLE_ASSIGN_DEADLINE_MS : ASSIGN_DEADLINE_MS;
    executor.assign(runs);
    this.#stuck.watch();
    void this.#executorRef(executor.name).ask({ kind: "AssignRuns", runs }, { deadlineMs })
      .then((answer) => {
        // Any other failure is the executor's death, of which `onPeer` tells.
        if (answer.ok) return;
        const { code } = answer.error;
        if (code === "timeout") this.#terminations.terminate(executor, { kind: "unreachable" });
        else if (code === "overloaded") this.#reports.giveBack(executor, runs);
      });
  }

  /**
   * Fetches back what waits behind runs that turned out to be long. The executor gives back what has
   * not started; for what has, its own deadline counts, which the reason leaves to it.
   */
  #recallParked(): void {
    for (const executor of this.#executors.values()) {
      const runs = executor.terminating ? [] : executor.recallParked(PARKED_MS);
      if (runs.length > 0) this.#abort(executor, runs, "timeout");
    }
  }

  #abort(executor: ExecutorSlots, runs: readonly RunRef[], reason: AbortReason): void {
    void this.#executorRef(executor.name).ask({ kind: "AbortRuns", runs, reason }, {
      deadlineMs: ASSIGN_DEADLINE_MS,
    });
  }

  #executorRef(name: string): ActorRef<ExecutorProtocol> {
    return this.#actor.ref<ExecutorProtocol>(name);
  }

  #heldCount(): number {
    let held = 0;
    for (const executor of this.#executors.values()) held += executor.heldCount;
    return held;
  }
}

type MessageOf<K extends string> = Extract<DispatcherMessage, { readonly kind: K }>;
