/**
 * The dispatcher: turns readiness into work.
 *
 * Takes hints of ready work, ends and cancellations from the scheduler, and the coming and going of
 * executors. Sends claims to the scheduler, assignments and aborts to executors, and asks the
 * supervisor to end isolates whose code does not stop. Owns the slots of every executor and the
 * turns between queues; nothing of it is durable, and all of it is rebuilt after a restart.
 */
import { isAlone, modeOf } from "../domain/pool.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type { QueueConfig } from "../domain/task.ts";
import type {
  Assignment,
  DispatcherMessage,
  DispatcherProtocol,
  DispatcherReplies,
  ExecutorAnnouncement,
  ExecutorProtocol,
  ReadyWork,
  RunOutcome,
  RunRef,
  SchedulerProtocol,
  SupervisorProtocol,
} from "../protocol.ts";
import type { ActorContext, ActorRef, Behaviour, PeerEvent } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";
import { ExecutorSlots } from "./executor_slots.ts";
import { QueueRotation } from "./queue_rotation.ts";
import { StuckRuns } from "./stuck_runs.ts";
import { givenBack, judge, judgeDead, type TerminationCause } from "./verdicts.ts";

export interface DispatcherOptions {
  readonly context: ActorContext;
  readonly now?: () => number;
  /** How long aborted code may take to stop before its isolate is ended. */
  readonly graceMs: number;
}

/** What is to be claimed for the executors of one pool. */
interface PoolPlan {
  readonly pool: string;
  readonly credits: readonly { readonly executor: ExecutorSlots; readonly credits: number }[];
  readonly shares: readonly {
    readonly queue: string;
    readonly share: number;
    /** Hints that the queue had had when this was planned. */
    readonly hints: number;
  }[];
}

/** The scheduler answers a claim with its next commit; a full disk or a restart may make that long. */
const CLAIM_DEADLINE_MS = 30_000;
const CLAIM_RETRY_MS = 500;
const ASSIGN_DEADLINE_MS = 86_400_000;
const IDLE_ASSIGN_DEADLINE_MS = 5_000;
const REPORT_DEADLINE_MS = 60_000;

const log = getLogger("dispatcher");

export class Dispatcher implements Behaviour<DispatcherProtocol> {
  readonly #actor: ActorContext;
  readonly #now: () => number;
  readonly #scheduler: ActorRef<SchedulerProtocol>;
  readonly #supervisor: ActorRef<SupervisorProtocol>;
  readonly #executors = new Map<string, ExecutorSlots>();
  readonly #rotations = new Map<string, QueueRotation>();
  readonly #queues = new Map<string, QueueConfig>();
  readonly #verdicts = new Map<string, readonly RunOutcome[]>();
  readonly #askedPools = new Set<string>();
  readonly #stuck: StuckRuns;
  readonly #drains: (() => void)[] = [];
  #claiming = false;
  #claimTimer: ReturnType<typeof setTimeout> | undefined;
  #draining = false;
  #stopped = false;

  constructor({ context, now = Date.now, graceMs }: DispatcherOptions) {
    this.#actor = context;
    this.#now = now;
    this.#scheduler = context.ref("scheduler");
    this.#supervisor = context.ref("supervisor");
    this.#stuck = new StuckRuns({
      executors: () => this.#executors.values(),
      executor: (name) => this.#executorRef(name),
      terminate: (executor, cause) => this.#terminate(executor, cause),
      now,
      graceMs,
    });
  }

  /** Asks for the state of the queues and begins to claim. */
  async start(): Promise<this> {
    const answer = await this.#scheduler.ask({ kind: "GetDispatchState" }, {
      deadlineMs: CLAIM_DEADLINE_MS,
    });
    if (!answer.ok) throw new Error(`cannot read the queues: ${answer.error.message}`);
    for (const queue of answer.value.queues) this.#queues.set(queue.name, queue);
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
      case "QueueChanged":
        return this.#onQueueChanged(message.queue);
      case "GetSlots":
        return this.#onGetSlots();
      case "DrainRuns":
        return this.#onDrainRuns(message.deadlineMs);
      default:
        return unreachable(message);
    }
  }

  onPeer({ peer, state, incarnation }: PeerEvent): void {
    if (state === "down") this.#onExecutorDied(peer, incarnation);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#claimTimer);
    this.#stuck.stop();
  }

  #onExecutorJoined(announcement: ExecutorAnnouncement): void {
    if (this.#draining) return;
    const executor = new ExecutorSlots(announcement, this.#now());
    this.#executors.set(executor.name, executor);
    this.#askedPools.delete(executor.pool);
    this.#stuck.watch();
    this.#pump();
  }

  #onWorkBecameReady(work: readonly ReadyWork[]): void {
    for (const { queue, pool } of work) {
      const settings = this.#queues.get(queue);
      // The scheduler hints again when a queue is resumed.
      if (settings?.paused !== true) this.#rotationOf(pool).add(queue, settings?.weight ?? 1);
    }
    this.#pump();
  }

  #onRunsEnded({ executor: name, runs, meanRunMs }: MessageOf<"RunsEnded">): void {
    this.#executors.get(name)?.ended(runs, meanRunMs, this.#now());
    this.#pump();
    this.#settleDrains();
  }

  #onCancelRequested(name: string, runs: readonly RunRef[]): void {
    const executor = this.#executors.get(name);
    if (executor === undefined) return;
    const now = this.#now();
    for (const ref of runs) {
      const run = executor.find(ref);
      if (run === undefined) continue;
      run.cancelledAt ??= now;
      const blocking = !isAlone(executor.pool) && modeOf(executor.pool) === "blocking";
      if (blocking && run.startedAt !== null) {
        // Synchronous code can't hear a signal: nothing is gained by waiting.
        return this.#terminate(executor, { kind: "cancelled", run });
      }
    }
    this.#stuck.watch();
    this.#abort(executor, runs);
  }

  #onQueueChanged(queue: QueueConfig): void {
    this.#queues.set(queue.name, queue);
  }

  #onGetSlots(): DispatcherReplies["GetSlots"] {
    return [...this.#executors.values()].map(({ name, pool, slots, heldCount }) => ({
      executor: name,
      pool,
      slots,
      held: heldCount,
    }));
  }

  /** Has executors give back what has not started, lets the rest finish, and says what was left. */
  async #onDrainRuns(deadlineMs: number): Promise<DispatcherReplies["DrainRuns"]> {
    this.#draining = true;
    for (const { name } of this.#executors.values()) {
      void this.#executorRef(name).ask({ kind: "DrainExecutor", abortAfterMs: deadlineMs }, {
        deadlineMs: ASSIGN_DEADLINE_MS,
      });
    }
    const drained = new Promise<void>((resolve) => this.#drains.push(resolve));
    this.#settleDrains();
    const grace = Promise.withResolvers<void>();
    const timer = setTimeout(grace.resolve, deadlineMs + this.#stuck.graceMs);
    await Promise.race([drained, grace.promise]);
    clearTimeout(timer);
    return { left: this.#heldCount() };
  }

  #onExecutorDied(name: string, incarnation: string): void {
    const executor = this.#executors.get(name);
    if (executor?.incarnation !== incarnation) return;
    this.#executors.delete(name);
    const verdicts = this.#verdicts.get(incarnation) ?? judgeDead(executor, this.#now());
    this.#verdicts.delete(incarnation);
    if (executor.heldCount > 0) {
      log.warn("executor {executor} is gone with {held} runs", {
        executor: name,
        held: executor.heldCount,
      });
    }
    void this.#scheduler.ask({ kind: "ExecutorLost", executor: name, incarnation, verdicts }, {
      deadlineMs: REPORT_DEADLINE_MS,
    }).then((answer) => {
      // A dead scheduler settles it at its restart; the next incarnation's announcement does too.
      if (!answer.ok) log.warn("loss not reported: {error}", { error: answer.error.message });
    });
    this.#settleDrains();
  }

  #pump(): void {
    if (this.#claiming || this.#draining || this.#stopped) return;
    const plans = this.#planClaims();
    if (plans.length === 0) return;
    this.#claiming = true;
    void this.#claim(plans).then((again) => {
      this.#claiming = false;
      if (again) this.#pump();
      else this.#claimTimer = setTimeout(() => this.#pump(), CLAIM_RETRY_MS);
    });
  }

  #planClaims(): readonly PoolPlan[] {
    const plans: PoolPlan[] = [];
    for (const [pool, rotation] of this.#rotations) {
      if (rotation.isEmpty) continue;
      const executors = [...this.#executors.values()].filter((one) => one.pool === pool);
      if (executors.length === 0) this.#ensurePool(pool);
      const credits = executors.map((executor) => ({ executor, credits: executor.credits }));
      const free = credits.reduce((sum, { credits }) => sum + credits, 0);
      // Of suspects one runs at a time on the whole node, whatever its pool.
      const max = isAlone(pool) ? Math.min(free, 1 - this.#aloneRuns(plans)) : free;
      if (max <= 0) continue;
      const shares = [...rotation.share(max)].map(([queue, share]) => ({
        queue,
        share,
        hints: rotation.hintsOf(queue),
      }));
      plans.push({ pool, credits, shares });
    }
    return plans;
  }

  /** Claims what was planned and hands it out. False when the scheduler could not answer. */
  async #claim(plans: readonly PoolPlan[]): Promise<boolean> {
    const requests = plans.flatMap(({ pool, shares }) =>
      shares.map(({ queue, share, hints }) => ({ queue, pool, max: share, hints }))
    );
    const answer = await this.#scheduler.ask({
      kind: "ClaimRuns",
      executors: plans.flatMap(({ pool, credits }) =>
        credits.map(({ executor: { name, incarnation }, credits }) => ({
          executor: name,
          incarnation,
          pool,
          credits,
        }))
      ),
      requests: requests.map(({ queue, pool, max }) => ({ queue, pool, max })),
    }, { deadlineMs: CLAIM_DEADLINE_MS });
    if (!answer.ok) {
      log.warn("a claim failed and is tried again: {error}", { error: answer.error.message });
      return false;
    }
    const hands = new Map<string, Assignment[]>();
    answer.value.forEach(({ runs, drained }, index) => {
      const request = requests[index];
      if (request && drained) this.#rotationOf(request.pool).drained(request.queue, request.hints);
      for (const { executor, assignment } of runs) {
        const hand = hands.get(executor);
        if (hand === undefined) hands.set(executor, [assignment]);
        else hand.push(assignment);
      }
    });
    for (const { executor } of plans.flatMap(({ credits }) => credits)) {
      const runs = hands.get(executor.name);
      if (runs !== undefined) this.#assign(executor, runs);
    }
    return true;
  }

  #assign(executor: ExecutorSlots, runs: readonly Assignment[]): void {
    const isGone = this.#executors.get(executor.name) !== executor || executor.terminating;
    if (isGone || this.#draining) return this.#giveBack(executor, runs);
    // Receipt is acknowledged before any code starts, so an idle isolate has no excuse.
    const deadlineMs = executor.heldCount === 0 ? IDLE_ASSIGN_DEADLINE_MS : ASSIGN_DEADLINE_MS;
    executor.assign(runs, this.#now());
    this.#stuck.watch();
    void this.#executorRef(executor.name).ask({ kind: "AssignRuns", runs }, { deadlineMs })
      .then((answer) => {
        // Any other failure is the executor's death, of which `onPeer` tells.
        if (answer.ok || answer.error.code !== "timeout") return;
        this.#terminate(executor, { kind: "unreachable" });
      });
  }

  /** Returns runs whose executor went, or that came after the drain had begun, before it got them. */
  #giveBack(executor: ExecutorSlots, runs: readonly RunRef[]): void {
    const now = this.#now();
    void this.#scheduler.ask({
      kind: "ReportOutcomes",
      executor: executor.name,
      incarnation: executor.incarnation,
      outcomes: runs.map((run) => givenBack(run, { now, alone: false })),
    }, { deadlineMs: REPORT_DEADLINE_MS });
  }

  #abort(executor: ExecutorSlots, runs: readonly RunRef[]): void {
    void this.#executorRef(executor.name).ask({ kind: "AbortRuns", runs, reason: "cancelled" }, {
      deadlineMs: ASSIGN_DEADLINE_MS,
    });
  }

  #terminate(executor: ExecutorSlots, cause: TerminationCause): void {
    if (executor.terminating) return;
    executor.terminating = true;
    this.#verdicts.set(executor.incarnation, judge(executor, cause, this.#now()));
    log.warn("ending the isolate of {executor}: {cause}", {
      executor: executor.name,
      cause: cause.kind,
    });
    void this.#supervisor.ask({
      kind: "TerminateExecutor",
      executor: executor.name,
      incarnation: executor.incarnation,
      cause: cause.kind,
    }, { deadlineMs: REPORT_DEADLINE_MS });
  }

  #ensurePool(pool: string): void {
    if (this.#askedPools.has(pool)) return;
    this.#askedPools.add(pool);
    void this.#supervisor.ask({ kind: "EnsurePool", pool }, { deadlineMs: REPORT_DEADLINE_MS })
      .then((answer) => {
        const error = !answer.ok ? answer.error : answer.value.ok ? null : answer.value.error;
        if (error === null) return;
        this.#askedPools.delete(pool);
        log.error("no executors for pool {pool}: {error}", { pool, error: error.message });
      });
  }

  #rotationOf(pool: string): QueueRotation {
    let rotation = this.#rotations.get(pool);
    if (rotation === undefined) this.#rotations.set(pool, rotation = new QueueRotation());
    return rotation;
  }

  #executorRef(name: string): ActorRef<ExecutorProtocol> {
    return this.#actor.ref<ExecutorProtocol>(name);
  }

  /** Suspects that run, or are about to be claimed. */
  #aloneRuns(plans: readonly PoolPlan[]): number {
    const planned = plans.filter(({ pool }) => isAlone(pool)).length;
    return [...this.#executors.values()].reduce(
      (sum, { pool, heldCount }) => sum + (isAlone(pool) ? heldCount : 0),
      planned,
    );
  }

  #heldCount(): number {
    let held = 0;
    for (const executor of this.#executors.values()) held += executor.heldCount;
    return held;
  }

  #settleDrains(): void {
    if (!this.#draining || this.#heldCount() > 0) return;
    for (const resolve of this.#drains.splice(0)) resolve();
  }
}

type MessageOf<K extends string> = Extract<DispatcherMessage, { readonly kind: K }>;
