import {
  type ActorInfo,
  type ActorRef,
  type Behaviour,
  type ChildSpec,
  DEFAULT_RESTART_POLICY,
  type LaneOptions,
  type Protocol,
  type RestartPolicy,
  type SystemEvent,
} from "./actor.ts";
import { ActorCell } from "./actor_cell.ts";
import type { Child } from "./child.ts";
import { DEFAULT_LANES } from "./lanes.ts";
import { startOrder } from "./start_order.ts";
import { stopOrder } from "./stop_order.ts";
import { SUPERVISOR } from "./supervisor_name.ts";
import { Supervision } from "./supervision.ts";
import type { Fault, Transport, TroubleReport } from "./transport.ts";
import { Wiring } from "./wiring.ts";
import { WorkerTransport } from "./worker_transport.ts";

export interface ActorSystemOptions {
  /** `DEFAULT_RESTART_POLICY` when absent. */
  readonly restartPolicy?: RestartPolicy;
  /** Web Workers when absent. */
  readonly transport?: Transport;
  /** Hears of every change; called synchronously. */
  readonly onEvent: (event: SystemEvent) => void;
}

export interface TerminateOptions {
  /** Only this one; the present one when absent. */
  readonly incarnation?: string;
  readonly reason: string;
  /** Whether a new incarnation follows. It comes at once and does not count as a failure. */
  readonly restart: boolean;
}

export interface StopOptions {
  /** Names, or beginnings of names, that stop first, in this order. */
  readonly order?: readonly string[];
  /** For all together, in ms. Who has not stopped by then is terminated. */
  readonly deadlineMs: number;
}

/**
 * Starts actors in isolates of their own, connects those that are linked, watches and restarts
 * them, and stops them in order. The isolate that makes it is an actor too: the supervisor.
 */
export class ActorSystem {
  readonly #children = new Map<string, Child>();
  readonly #onEvent: (event: SystemEvent) => void;
  readonly #transport: Transport;
  readonly #policy: RestartPolicy;
  #behaviour: Behaviour<Protocol> = { receive: refuseAll };
  #lanes: LaneOptions = DEFAULT_LANES;
  #inner: { readonly cell: ActorCell; readonly supervision: Supervision } | null = null;
  #stopped: Promise<void> | null = null;

  constructor({ restartPolicy, transport, onEvent }: ActorSystemOptions) {
    this.#policy = restartPolicy ?? DEFAULT_RESTART_POLICY;
    this.#transport = transport ?? new WorkerTransport();
    this.#onEvent = onEvent;
  }

  /**
   * Gives the supervisor its behaviour. `stop` of it is not called.
   *
   * @throws {Error} After the first start, or the first reference.
   */
  serve<P extends Protocol>(behaviour: Behaviour<P>, lanes: LaneOptions): void {
    if (this.#inner !== null) throw new Error("Cannot serve: the system is in use already");
    this.#behaviour = behaviour;
    this.#lanes = lanes;
  }

  /**
   * Starts actors: isolates load in parallel, factories run in `startAfter` order.
   *
   * @throws {Error} With the failure's own text when one can't be started; all are stopped then.
   */
  async start(specs: readonly ChildSpec[]): Promise<void> {
    const children = this.#launch(specs);
    const { supervision } = this.#open();
    try {
      await Promise.all(children.map((child) => supervision.establish(child)));
    } catch (error) {
      const deadlineMs = Math.max(0, ...specs.map((spec) => spec.stopMs));
      await this.stop({ deadlineMs });
      throw error;
    }
  }

  /**
   * Adds an actor to a running system and resolves with what it tells on being ready.
   *
   * @throws {Error} With the failure's own text when it can't be started; the rest goes on.
   */
  async spawn(spec: ChildSpec): Promise<unknown> {
    for (const child of this.#launch([spec])) await this.#open().supervision.establish(child);
    return this.readyData(spec.name);
  }

  /** What the actor's present or latest incarnation told on being ready. */
  readyData(name: string): unknown {
    return this.#children.get(name)?.readyData;
  }

  /**
   * Ends an actor at once, whatever it does. Resolves to false when that incarnation is gone
   * already.
   */
  terminate(name: string, options: TerminateOptions): Promise<boolean> {
    const { incarnation, reason, restart } = options;
    const child = this.#children.get(name);
    if (child === undefined || (incarnation !== undefined && child.life?.id !== incarnation)) {
      return Promise.resolve(false);
    }
    const death = { cause: "terminated", error: reason, restart } as const;
    return Promise.resolve(this.#open().supervision.terminate(child, death));
  }

  /** A reference to an actor, started already or not. */
  ref<P extends Protocol>(name: string): ActorRef<P> {
    const { cell } = this.#open();
    cell.allow(name);
    return cell.ref<P>(name);
  }

  /** What there is to see of every actor, in the order of their start. */
  info(): readonly ActorInfo[] {
    return [...this.#children.values()].map((child) => child.info());
  }

  /** Makes an actor fail on purpose; false when it is not there. */
  injectFault(name: string, fault: Fault): boolean {
    const life = this.#children.get(name)?.life;
    life?.isolate.injectFault(fault);
    return life !== null && life !== undefined;
  }

  /** Stops all actors, each with its spec's time. Idempotent: later calls await the first. */
  stop(options: StopOptions): Promise<void> {
    this.#stopped ??= this.#stop(options);
    return this.#stopped;
  }

  async #stop({ order = [], deadlineMs }: StopOptions): Promise<void> {
    const { supervision, cell } = this.#open();
    supervision.stopRestarts();
    const deadline = performance.now() + deadlineMs;
    for (const step of stopOrder([...this.#children.keys()], order)) {
      await Promise.all(step.map((name) => this.#stopChild(name, deadline)));
    }
    cell.close();
  }

  async #stopChild(name: string, deadline: number): Promise<void> {
    const child = this.#children.get(name);
    if (!child?.life) return;
    child.state = "stopping";
    await child.life.stop(Math.max(0, deadline - performance.now()));
  }

  #launch(specs: readonly ChildSpec[]): readonly Child[] {
    if (this.#stopped !== null) throw new Error("Cannot start actors: the system is stopped");
    const names = new Set<string>([SUPERVISOR]);
    for (const [name, child] of this.#children) if (!child.gone) names.add(name);
    const ordered = startOrder(specs, names);
    for (const { name } of specs) {
      if (names.has(name)) throw new Error(`Cannot start actor "${name}": there is one already`);
      names.add(name);
    }
    const { supervision } = this.#open();
    return ordered.map((spec) => supervision.launch(spec));
  }

  /** Makes what the system consists of, at the first use. */
  #open(): { readonly cell: ActorCell; readonly supervision: Supervision } {
    if (this.#inner !== null) return this.#inner;
    const children = this.#children;
    const lanes = this.#lanes;
    const cell = new ActorCell({ lanes, onTrouble: (report) => this.#onTrouble(report) });
    cell.open(this.#behaviour);
    const transport = this.#transport;
    const self = { name: SUPERVISOR, incarnation: crypto.randomUUID(), lanes };
    const wiring = new Wiring({ transport, children, cell, self });
    const supervision = new Supervision({
      children,
      wiring,
      transport,
      policy: this.#policy,
      emit: this.#onEvent,
    });
    this.#inner = { cell, supervision };
    return this.#inner;
  }

  #onTrouble({ dropped, failures }: TroubleReport): void {
    for (const { lane, count } of dropped) {
      this.#onEvent({ kind: "MessagesDropped", actor: SUPERVISOR, lane, count });
    }
    if (failures === null) return;
    const { last: error, count } = failures;
    this.#onEvent({ kind: "ReceiveFailed", actor: SUPERVISOR, error, count });
  }
}

function refuseAll(message: { readonly kind: string }): never {
  throw new Error(`The supervisor takes no "${message.kind}"`);
}
