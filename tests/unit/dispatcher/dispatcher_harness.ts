import { setImmediate } from "node:timers";
import { Dispatcher } from "../../../actors/dispatcher/dispatcher_actor.ts";
import { STALL_MS } from "../../../actors/dispatcher/stalled_work.ts";
import type {
  Assignment,
  ClaimedRuns,
  JoinedRun,
  RunOutcome,
  RunRef,
} from "../../../actors/protocol.ts";
import { ManualTimer } from "../../support/manual_timer.ts";
import type { ActorRef, AskFailureCode, AskResult, Protocol } from "../../../actors/runtime/mod.ts";

/** A message as it was sent. */
export interface Sent {
  readonly to: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

type Answer = (message: Sent) => unknown;

/** An answer that is none, and why. */
export class NoReply {
  readonly code: AskFailureCode;

  constructor(code: AskFailureCode) {
    this.code = code;
  }
}

const TIMEOUT = new NoReply("timeout");

/** A dispatcher among peers of straw: what it sends is kept, and answered as the test wants. */
export class DispatcherHarness implements AsyncDisposable {
  readonly sent: Sent[] = [];
  /** How much time has passed, and where the wall clock was set beside that. */
  now = 1_000_000;
  clockSetByMs = 0;
  /** Ready tasks by queue and pool, handed out by claims. */
  readonly ready = new Map<string, Assignment[]>();
  /**
   * Answers by kind, or promises of them, where other than null; `undefined` is no answer before the
   * deadline, `NoReply` none for another reason.
   */
  readonly answers = new Map<string, Answer>([
    ["GetDispatchState", () => ({ queues: [], ready: [] })],
    ["ClaimRuns", (message) => this.#claim(message)],
    ["EnsurePool", () => ({ ok: true, value: null })],
  ]);
  readonly dispatcher: Dispatcher;
  /** That of the watch for stalled work. */
  readonly timer = new ManualTimer();

  constructor({ graceMs = 1_000 }: { readonly graceMs?: number } = {}) {
    this.dispatcher = new Dispatcher({
      graceMs,
      now: () => this.now + this.clockSetByMs,
      monotonic: () => this.now,
      startTimer: this.timer.start,
      context: {
        name: "dispatcher",
        incarnation: "d-1",
        peers: () => [],
        fail: (error) => {
          throw error;
        },
        // The only references there are; each stands for any protocol.
        ref: <P extends Protocol>(peer: string) => this.#refTo(peer) as unknown as ActorRef<P>,
      },
    });
  }

  async start(): Promise<this> {
    await this.dispatcher.start();
    return this;
  }

  /** Lets an executor join, with runs that it `held` before. */
  async join(
    executor: string,
    pool: string,
    slots: number,
    held: readonly RunRef[] = [],
  ): Promise<void> {
    const joined = {
      executor,
      incarnation: `i-${executor}`,
      pool,
      slots,
      held: held.map((ref) => joinedRun(ref)),
    };
    this.dispatcher.receive({ kind: "ExecutorJoined", executor: joined });
    await this.settle();
  }

  /** Makes tasks ready and says so. */
  async hint(pool: string, ...runs: readonly Assignment[]): Promise<void> {
    this.ready.set(pool, [...this.ready.get(pool) ?? [], ...runs]);
    this.dispatcher.receive({ kind: "WorkBecameReady", work: [{ queue: "default", pool }] });
    await this.settle();
  }

  async end(executor: string, runs: readonly RunRef[], meanRunMs = 1): Promise<void> {
    this.dispatcher.receive({ kind: "RunsEnded", executor, runs, meanRunMs });
    await this.settle();
  }

  async die(executor: string): Promise<void> {
    const incarnation = `i-${executor}`;
    this.dispatcher.onPeer({ peer: executor, state: "down", incarnation });
    await this.settle();
  }

  /** Lets so much time pass that the dispatcher has looked for stalled work. */
  async passStall(): Promise<void> {
    this.now += STALL_MS;
    this.timer.pass(STALL_MS);
    await this.settle();
  }

  /** What was sent of `kind`. */
  of(kind: string): readonly Sent[] {
    return this.sent.filter((message) => message.kind === kind);
  }

  /** Numbers of the tasks that an executor was given. */
  assigned(executor: string): readonly number[] {
    return this.of("AssignRuns").filter(({ to }) => to === executor)
      .flatMap(({ runs }) => runs as readonly RunRef[]).map(({ num }) => num);
  }

  /** The outcomes that the dispatcher itself reported or judged. */
  outcomes(): readonly RunOutcome[] {
    return this.sent.flatMap((message) =>
      (message["outcomes"] ?? message["verdicts"] ?? []) as readonly RunOutcome[]
    );
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.dispatcher.stop();
    return this.settle();
  }

  #refTo(name: string) {
    return {
      name,
      tell: (message: Sent) => this.sent.push({ ...message, to: name }) > 0,
      ask: async (message: Sent): Promise<AskResult<unknown>> => {
        this.sent.push({ ...message, to: name });
        const answer = this.answers.get(message.kind);
        const value = answer === undefined ? null : await answer({ ...message, to: name });
        const reply = value === undefined ? TIMEOUT : value;
        if (!(reply instanceof NoReply)) return { ok: true, value };
        return { ok: false, error: { code: reply.code, message: reply.code } };
      },
    };
  }

  /** Deals as the scheduler does: each run to the executor that can take the most. */
  #claim({ executors, requests }: Sent): readonly ClaimedRuns[] {
    const hands = (executors as { executor: string; pool: string; credits: number }[])
      .map((hand) => ({ ...hand }));
    return (requests as { pool: string; max: number }[]).map(({ pool, max }) => {
      const waiting = this.ready.get(pool) ?? [];
      const runs = waiting.splice(0, max).map((assignment) => {
        const [hand] = hands.filter((one) => one.pool === pool)
          .sort((a, b) => b.credits - a.credits);
        if (hand === undefined) throw new Error("A claim for no executor");
        hand.credits--;
        return { executor: hand.executor, assignment };
      });
      return { runs, drained: waiting.length === 0 };
    });
  }
}

/** A run of task `t-<num>` that began at 0. */
function joinedRun({ num, run }: RunRef): JoinedRun {
  return { num, run, id: `t-${num}`, method: "noop", startedAt: 0 };
}
