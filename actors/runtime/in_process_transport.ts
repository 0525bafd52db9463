import type { ActorEntry } from "./actor.ts";
import { ActorHost } from "./actor_host.ts";
import type { Batch } from "./envelope.ts";
import type {
  Connection,
  ConnectionEnd,
  Fault,
  Isolate,
  IsolateCommands,
  LaneDepths,
  LaunchOptions,
  Peer,
  StartCommand,
  StartReport,
  Transport,
} from "./transport.ts";

/** An actor that can be started here. Whoever starts it knows what its data is. */
// deno-lint-ignore no-explicit-any -- entries of different protocols and data stand side by side
export type InProcessEntry = ActorEntry<any, any>;
/** What is to be run for the URL of an entry module. */
export type InProcessEntries = ReadonlyMap<string, InProcessEntry>;

export interface InProcessTransportOptions {
  readonly entries: InProcessEntries;
  /** Hears of everything that passes between two actors. */
  readonly onActivity: () => void;
}

/**
 * Runs actors in this very isolate, for tests: they share it with the code under test, nothing protects one
 * from the other, and none of them can be ended while it is busy. What passes between them is copied, as
 * between isolates.
 */
export class InProcessTransport implements Transport {
  readonly #options: InProcessTransportOptions;

  constructor(options: InProcessTransportOptions) {
    this.#options = options;
  }

  launch({ entry, notices }: LaunchOptions): Isolate {
    const known = this.#options.entries.get(entry.href);
    if (known === undefined) throw new Error(`There is no entry for ${entry.href} in this process`);
    return new InProcessIsolate(
      new ActorHost({
        ...known,
        notices: {
          failed: (error) => notices.failed(error),
          troubled: (report) => notices.troubled(report),
        },
      }),
    );
  }

  connect(a: ConnectionEnd, b: ConnectionEnd): void {
    const [first, second] = connectionPair(this.#options.onActivity);
    hostOf(a).attach(a.peer, first);
    hostOf(b).attach(b.peer, second);
  }

  connectHere(end: ConnectionEnd): Connection {
    const [first, second] = connectionPair(this.#options.onActivity);
    hostOf(end).attach(end.peer, first);
    return second;
  }
}

/** An actor of this isolate as the supervisor holds it. */
class InProcessIsolate implements Isolate {
  readonly #host: IsolateCommands;
  readonly #connections: Connection[] = [];
  #terminated = false;

  constructor(host: IsolateCommands) {
    this.#host = host;
  }

  attach(peer: Peer, connection: Connection): void {
    this.#connections.push(connection);
    this.#host.connect(peer, connection);
  }

  lanes() {
    return Promise.resolve(this.#host.lanes());
  }

  start(command: StartCommand): Promise<StartReport> {
    return this.#host.start(structuredClone(command));
  }

  disconnect(peer: string, gone: boolean): void {
    if (!this.#terminated) this.#host.disconnect(peer, gone);
  }

  ping(): Promise<LaneDepths> {
    return Promise.resolve(this.#host.ping());
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  injectFault(fault: Fault): void {
    this.#host.injectFault(fault);
  }

  /** Nothing that it still sends arrives. */
  terminate(): void {
    this.#terminated = true;
    for (const connection of this.#connections) connection.close();
  }
}

/** Two ends of one connection. */
function connectionPair(onActivity: () => void): readonly [Connection, Connection] {
  const first = new InProcessConnection(onActivity);
  const second = new InProcessConnection(onActivity);
  first.other = second;
  second.other = first;
  return [first, second];
}

/** One end. What arrives before it listens waits; once closed, what is sent is never acknowledged. */
class InProcessConnection implements Connection {
  other: InProcessConnection | null = null;
  readonly #onActivity: () => void;
  #deliver: ((batch: Batch) => void | Promise<void>) | null = null;
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(onActivity: () => void) {
    this.#onActivity = onActivity;
  }

  send(batch: Batch): Promise<void> {
    // Copied at once: what can't be is the sender's to hear of, and what changes later stays as it was.
    const copy = structuredClone(batch);
    const { other } = this;
    return new Promise((resolve, reject) => {
      queueMicrotask(() => {
        this.#onActivity();
        other?.take(copy).then(() => {
          this.#onActivity();
          if (!this.#closed) resolve();
        }, reject);
      });
    });
  }

  listen(deliver: (batch: Batch) => void | Promise<void>): void {
    this.#deliver = deliver;
    for (const begin of this.#waiting.splice(0)) begin();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  async take(batch: Batch): Promise<void> {
    if (this.#deliver === null && !this.#closed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#closed || this.#deliver === null) await NEVER;
    await this.#deliver?.(batch);
  }
}

const NEVER = new Promise<void>(() => {});

function hostOf({ isolate }: ConnectionEnd): InProcessIsolate {
  if (!(isolate instanceof InProcessIsolate)) {
    throw new TypeError("Only actors of this process can be connected");
  }
  return isolate;
}
