import type { ChildSpec, DeathCause, LaneOptions } from "./actor.ts";
import { errorMessage } from "./error_text.ts";
import { Liveness } from "./liveness.ts";
import type { Isolate, LaneDepths, Peer, Transport, TroubleReport } from "./transport.ts";

/** How an incarnation ended. */
export interface Death {
  readonly cause: DeathCause;
  readonly error: string;
}

export interface IncarnationOptions {
  readonly spec: ChildSpec;
  readonly transport: Transport;
  readonly onDeath: (death: Death) => void;
  readonly onTrouble: (report: TroubleReport) => void;
}

/** One life of an actor, from the launch of its isolate to its termination. */
export class Incarnation {
  readonly id: string = crypto.randomUUID();
  readonly isolate: Isolate;
  readonly #spec: ChildSpec;
  readonly #onDeath: (death: Death) => void;
  readonly #ended = Promise.withResolvers<Death>();
  #liveness: Liveness | null = null;
  #lanes: LaneOptions | null = null;
  #depths: LaneDepths = {};
  #dead = false;

  constructor({ spec, transport, onDeath, onTrouble }: IncarnationOptions) {
    this.#spec = spec;
    this.#onDeath = onDeath;
    this.isolate = transport.launch({
      name: spec.name,
      entry: spec.entry,
      permissions: spec.permissions,
      notices: {
        failed: (error) => this.end({ cause: "error", error }),
        troubled: onTrouble,
      },
    });
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Messages in each lane at the last ping. */
  get depths(): LaneDepths {
    return this.#depths;
  }

  /** What others get to know of it; null until it is loaded. */
  get peer(): Peer | null {
    if (this.#lanes === null) return null;
    return { name: this.#spec.name, incarnation: this.id, lanes: this.#lanes };
  }

  /** Resolves when its module is loaded; rejects when it dies before or takes too long. */
  async load(): Promise<void> {
    const lanes = await this.#before(this.isolate.lanes(), this.#spec.startMs, "load");
    this.#lanes = lanes;
  }

  /** Runs its factory, which may reach `links`; resolves with what that tells, and watches it from then on. */
  async start(links: readonly string[]): Promise<unknown> {
    const { name, init, startMs, ping } = this.#spec;
    const command = { name, incarnation: this.id, links, init: init() };
    const report = await this.#before(this.isolate.start(command), startMs, "start");
    if (!report.ok) throw new Error(report.message);
    if (ping !== null) this.#watch(ping);
    return report.ready;
  }

  /** Lets it end its work, for as long as its spec and `deadlineMs` allow, then ends it. */
  async stop(deadlineMs: number): Promise<void> {
    const stopMs = Math.min(this.#spec.stopMs, deadlineMs);
    try {
      await this.#before(this.isolate.stop(), stopMs, "stop");
      this.end({ cause: "terminated", error: "" });
    } catch (error) {
      this.end({ cause: "terminated", error: errorMessage(error) });
    }
  }

  /** Terminates it at once; false when it was dead already. */
  end(death: Death): boolean {
    if (this.#dead) return false;
    this.#dead = true;
    this.#liveness?.stop();
    this.isolate.terminate();
    this.#ended.resolve(death);
    this.#onDeath(death);
    return true;
  }

  /** What `step` resolves to, unless the actor dies before it does, or `limitMs` pass. */
  async #before<T>(step: Promise<T>, limitMs: number, verb: string): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const text = `Actor "${this.#spec.name}" did not ${verb} in ${limitMs} ms`;
    const timer = setTimeout(() => reject(new Error(text)), limitMs);
    const died = this.#ended.promise.then(({ error }) => {
      throw new Error(error === "" ? `Actor "${this.#spec.name}" was stopped` : error);
    });
    try {
      return await Promise.race([step, late, died]);
    } finally {
      clearTimeout(timer);
    }
  }

  #watch({ intervalMs, timeoutMs }: { readonly intervalMs: number; readonly timeoutMs: number }) {
    this.#liveness = new Liveness({
      intervalMs,
      timeoutMs,
      ping: () => this.isolate.ping(),
      onAnswer: (depths) => this.#depths = depths,
      onSilent: () => this.end({ cause: "unresponsive", error: `No answer in ${timeoutMs} ms` }),
    });
  }
}
