import type { Lane, LaneOptions } from "./actor.ts";
import type { Batch } from "./envelope.ts";

/** One end of a two-way connection between two actors. */
export interface Connection {
  /**
   * Resolves when the other end has taken the batch, and never when that end is dead. Rejects when
   * the batch can't be encoded: nothing of it was sent then.
   */
  send(batch: Batch): Promise<void>;
  /** Names who takes what arrives; called once. What it returns delays the acknowledgement. */
  listen(deliver: (batch: Batch) => void | Promise<void>): void;
  /** Nothing is delivered after it. */
  close(): void;
}

/** An incarnation of an actor as another one knows it. */
export interface Peer {
  readonly name: string;
  readonly incarnation: string;
  readonly lanes: LaneOptions;
}

/** A way in which an actor fails on purpose, so that tests can see what becomes of the rest. */
export type Fault =
  /** Throws outside a call. */
  | "throw"
  /** Blocks its isolate for ever. */
  | "block"
  /** Ends its isolate without a word. */
  | "close";

/** What a factory gets to know of its actor. */
export interface StartCommand {
  readonly name: string;
  readonly incarnation: string;
  /** Names of the actors that it may reach, there or not. */
  readonly links: readonly string[];
  readonly init: unknown;
}

/** How a factory ended. */
export type StartReport =
  | { readonly ok: true; readonly ready: unknown }
  | { readonly ok: false; readonly message: string; readonly stack: string };

/** What went wrong in an actor that lives on, since its last report. */
export interface TroubleReport {
  readonly dropped: readonly { readonly lane: Lane; readonly count: number }[];
  readonly failures: { readonly count: number; readonly last: string } | null;
}

/** Messages in each lane. */
export type LaneDepths = Readonly<Record<string, number>>;

/** What an isolate does for its supervisor. */
export interface IsolateCommands {
  /** The first answer: the module is loaded. */
  lanes(): LaneOptions;
  start(command: StartCommand): Promise<StartReport>;
  connect(peer: Peer, connection: Connection): void;
  /** The peer's incarnation is dead; `gone`: and none will follow. */
  disconnect(peer: string, gone: boolean): void;
  ping(): LaneDepths;
  stop(): Promise<void>;
  injectFault(fault: Fault): void;
}

/** What an isolate tells its supervisor by itself. */
export interface IsolateNotices {
  /** The actor can't go on and wants to be restarted. */
  failed(error: string): void;
  troubled(report: TroubleReport): void;
}

/**
 * An isolate as its supervisor holds it. Promises of a dead one never settle: whoever waits has to
 * watch its end, too.
 */
export interface Isolate {
  lanes(): Promise<LaneOptions>;
  start(command: StartCommand): Promise<StartReport>;
  disconnect(peer: string, gone: boolean): void;
  ping(): Promise<LaneDepths>;
  stop(): Promise<void>;
  injectFault(fault: Fault): void;
  /**
   * Cuts it off at once, whatever it does: nothing of it is heard any more. A Worker that is in the
   * middle of a loop spins on unheard, until the process ends (denoland/deno#35657). Idempotent.
   */
  terminate(): void;
}

/** What an isolate is made from. */
export interface LaunchOptions {
  readonly name: string;
  readonly entry: URL;
  readonly permissions: Deno.PermissionOptions;
  readonly notices: IsolateNotices;
}

/** One side of a new connection: the isolate, and the peer that it gets to know. */
export interface ConnectionEnd {
  readonly isolate: Isolate;
  readonly peer: Peer;
}

/** How isolates are started and reached. Nothing outside of it knows what an isolate is. */
export interface Transport {
  /** Starts an isolate; that it can't be loaded is told by `notices.failed`. */
  launch(options: LaunchOptions): Isolate;
  /** Connects two isolates; what they send does not pass through this one. */
  connect(a: ConnectionEnd, b: ConnectionEnd): void;
  /** Connects an isolate with this one, whose end is the result. */
  connectHere(end: ConnectionEnd): Connection;
}
