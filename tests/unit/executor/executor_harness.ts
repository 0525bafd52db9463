import { ExecutorActor } from "../../../actors/executor/executor_actor.ts";
import type { RunTracer } from "../../../actors/executor/run_tracer.ts";
import type {
  AbortReason,
  Assignment,
  DispatcherMessage,
  RunRef,
} from "../../../actors/protocol.ts";
import type { ActorRef, Protocol } from "../../../actors/runtime/mod.ts";
import { FakeScheduler } from "./fake_scheduler.ts";
import { ManualClock } from "./manual_clock.ts";

export interface HarnessOptions {
  readonly pool?: string;
  readonly slots?: number;
  readonly tracer?: RunTracer;
}

/** An assignment of run 1 of task `num`; its mode is `async` unless given. */
export function assignment(
  num: number,
  method: string,
  more: Partial<Assignment> = {},
): Assignment {
  return {
    num,
    run: 1,
    id: `task-${num}`,
    workflowId: null,
    attempt: 1,
    method,
    mode: "async",
    args: "[]",
    deps: [],
    timeoutMs: 60_000,
    heartbeatTimeoutMs: null,
    traceparent: null,
    ...more,
  };
}

/** An executor with a scheduler of straw, at whose clock the test turns. */
export class ExecutorHarness {
  readonly clock = new ManualClock();
  readonly scheduler = new FakeScheduler();
  /** What the dispatcher was told. */
  readonly toldDispatcher: DispatcherMessage[] = [];
  readonly actor: ExecutorActor;

  constructor({ pool = "async", slots = 4, tracer }: HarnessOptions = {}) {
    const scheduler = this.scheduler;
    const dispatcher = {
      name: "dispatcher",
      tell: (message: DispatcherMessage) => this.toldDispatcher.push(message) > 0,
    };
    this.actor = new ExecutorActor({
      pool,
      slots,
      graceMs: 1_000,
      clock: this.clock,
      tracer: tracer ?? null,
      context: {
        name: "executor-1",
        incarnation: "i-1",
        ref: <P extends Protocol>(peer: string): ActorRef<P> => {
          // The only references there are, each with a protocol of its own.
          if (peer === "scheduler") return scheduler as unknown as ActorRef<P>;
          if (peer === "dispatcher") return dispatcher as unknown as ActorRef<P>;
          throw new Error(`There is no ${peer}`);
        },
      },
    });
  }

  /** Connects the executor to the scheduler and lets it introduce itself. */
  async connect(): Promise<this> {
    this.actor.onPeer({ peer: "scheduler", state: "up", incarnation: "s-1" });
    await this.clock.settle();
    return this;
  }

  async disconnect(): Promise<void> {
    this.actor.onPeer({ peer: "scheduler", state: "down", incarnation: "s-1" });
    await this.clock.settle();
  }

  async assign(...runs: readonly Assignment[]): Promise<void> {
    this.actor.receive({ kind: "AssignRuns", runs });
    await this.clock.settle();
  }

  async abort(reason: AbortReason, ...runs: readonly RunRef[]): Promise<void> {
    this.actor.receive({ kind: "AbortRuns", runs, reason });
    await this.clock.settle();
  }

  async drain(abortAfterMs: number): Promise<void> {
    this.actor.receive({ kind: "DrainExecutor", abortAfterMs });
    await this.clock.settle();
  }
}
