/**
 * One simulated process of dtask: the real scheduler over a real database, the real dispatcher and
 * the real executors, on simulated time, with a supervisor of straw that restarts what dies.
 */
import type { MethodDefinition } from "../../actors/domain/task.ts";
import type { RetentionPolicy } from "../../actors/domain/retention.ts";
import { Dispatcher } from "../../actors/dispatcher/dispatcher_actor.ts";
import { DISPATCHER } from "../../actors/dispatcher/entry.ts";
import type { Clock } from "../../actors/executor/clock.ts";
import { ExecutorActor } from "../../actors/executor/executor_actor.ts";
import type {
  DispatcherProtocol,
  ExecutorProtocol,
  SchedulerMessage,
  SchedulerProtocol,
  SupervisorMessage,
} from "../../actors/protocol.ts";
import { READER } from "../../actors/reader/entry.ts";
import type { Behaviour, Protocol } from "../../actors/runtime/mod.ts";
import { SCHEDULER } from "../../actors/scheduler/entry.ts";
import { Scheduler } from "../../actors/scheduler/scheduler_actor.ts";
import { StoreFullError, StoreUnavailableError } from "../../actors/storage/port.ts";
import { openSqliteStore } from "../../actors/storage/sqlite/mod.ts";
import { FaultyStore, type Held, type StoreFault } from "./faulty_store.ts";
import { Network } from "./network.ts";
import { SimFrontEnd } from "./sim_front_end.ts";
import { SimReader } from "./sim_reader.ts";
import type { ExecutorsUp } from "./starvation.ts";
import type { VirtualTime } from "./virtual_time.ts";

export interface SimProcessOptions {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly dataDir: string;
  readonly definitions: readonly MethodDefinition[];
  readonly retention: RetentionPolicy;
  /** Counts the starts, so that incarnations differ. */
  readonly start: number;
  readonly takeFault: () => StoreFault | null;
  readonly held: () => Held | null;
  readonly onCommitted: () => void;
  /** The process has ended, by a fault or because it gave up. */
  readonly onExit: (why: string) => void;
  /** What must not happen happened. */
  readonly onBug: (what: string) => void;
  readonly tap: (from: string, to: string, message: Protocol["message"]) => void;
}

const GRACE_MS = 1_000;
const RESTART_MS = 50;
/** No message is on its way for longer. */
export const LATENCY_MS = 3;
const ASYNC_SLOTS = 4;
const EXECUTORS = { "executor-1": "async", "executor-2": "async", "executor-3": "blocking" };

/** A process from its start to its end. */
export class SimProcess {
  readonly #options: SimProcessOptions;
  readonly #network: Network;
  /** Executors by name, with the pool that they serve. */
  readonly #pools = new Map<string, string>(Object.entries(EXECUTORS));
  readonly #incarnations = new Map<string, string>();
  readonly #end = Promise.withResolvers<null>();
  /** The way in for users. */
  readonly frontEnd: SimFrontEnd;
  readonly #reader: SimReader;
  #generation = 0;
  /** The generation of scheduler and dispatcher that is there, or starts. */
  #core: string | null = null;
  #ended = false;
  #store: FaultyStore | null = null;

  constructor(options: SimProcessOptions) {
    const { time, random, onBug, tap } = options;
    this.#options = options;
    this.#network = new Network({
      time,
      latency: () => random() * LATENCY_MS,
      lanes: { scheduler: SCHEDULER.lanes, dispatcher: DISPATCHER.lanes, reader: READER.lanes },
      tap,
      onThrow: (actor, error) => {
        // A commit that fails is told to callers; anything else that throws is a bug.
        if (!isStoreTrouble(error)) onBug(`${actor} threw: ${stackOf(error)}`);
      },
    });
    this.#reader = new SimReader(options.dataDir);
    const context = this.#network.context("http", "http", () => {});
    this.frontEnd = new SimFrontEnd({ context, end: this.#end.promise, onBug });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Starts all actors. Resolves when the scheduler is ready, or the process has ended. */
  async boot(): Promise<void> {
    this.#network.up("supervisor", "supervisor", this.#supervisor());
    this.#network.up("http", "http", this.frontEnd);
    this.#network.up("reader", "reader", this.#reader);
    for (const name of this.#pools.keys()) this.#startExecutor(name);
    await this.#startCore();
  }

  /** The executors that are there; none while there is no scheduler or dispatcher for them. */
  get executorsUp(): ExecutorsUp {
    const isWhole = this.#network.isUp("scheduler") && this.#network.isUp("dispatcher");
    const names = isWhole ? [...this.#pools].filter(([name]) => this.#network.isUp(name)) : [];
    return new Map(names.map(([name, pool]) => [name, { pool, slots: slotsOf(pool) }]));
  }

  /** Kills the process at once: nothing is told, nothing is written. */
  kill(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#end.resolve(null);
    this.#store?.cut();
    this.#network.cut();
    this.#options.time.clearProcessTimers();
    this.#options.onExit(why);
  }

  /** Stops in order: takes nothing new, lets code run on for a while, and ends. */
  async drain(deadlineMs: number): Promise<void> {
    if (this.#ended || !this.#network.isUp("scheduler")) return;
    const context = this.#network.context("supervisor", "supervisor", () => {});
    const ask = { deadlineMs: deadlineMs + 10 * GRACE_MS };
    const first = context.ref<SchedulerProtocol>("scheduler").ask({ kind: "Drain" }, ask);
    await Promise.race([first, this.#end.promise]);
    const drained = context.ref<DispatcherProtocol>("dispatcher")
      .ask({ kind: "DrainRuns", deadlineMs }, ask);
    await Promise.race([drained, this.#end.promise]);
    this.#options.time.stir();
    this.kill("drained");
  }

  /** Closes the database; after `kill` and before the next start. */
  async closeStore(): Promise<void> {
    await this.#reader.close();
    await this.#closeWriter();
  }

  /** Kills scheduler and dispatcher, which restart together. */
  killCore(): void {
    if (this.#ended || !this.#network.isUp("scheduler")) return;
    this.#store?.cut();
    // One of them may still be starting.
    for (const actor of ["s", "d"]) this.#network.bury(`${actor}-${this.#core}`);
    this.#core = null;
    this.#network.down("dispatcher");
    this.#network.down("scheduler");
    this.#restartLater("core");
  }

  /** Kills one executor with all that runs in it. */
  killExecutor(index: number): void {
    const up = [...this.#pools.keys()].filter((name) => this.#network.isUp(name));
    const name = up[index % Math.max(1, up.length)];
    if (name !== undefined) this.#endExecutor(name);
  }

  /** Sends a message that its alleged sender never sent. */
  inject(from: string, message: SchedulerMessage): void {
    this.#network.inject(from, "scheduler", message);
  }

  async #startCore(): Promise<void> {
    const { time, random, dataDir, definitions, takeFault, held, onCommitted } = this.#options;
    const generation = `${this.#options.start}.${++this.#generation}`;
    this.#core = generation;
    const isDead = () => this.#ended || this.#core !== generation;
    const fail = (error: unknown) => this.#options.onBug(`an actor gave up: ${stackOf(error)}`);
    try {
      await this.#closeWriter();
      const now = () => time.now();
      const store = await openSqliteStore({ dataDir, locked: true, now });
      if (isDead()) return await store.close();
      const crash = () => this.kill("a crash in a commit");
      this.#store = new FaultyStore({ store, takeFault, held, crash, onCommitted });
      const scheduler = await Scheduler.start({
        init: {
          node: `n-${this.#options.start}`,
          dataDir,
          definitions,
          allowTaskPermissions: false,
          resultCacheBytes: 1 << 12,
          retention: this.#options.retention,
          aliveExecutors: [...this.#incarnations.values()],
          subscribers: ["http"],
        },
        context: this.#network.context("scheduler", `s-${generation}`, fail),
        store: this.#store,
        random,
      });
      if (isDead()) return;
      this.#network.up("scheduler", `s-${generation}`, scheduler as Behaviour<Protocol>);
      const context = this.#network.context("dispatcher", `d-${generation}`, fail);
      const dispatcher = new Dispatcher({ context, now, graceMs: GRACE_MS });
      await dispatcher.start();
      if (isDead()) return dispatcher.stop();
      this.#network.up("dispatcher", `d-${generation}`, dispatcher as Behaviour<Protocol>);
    } catch (error) {
      if (isDead()) return;
      if (!isStoreTrouble(error)) this.#options.onBug(`the core did not start: ${stackOf(error)}`);
      this.#network.down("scheduler");
      this.#restartLater("core");
    }
  }

  async #closeWriter(): Promise<void> {
    this.#store?.cut();
    await this.#store?.close();
    this.#store = null;
  }

  #startExecutor(name: string): void {
    const { time } = this.#options;
    const pool = this.#pools.get(name) ?? "async";
    const incarnation = `${name}-${this.#options.start}.${++this.#generation}`;
    const clock: Clock = {
      now: () => time.now(),
      elapsed: () => time.elapsed,
      startTimer: (call, delayMs) => {
        const timer = setTimeout(call, delayMs);
        return { cancel: () => clearTimeout(timer) };
      },
      nextTurn: (call) => void setTimeout(call, 0),
    };
    const executor = new ExecutorActor({
      pool,
      slots: slotsOf(pool),
      context: this.#network.context(name, incarnation, () => {}),
      graceMs: GRACE_MS,
      tracer: null,
      clock,
    });
    this.#incarnations.set(name, incarnation);
    this.#network.up(
      name,
      incarnation,
      executor as Behaviour<Protocol> & Behaviour<ExecutorProtocol>,
    );
  }

  #endExecutor(name: string): void {
    this.#incarnations.delete(name);
    this.#network.down(name);
    this.#restartLater(name);
  }

  #restartLater(name: string): void {
    setTimeout(() => {
      if (this.#ended) return;
      if (name === "core") void this.#startCore();
      else this.#startExecutor(name);
    }, RESTART_MS);
  }

  #supervisor(): Behaviour<Protocol> {
    return { receive: (message) => this.#supervise(message as SupervisorMessage) };
  }

  #supervise(message: SupervisorMessage): unknown {
    switch (message.kind) {
      case "TerminateExecutor":
        if (this.#incarnations.get(message.executor) === message.incarnation) {
          this.#endExecutor(message.executor);
        }
        return null;
      case "EnsurePool": {
        if ([...this.#pools.values()].includes(message.pool)) return { ok: true, value: null };
        const name = `executor-${this.#pools.size + 1}`;
        this.#pools.set(name, message.pool);
        this.#startExecutor(name);
        return { ok: true, value: null };
      }
      case "StoreBroken":
        this.kill("the store broke");
        return null;
      default:
        return null;
    }
  }
}

function slotsOf(pool: string): number {
  return pool === "async" ? ASYNC_SLOTS : 1;
}

function isStoreTrouble(error: unknown): boolean {
  return error instanceof StoreFullError || error instanceof StoreUnavailableError ||
    error instanceof Error && error.message === "database is locked";
}

function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
