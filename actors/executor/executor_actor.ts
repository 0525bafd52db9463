/**
 * The actor that runs task code. It takes `AssignRuns`, `AbortRuns` and `DrainExecutor` from the
 * dispatcher, and `AbortForLease` from the supervisor; it sends `AnnounceExecutor`, `ReportOutcomes` and `ReportProgress` to the scheduler,
 * and `RunsOverdue` to the dispatcher.
 * It owns the attempts that it was assigned, until the scheduler has acknowledged their outcomes,
 * and it outlives the schedulers and dispatchers it works for: no restart of theirs touches code
 * that runs.
 */
import type { TaskAbortCause } from "../../tasks/sdk/mod.ts";
import { findTask } from "../../tasks/sdk/task_registry.ts";
import { unreachable } from "../domain/exhaustive.ts";
import { isAlone, modeOf } from "../domain/pool.ts";
import type {
  AbortReason,
  Assignment,
  DispatcherProtocol,
  ExecutorAnnouncement,
  ExecutorMessage,
  ExecutorProtocol,
  ExecutorReplies,
  RunRef,
  SchedulerProtocol,
} from "../protocol.ts";
import type { ActorContext, ActorRef, Behaviour, PeerEvent } from "../runtime/mod.ts";
import { Attempt } from "./attempt.ts";
import { AttemptContext } from "./attempt_context.ts";
import { type Ending, outcomeOf, outcomeOfUnstarted } from "./attempt_outcome.ts";
import { AttemptTable } from "./attempt_table.ts";
import { boundedCall, type CallEnd, directCall } from "./bounded_call.ts";
import { type Clock, isolateClock, type Timer } from "./clock.ts";
import { DeadlineWatch } from "./deadline_watch.ts";
import { EagerStarts } from "./eager_starts.ts";
import { MethodPace } from "./method_pace.ts";
import { OutcomeBuffer } from "./outcome_buffer.ts";
import { PacedStarts } from "./paced_starts.ts";
import { ProgressReporter } from "./progress_reporter.ts";
import { runAttempt } from "./run_attempt.ts";
import type { RunSpan, RunTracer } from "./run_tracer.ts";
import { SchedulerLink } from "./scheduler_link.ts";
import type { StartPolicy } from "./start_policy.ts";

/** Messages with outcomes on their way at a time, where a run may keep acknowledgements waiting. */
const PACED_IN_FLIGHT = 16;
/** How often the dispatcher is told of code that was told to stop: it may have restarted in between. */
const OVERDUE_REPEAT_MS = 5_000;

export interface ExecutorOptions {
  /** Key of the pool: see `domain/pool.ts`. */
  readonly pool: string;
  /** Runs at a time; 1 where code may block. */
  readonly slots: number;
  readonly context: Pick<ActorContext, "name" | "incarnation" | "ref">;
  /** How long `stop` waits for code whose signal it has aborted, in ms. */
  readonly graceMs: number;
  /** Null without tracing. */
  readonly tracer: RunTracer | null;
  readonly clock?: Clock;
}

/** See above. */
export class ExecutorActor implements Behaviour<ExecutorProtocol> {
  readonly #options: ExecutorOptions;
  readonly #clock: Clock;
  readonly #table = new AttemptTable();
  readonly #pace = new MethodPace();
  readonly #outcomes: OutcomeBuffer;
  readonly #progress: ProgressReporter;
  readonly #link: SchedulerLink;
  readonly #dispatcher: ActorRef<DispatcherProtocol>;
  readonly #deadlines: DeadlineWatch;
  readonly #starts: StartPolicy;
  /** Many at a time, code that does not block; else one at a time. */
  readonly #eager: boolean;
  #draining = false;
  #onIdle: (() => void) | null = null;
  #drainTimer: Timer | null = null;

  constructor(options: ExecutorOptions) {
    const { context, clock = isolateClock, slots, pool } = options;
    const { name: executor, incarnation } = context;
    const scheduler = context.ref<SchedulerProtocol>("scheduler");
    this.#eager = !isAlone(pool) && modeOf(pool) === "async";
    const maxInFlight = this.#eager ? 1 : PACED_IN_FLIGHT;
    const table = this.#table;
    const start = (attempt: Attempt) => this.#start(attempt);
    this.#options = options;
    this.#clock = clock;
    this.#dispatcher = context.ref<DispatcherProtocol>("dispatcher");
    this.#outcomes = new OutcomeBuffer({ scheduler, executor, incarnation, maxInFlight, clock });
    this.#progress = new ProgressReporter(scheduler, clock);
    this.#link = new SchedulerLink({
      scheduler,
      clock,
      outcomes: this.#outcomes,
      announcement: () => this.#announcement(),
      onStale: (runs) => this.#onAbortRuns(runs, "stale"),
    });
    this.#deadlines = new DeadlineWatch(clock, (elapsed) => this.#abortOverdue(elapsed));
    this.#starts = this.#eager
      ? new EagerStarts({ table, slots, clock, start })
      : new PacedStarts({ table, outcomes: this.#outcomes, pace: this.#pace, clock, start });
  }

  receive(message: ExecutorMessage): unknown {
    switch (message.kind) {
      case "AssignRuns":
        this.#onAssignRuns(message.runs);
        return null;
      case "AbortRuns":
        this.#onAbortRuns(message.runs, message.reason);
        return null;
      case "DrainExecutor":
        this.#onDrainExecutor(message.abortAfterMs);
        return null;
      case "AbortForLease":
        return this.#onAbortForLease();
      default:
        return unreachable(message);
    }
  }

  onPeer({ peer, state }: PeerEvent): void {
    if (peer !== "scheduler") return;
    if (state === "up") this.#link.onUp();
    else this.#link.onDown();
  }

  /** Gives back or aborts what it holds, and waits until the outcomes of that are acknowledged. */
  async stop(): Promise<void> {
    this.#onDrainExecutor(0);
    await this.#whenIdle();
    await this.#outcomes.whenEmpty();
    this.#drainTimer?.cancel();
    this.#deadlines.stop();
    this.#progress.stop();
    this.#link.stop();
    this.#outcomes.stop();
  }

  #onAssignRuns(runs: readonly Assignment[]): void {
    for (const assignment of runs) {
      if (this.#table.has(assignment) || this.#outcomes.has(assignment)) continue;
      const attempt = new Attempt(assignment);
      if (this.#draining) this.#giveBack(attempt, "drain");
      else this.#table.enqueue(attempt);
    }
    this.#starts.resume();
  }

  #onAbortRuns(runs: readonly RunRef[], reason: AbortReason): void {
    if (reason === "stale") this.#outcomes.forget(runs);
    for (const run of runs) {
      const waiting = this.#table.withdraw(run);
      if (waiting !== undefined) this.#endUnstarted(waiting, reason);
      else this.#abortRunning(this.#table.findRunning(run), reason);
    }
  }

  /** Others can only guess when code started: whether its time is over is decided here. */
  #abortRunning(attempt: Attempt | undefined, reason: AbortReason): void {
    if (attempt === undefined) return;
    if (reason !== "timeout") return attempt.abort(reason);
    if (attempt.deadline <= this.#clock.elapsed()) attempt.timeOut();
  }

  #onDrainExecutor(abortAfterMs: number): void {
    this.#draining = true;
    for (const attempt of this.#table.withdrawAll()) this.#giveBack(attempt, "drain");
    this.#drainTimer?.cancel();
    if (abortAfterMs <= 0) return this.#abortAll("drain");
    this.#drainTimer = this.#clock.startTimer(() => this.#abortAll("drain"), abortAfterMs);
  }

  #onAbortForLease(): ExecutorReplies["AbortForLease"] {
    for (const attempt of this.#table.withdrawAll()) this.#giveBack(attempt, "drain");
    for (const attempt of [...this.#table.running()]) {
      const { method, mode } = attempt.assignment;
      if (findTask(method, mode)?.onLeaseLost !== "continue") attempt.abort("lease");
    }
    const running = [...this.#table.running()].filter(({ abortCause }) => abortCause !== null);
    return { running: running.length };
  }

  #start(attempt: Attempt): void {
    const { timeoutMs, heartbeatTimeoutMs } = attempt.assignment;
    const elapsed = this.#clock.elapsed();
    attempt.startedAt = this.#clock.now();
    attempt.timeoutAt = elapsed + timeoutMs;
    if (heartbeatTimeoutMs !== null) attempt.silentAt = elapsed + heartbeatTimeoutMs;
    const span = this.#options.tracer?.(attempt.assignment) ?? null;
    const context = new AttemptContext(attempt, {
      clock: this.#clock,
      onReport: (reporting) => this.#progress.note(reporting),
    });
    const run = () =>
      runAttempt(attempt, {
        context,
        call: (code) => this.#call(attempt, code),
        onEnd: (ending) => this.#onEnd(attempt, ending, elapsed, span),
      });
    if (span === null) run();
    else span.within(run);
    if (!attempt.ended) this.#deadlines.watch(attempt.deadline);
  }

  /**
   * Calls code of the attempt. Where one runs at a time it is bounded by the attempt's timeout; where
   * many do it is not, at the price of an isolate, since it would cost each of them as much.
   */
  #call<T>(attempt: Attempt, code: () => T): CallEnd<T> {
    if (this.#eager) return directCall(code);
    return boundedCall(code, attempt.timeoutAt - this.#clock.elapsed());
  }

  #onEnd(attempt: Attempt, ending: Ending, startedAt: number, span: RunSpan | null): void {
    this.#pace.note(attempt.assignment.method, this.#clock.elapsed() - startedAt);
    this.#progress.finish(attempt);
    const outcome = outcomeOf(attempt, ending, this.#clock.now());
    attempt.end();
    this.#table.finish(attempt);
    if (outcome !== null) this.#outcomes.add(outcome);
    span?.end(outcome);
    if (this.#table.runningCount === 0) this.#onIdle?.();
    this.#starts.resume();
  }

  /** Resolves when no code runs, or when the grace of what does is over. */
  async #whenIdle(): Promise<void> {
    if (this.#table.runningCount === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.startTimer(resolve, this.#options.graceMs);
    this.#onIdle = resolve;
    await promise;
    timer.cancel();
  }

  /** Ends an attempt that never started. A timeout can't be its own, since its time had not begun. */
  #endUnstarted(attempt: Attempt, reason: AbortReason): void {
    switch (reason) {
      case "cancelled":
        return this.#outcomes.add(
          outcomeOfUnstarted(attempt, { outcome: "cancelled" }, this.#clock.now()),
        );
      case "drain":
        return this.#giveBack(attempt, "drain");
      case "timeout":
        return this.#giveBack(attempt, "neighbour");
      case "stale":
        return;
      default:
        unreachable(reason);
    }
  }

  #giveBack(attempt: Attempt, giveBack: "drain" | "neighbour"): void {
    const verdict = { outcome: "given_back", giveBack } as const;
    this.#outcomes.add(outcomeOfUnstarted(attempt, verdict, this.#clock.now()));
  }

  #abortAll(cause: TaskAbortCause): void {
    for (const attempt of [...this.#table.running()]) attempt.abort(cause);
  }

  /** Aborts what has taken too long; returns when to look again. */
  #abortOverdue(elapsed: number): number {
    let next = Infinity;
    for (const attempt of [...this.#table.running()]) {
      if (attempt.deadline <= elapsed) attempt.timeOut();
      next = Math.min(next, attempt.deadline);
    }
    const overdue = [...this.#table.running()].filter((one) => one.abortCause === "timeout");
    if (overdue.length === 0) return next;
    const runs = overdue.map(({ assignment: { num, run }, silent }) => ({ num, run, silent }));
    this.#dispatcher.tell({ kind: "RunsOverdue", executor: this.#options.context.name, runs });
    return Math.min(next, elapsed + OVERDUE_REPEAT_MS);
  }

  /** Runs with an outcome that is not acknowledged count as held: it is still on its way. */
  #announcement(): ExecutorAnnouncement {
    const { context: { name: executor, incarnation }, pool, slots } = this.#options;
    const held = [...this.#table.held(), ...this.#outcomes.runs()];
    return { executor, incarnation, pool, slots, held };
  }
}
