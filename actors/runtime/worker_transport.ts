import { expose, type Remote, transfer, wrap } from "comlink";
import type { LaneOptions } from "./actor.ts";
import type { Batch } from "./envelope.ts";
import { type GuardedEndpoint, guardedEndpoint } from "./guarded_endpoint.ts";
import type {
  Connection,
  ConnectionEnd,
  Fault,
  Isolate,
  IsolateCommands,
  IsolateNotices,
  LaneDepths,
  LaunchOptions,
  Peer,
  StartCommand,
  StartReport,
  Transport,
} from "./transport.ts";

/** What either end of a connection exposes: this and nothing else. */
interface Receiver {
  deliver(batch: Batch): void | Promise<void>;
}

/** What a Worker exposes to its supervisor: its commands, with a port where they take a connection. */
interface WorkerCommands extends Omit<IsolateCommands, "connect"> {
  connect(peer: Peer, port: MessagePort): void;
}

const COMMANDS: readonly (keyof WorkerCommands)[] = [
  "lanes",
  "start",
  "connect",
  "disconnect",
  "ping",
  "stop",
  "injectFault",
];
const NOTICES: readonly (keyof IsolateNotices)[] = ["failed", "troubled"];

/** Isolates are Web Workers, and all that passes between two of them are Comlink calls on a port. */
export class WorkerTransport implements Transport {
  launch(options: LaunchOptions): Isolate {
    return new WorkerIsolate(options);
  }

  connect(a: ConnectionEnd, b: ConnectionEnd): void {
    const { port1, port2 } = new MessageChannel();
    workerOf(a).attach(a.peer, port1);
    workerOf(b).attach(b.peer, port2);
  }

  connectHere(end: ConnectionEnd): Connection {
    const { port1, port2 } = new MessageChannel();
    workerOf(end).attach(end.peer, port1);
    return new PortConnection(port2);
  }
}

/**
 * Called in a Worker, at load: serves the supervisor. Commands come on a port of their own, because
 * whatever else runs in the isolate can listen to, and write to, the Worker's global scope.
 */
export function serveWorker(host: (notices: IsolateNotices) => IsolateCommands): void {
  self.addEventListener("message", (event) => {
    event.stopImmediatePropagation();
    const port = event instanceof MessageEvent ? event.ports[0] : undefined;
    if (port === undefined) throw new TypeError("The first message has to carry the control port");
    const endpoint = guardedEndpoint(port, COMMANDS);
    const commands = host(noticesTo(wrap<IsolateNotices>(endpoint)));
    const exposed: WorkerCommands = {
      lanes: () => commands.lanes(),
      start: (command) => commands.start(command),
      connect: (peer, peerPort) => commands.connect(peer, new PortConnection(peerPort)),
      disconnect: (peer, gone) => commands.disconnect(peer, gone),
      ping: () => commands.ping(),
      stop: () => commands.stop(),
      injectFault: (fault) => commands.injectFault(fault),
    };
    expose(exposed, endpoint);
  }, { once: true });
}

/** A Worker as its supervisor holds it. */
class WorkerIsolate implements Isolate {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #commands: Remote<WorkerCommands>;
  #terminated = false;

  constructor({ name, entry, permissions, notices }: LaunchOptions) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(entry, { type: "module", name, deno: { permissions } });
    this.#worker.addEventListener("error", (event) => {
      // Without this the failure of one Worker would end the process.
      event.preventDefault();
      this.#notify(() => notices.failed(thrownText(event.message)));
    });
    const endpoint = guardedEndpoint(port1, NOTICES);
    const exposed: IsolateNotices = {
      failed: (error) => this.#notify(() => notices.failed(error)),
      troubled: (report) => this.#notify(() => notices.troubled(report)),
    };
    expose(exposed, endpoint);
    this.#commands = wrap<WorkerCommands>(endpoint);
    this.#worker.postMessage(null, [port2]);
  }

  /** Hands one end of a connection to the Worker. */
  attach(peer: Peer, port: MessagePort): void {
    unanswered(this.#commands.connect(peer, transfer(port, [port])));
  }

  lanes(): Promise<LaneOptions> {
    return this.#commands.lanes();
  }

  start(command: StartCommand): Promise<StartReport> {
    return this.#commands.start(command);
  }

  disconnect(peer: string, gone: boolean): void {
    unanswered(this.#commands.disconnect(peer, gone));
  }

  ping(): Promise<LaneDepths> {
    return this.#commands.ping();
  }

  stop(): Promise<void> {
    return this.#commands.stop();
  }

  injectFault(fault: Fault): void {
    unanswered(this.#commands.injectFault(fault));
  }

  terminate(): void {
    if (this.#terminated) return;
    this.#terminated = true;
    this.#worker.terminate();
    this.#port.close();
  }

  #notify(notice: () => void): void {
    if (!this.#terminated) notice();
  }
}

/** One end of a `MessageChannel`. */
class PortConnection implements Connection {
  readonly #endpoint: GuardedEndpoint;
  /** Kept, because each access to a Comlink proxy's property makes another proxy. */
  readonly #deliver: (batch: Batch) => Promise<void>;

  constructor(port: MessagePort) {
    this.#endpoint = guardedEndpoint(port, ["deliver"]);
    this.#deliver = wrap<Receiver>(this.#endpoint).deliver;
  }

  send(batch: Batch): Promise<void> {
    return this.#deliver(batch);
  }

  listen(deliver: (batch: Batch) => void | Promise<void>): void {
    const receiver: Receiver = { deliver };
    expose(receiver, this.#endpoint);
  }

  close(): void {
    this.#endpoint.close();
  }
}

/** The notices of a Worker to its supervisor, which need no answer. */
function noticesTo(remote: Remote<IsolateNotices>): IsolateNotices {
  return {
    failed: (error) => unanswered(remote.failed(error)),
    troubled: (report) => unanswered(remote.troubled(report)),
  };
}

/**
 * Lets a call go without waiting for its answer: a dead Worker gives none, and a live one answers
 * with `undefined`. What such calls carry is plain data, so that encoding them can't fail.
 */
function unanswered(call: Promise<unknown>): void {
  void call;
}

/** What was thrown, without the runtime's words about how. */
function thrownText(message: string): string {
  return message.replace(/^Uncaught (\(in promise\) )?/, "");
}

function workerOf({ isolate }: ConnectionEnd): WorkerIsolate {
  if (!(isolate instanceof WorkerIsolate)) throw new TypeError("Only Workers can be connected");
  return isolate;
}
