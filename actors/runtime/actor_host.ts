import type { ActorContext, ActorFactory, LaneOptions, Protocol } from "./actor.ts";
import { ActorCell } from "./actor_cell.ts";
import { errorMessage, errorText } from "./error_text.ts";
import type {
  Connection,
  Fault,
  IsolateCommands,
  IsolateNotices,
  LaneDepths,
  Peer,
  StartCommand,
  StartReport,
} from "./transport.ts";

// Taken before an actor that runs others' code may forbid it to them.
const closeIsolate = globalThis.close.bind(globalThis);

export interface ActorHostOptions<P extends Protocol, Init> {
  readonly factory: ActorFactory<P, Init>;
  readonly lanes: LaneOptions;
  readonly notices: IsolateNotices;
}

/** Carries out in an isolate what the supervisor commands: the one incarnation that lives there. */
export class ActorHost<P extends Protocol, Init> implements IsolateCommands {
  readonly #factory: ActorFactory<P, Init>;
  readonly #lanes: LaneOptions;
  readonly #notices: IsolateNotices;
  readonly #cell: ActorCell;
  #stopBehaviour: (() => Promise<void> | void) | null = null;

  constructor({ factory, lanes, notices }: ActorHostOptions<P, Init>) {
    this.#factory = factory;
    this.#lanes = lanes;
    this.#notices = notices;
    this.#cell = new ActorCell({ lanes, onTrouble: (report) => notices.troubled(report) });
  }

  lanes(): LaneOptions {
    return this.#lanes;
  }

  async start(command: StartCommand): Promise<StartReport> {
    for (const peer of command.links) this.#cell.allow(peer);
    try {
      // The child spec's `init` and the entry's factory belong together; data has no type on its way.
      const init = command.init as Init;
      const { behaviour, ready } = await this.#factory(init, this.#context(command));
      this.#stopBehaviour = () => behaviour.stop?.();
      this.#cell.open(behaviour);
      return { ok: true, ready };
    } catch (error) {
      return { ok: false, message: errorMessage(error), stack: errorText(error) };
    }
  }

  connect(peer: Peer, connection: Connection): void {
    this.#cell.connect(peer, connection);
  }

  disconnect(peer: string, gone: boolean): void {
    this.#cell.disconnect(peer, gone);
  }

  ping(): LaneDepths {
    return this.#cell.depths();
  }

  async stop(): Promise<void> {
    const stop = this.#stopBehaviour;
    this.#stopBehaviour = null;
    await stop?.();
  }

  injectFault(fault: Fault): void {
    // Outside of the call that brings the command, as a real failure would be.
    setTimeout(() => commitFault(fault), 0);
  }

  #context({ name, incarnation }: StartCommand): ActorContext {
    return {
      name,
      incarnation,
      ref: (peer) => this.#cell.ref(peer),
      peers: () => this.#cell.peers(),
      fail: (error) => {
        this.#cell.close();
        this.#notices.failed(errorText(error));
      },
    };
  }
}

/** Longer than anybody waits for a sign of life. */
const BLOCK_MS = 9_000;

/**
 * Answers nothing for a long while, without using the processor. Not for ever: a terminated Worker of
 * Deno 2.9 ends at the next turn of its event loop only, and holds its sockets and files until then.
 */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS);
}

function commitFault(fault: Fault): void {
  switch (fault) {
    case "throw":
      throw new Error("Fault injected: throw");
    case "block":
      return block();
    case "close":
      return closeIsolate();
    default:
      fault satisfies never;
  }
}
