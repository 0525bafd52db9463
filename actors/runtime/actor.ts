/**
 * The vocabulary of the actor runtime. It knows nothing of tasks: protocols are type parameters.
 */

/** What an actor takes (`message`) and what asks of it resolve to (`replies`, by kind). */
export interface Protocol {
  readonly message: { readonly kind: string };
  readonly replies: object;
}

/** The kinds of `P` that can be asked. */
export type AskableKind<P extends Protocol> = Extract<keyof P["replies"], P["message"]["kind"]>;

/** The message of kind `K`. */
export type MessageOf<P extends Protocol, K extends string> = Extract<
  P["message"],
  { readonly kind: K }
>;

/** Why an ask has no reply. */
export type AskFailureCode =
  /** No reply before the deadline. */
  | "timeout"
  /** The actor died, or was cut off, after the message may have reached it: the outcome is unknown. */
  | "died"
  /** Refused before it was taken: a lane is full. Nothing was done. */
  | "overloaded"
  /** Refused before it was taken: the actor is stopped for good or was never there. Nothing was done. */
  | "stopped"
  /** The actor's `receive` threw: the message is in its error log. */
  | "threw";

export interface AskFailure {
  readonly code: AskFailureCode;
  readonly message: string;
}

export type AskResult<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: AskFailure };

export interface AskOptions {
  /** From now until the reply, in ms. Waiting for a restart of the actor counts. */
  readonly deadlineMs: number;
}

/**
 * The one way to reach another actor. It outlives restarts of the actor: what is in flight at a
 * death is rejected with `died`; what is sent while it is down waits, bounded by the lane, for the
 * restarted actor.
 */
export interface ActorRef<P extends Protocol> {
  readonly name: string;
  /** Sends without an answer. Returns false when the lane is full and the message was dropped. */
  tell(message: P["message"]): boolean;
  /** Sends and waits for the reply. Never throws, never hangs. */
  ask<K extends AskableKind<P>>(
    message: MessageOf<P, K>,
    options: AskOptions,
  ): Promise<AskResult<P["replies"][K]>>;
}

/** The lanes of an actor, most urgent first. A batch is received in this order, FIFO inside a lane. */
export const LANES = ["control", "outcomes", "submissions", "reads"] as const;
export type Lane = (typeof LANES)[number];

export interface LaneOptions {
  /** Which lane a kind uses; `control` when absent. */
  readonly laneOf: Readonly<Record<string, Lane>>;
  /** Most messages of a lane between arrival and settled `receive`; 10,000 when absent. */
  readonly max: Readonly<Partial<Record<Lane, number>>>;
}

/** What an actor does. */
export interface Behaviour<P extends Protocol> {
  /**
   * Called once a message, in lane order, without waiting for earlier ones. For an asked message
   * the value, or what the promise resolves to, is the reply. A throw fails the ask with `threw` and
   * is reported; the actor lives on. (A bug outside a call kills and restarts it.)
   */
  receive(message: P["message"], sender: Sender): unknown;
  /** A linked actor died (`down`) or a new incarnation of it is connected (`up`). */
  onPeer?(event: PeerEvent): void;
  /** Ends work in order; called once. The isolate is terminated after it, or at the deadline. */
  stop?(): Promise<void> | void;
}

export interface Sender {
  /** Name of the actor that sent it. */
  readonly name: string;
}

export interface PeerEvent {
  readonly peer: string;
  readonly state: "up" | "down";
  /** The peer's incarnation that came or went. */
  readonly incarnation: string;
}

/** What an actor's factory gets. */
export interface ActorContext {
  readonly name: string;
  /** Different at every start of the actor. */
  readonly incarnation: string;
  /** A reference to a linked actor, or to `supervisor`. Throws for a name that is not linked. */
  ref<P extends Protocol>(peer: string): ActorRef<P>;
  /** Names of the linked actors that are there now. Grows when executors are spawned later. */
  peers(): readonly string[];
  /** Ends this actor because of `error`; the supervisor restarts it. */
  fail(error: unknown): void;
}

/** Started actor: its behaviour and, as plain data, what it tells the supervisor on being ready. */
export interface Started<P extends Protocol> {
  readonly behaviour: Behaviour<P>;
  readonly ready?: unknown;
}

/** Makes an actor from the plain data of its child spec. Rejecting fails the start. */
export type ActorFactory<P extends Protocol, Init> = (
  init: Init,
  context: ActorContext,
) => Promise<Started<P>> | Started<P>;

/** What the module of an isolate makes of it. */
export interface ActorEntry<P extends Protocol, Init> {
  readonly factory: ActorFactory<P, Init>;
  /** Which lane each kind of message uses, and how many messages a lane holds. */
  readonly lanes: LaneOptions;
}

/** How the supervisor keeps one actor. */
export interface ChildSpec {
  readonly name: string;
  /** Worker module; it calls `serveActor` at load. */
  readonly entry: URL;
  /** Rights of the isolate. */
  readonly permissions: Deno.PermissionOptions;
  /** Plain data for the factory, computed anew at every start. */
  readonly init: () => unknown;
  /** Actors that it can reach, both ways; a link may name an actor that is spawned later. */
  readonly links: readonly string[];
  /** Actors of one group restart together; by default an actor is a group of its own. */
  readonly group?: string;
  /** Start only when these are ready. Isolates load in parallel all the same. */
  readonly startAfter?: readonly string[];
  /** Liveness; `null` for isolates that may be busy on purpose. */
  readonly ping: { readonly intervalMs: number; readonly timeoutMs: number } | null;
  /** How long a start may take until ready, in ms. */
  readonly startMs: number;
  /** How long `stop` may take, in ms. */
  readonly stopMs: number;
  /** Permanent: restarted with backoff. Temporary: its end is only announced. */
  readonly restart: "permanent" | "temporary";
}

export interface RestartPolicy {
  /** More restarts of one actor than this within the window escalate. */
  readonly maxRestarts: number;
  readonly windowMs: number;
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  maxRestarts: 5,
  windowMs: 30_000,
  initialBackoffMs: 20,
  maxBackoffMs: 2_000,
};

/** Why an actor ended. */
export type DeathCause = "error" | "unresponsive" | "terminated" | "start_failed" | "group";

export type SystemEvent =
  | { readonly kind: "ActorReady"; readonly actor: string; readonly incarnation: string }
  | {
    readonly kind: "ActorDied";
    readonly actor: string;
    readonly incarnation: string;
    readonly cause: DeathCause;
    readonly error: string;
  }
  | { readonly kind: "ActorRestarting"; readonly actor: string; readonly afterMs: number }
  | { readonly kind: "ActorStopped"; readonly actor: string }
  | { readonly kind: "Escalated"; readonly actor: string; readonly error: string }
  | {
    /** Told messages were dropped at a full lane: `count` since the last such event. */
    readonly kind: "MessagesDropped";
    readonly actor: string;
    readonly lane: Lane;
    readonly count: number;
  }
  | {
    /** `receive`, or another callback of a behaviour, threw: `count` since the last such event. */
    readonly kind: "ReceiveFailed";
    readonly actor: string;
    readonly error: string;
    readonly count: number;
  };

export interface ActorInfo {
  readonly name: string;
  readonly incarnation: string | null;
  readonly state: "starting" | "ready" | "restarting" | "stopping" | "stopped" | "failed";
  readonly restarts: number;
  readonly startedAt: number | null;
  readonly lastError: string | null;
  /** When that was, epoch ms. */
  readonly lastErrorAt: number | null;
  /** Messages in each lane, as of the last ping. */
  readonly lanes: Readonly<Record<string, number>>;
}
