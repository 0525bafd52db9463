import type {
  ActorRef,
  AskableKind,
  AskFailure,
  AskFailureCode,
  AskOptions,
  AskResult,
  MessageOf,
  Protocol,
} from "./actor.ts";
import type { DeadlineWheel, Expiring } from "./deadline_wheel.ts";
import type { Batch, ReplyEnvelope, RequestEnvelope } from "./envelope.ts";
import { errorMessage } from "./error_text.ts";
import { DEFAULT_LANES, LaneTable } from "./lanes.ts";
import { type QueuedRequest, RequestQueue } from "./request_queue.ts";
import { Session } from "./session.ts";
import type { Connection, Peer } from "./transport.ts";

/** Most requests of one hop, so that a flood does not hold up what is more urgent for long. */
const BATCH_MAX = 2_000;

/** An ask without an answer yet. */
interface PendingAsk extends Expiring {
  readonly id: number;
  readonly resolve: (result: AskResult<unknown>) => void;
  /** In the queue until it is sent; null from then on. */
  queued: QueuedRequest | null;
}

export interface LinkOptions {
  /** The other actor. */
  readonly peer: string;
  readonly deadlines: DeadlineWheel;
  /** Takes what can't be told to any caller, such as a told message that can't be encoded. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * One actor's side of its relation to another: the queue of what is not sent, the asks without an
 * answer, and the session with the peer's present incarnation, if there is one. It stays while
 * sessions come and go.
 */
export class Link {
  readonly peer: string;
  readonly #deadlines: DeadlineWheel;
  readonly #onTrouble: (error: unknown) => void;
  readonly #queue = new RequestQueue();
  readonly #asks = new Map<number, PendingAsk>();
  #lanes = new LaneTable(DEFAULT_LANES);
  #lastId = 0;
  #session: Session | null = null;
  #gone = false;
  #pumpScheduled = false;

  constructor({ peer, deadlines, onTrouble }: LinkOptions) {
    this.peer = peer;
    this.#deadlines = deadlines;
    this.#onTrouble = onTrouble;
  }

  /** The session with the peer's present incarnation. */
  get session(): Session | null {
    return this.#session;
  }

  /** Begins a session with a new incarnation, and sends what has been waiting for one. */
  open(peer: Peer, connection: Connection): Session {
    this.close(false);
    this.#gone = false;
    this.#lanes = new LaneTable(peer.lanes);
    this.#session = new Session({ peer, connection, onReply: () => this.#pump() });
    this.#pump();
    return this.#session;
  }

  /**
   * Ends the session: what was sent and not answered has died; what was not sent waits for the next
   * one, or is refused when the peer is `gone` for good.
   */
  close(gone: boolean): void {
    this.#session?.close();
    this.#session = null;
    this.#gone = gone;
    for (const ask of [...this.#asks.values()]) {
      if (ask.queued === null) this.#fail(ask, "died", `${this.peer} died with the call in flight`);
      else if (gone) this.#fail(ask, "stopped", `${this.peer} is stopped`);
    }
    if (gone) this.#queue.clear();
  }

  /** See `ActorRef.tell`. */
  tell(message: { readonly kind: string }): boolean {
    if (this.#gone) return false;
    return this.#enqueue({ kind: "tell", message }) !== null;
  }

  /** See `ActorRef.ask`. */
  ask(message: { readonly kind: string }, deadlineMs: number): Promise<AskResult<unknown>> {
    if (this.#gone) return Promise.resolve(failure("stopped", `${this.peer} is stopped`));
    const id = ++this.#lastId;
    const queued = this.#enqueue({ kind: "ask", id, message });
    if (queued === null) {
      return Promise.resolve(failure("overloaded", `${this.peer} has too many messages waiting`));
    }
    return new Promise((resolve) => {
      const expire = () => this.#expire(id, deadlineMs);
      const ask: PendingAsk = { id, resolve, queued, slot: 0, expire };
      this.#asks.set(id, ask);
      this.#deadlines.add(ask, deadlineMs);
    });
  }

  /** Settles the asks that the peer answered. */
  settle(replies: readonly ReplyEnvelope[]): void {
    for (const reply of replies) {
      const ask = this.#asks.get(reply.id);
      // Absent when its deadline has passed.
      if (ask === undefined) continue;
      this.#forget(ask);
      ask.resolve(
        reply.kind === "reply"
          ? { ok: true, value: reply.value }
          : { ok: false, error: reply.error },
      );
    }
  }

  #enqueue(envelope: RequestEnvelope): QueuedRequest | null {
    const lane = this.#lanes.indexOf(envelope.message.kind);
    if (this.#queue.depth(lane) >= this.#lanes.maxOf(lane)) return null;
    const request: QueuedRequest = { envelope, lane, dropped: false };
    this.#queue.push(request);
    this.#pump();
    return request;
  }

  /** Sends soon: all that the running turn of the event loop still adds goes in the same hop. */
  #pump(): void {
    if (this.#pumpScheduled || this.#session === null || this.#session.busy) return;
    this.#pumpScheduled = true;
    queueMicrotask(() => {
      this.#pumpScheduled = false;
      this.#send();
    });
  }

  /** Sends all that waits in one hop, unless one is under way, whose end calls this again. */
  #send(): void {
    const session = this.#session;
    if (session === null || session.busy) return;
    const requests = this.#queue.take(BATCH_MAX);
    const replies = session.takeReplies();
    if (requests.length === 0 && replies.length === 0) return;
    for (const request of requests) this.#markSent(request);
    this.#transmit(session, { replies, requests });
  }

  #transmit(session: Session, batch: Batch): void {
    session.send(batch).then(
      () => this.#send(),
      (error: unknown) => this.#onUnsendable(session, batch, error),
    );
  }

  #markSent(request: RequestEnvelope): void {
    if (request.kind !== "ask") return;
    const ask = this.#asks.get(request.id);
    if (ask !== undefined) ask.queued = null;
  }

  /** Something in the batch can't be encoded: answers for that alone and sends the rest. */
  #onUnsendable(session: Session, batch: Batch, error: unknown): void {
    const requests = batch.requests.filter((request) => {
      const fault = cloneFault(request);
      if (fault !== null) this.#refuseRequest(request, fault);
      return fault === null;
    });
    const replies = batch.replies.map((reply): ReplyEnvelope => {
      const fault = cloneFault(reply);
      if (fault === null) return reply;
      this.#onTrouble(fault);
      const message = `The reply can't be sent: ${errorMessage(fault)}`;
      return { kind: "refusal", id: reply.id, error: { code: "threw", message } };
    });
    const mended = requests.length < batch.requests.length ||
      replies.some((reply, index) => reply !== batch.replies[index]);
    if (!mended) {
      // The other end refused the hop itself, which is a bug: sending it again would not help.
      this.#onTrouble(error);
      for (const request of requests) this.#refuseRequest(request, error);
      session.release();
      this.#send();
    } else if (session === this.#session) this.#transmit(session, { replies, requests });
  }

  #refuseRequest(request: RequestEnvelope, error: unknown): void {
    const ask = request.kind === "ask" ? this.#asks.get(request.id) : undefined;
    const message = `"${request.message.kind}" can't be sent: ${errorMessage(error)}`;
    if (ask === undefined) this.#onTrouble(new Error(message, { cause: error }));
    else this.#fail(ask, "threw", message);
  }

  #expire(id: number, deadlineMs: number): void {
    const ask = this.#asks.get(id);
    if (ask !== undefined) this.#fail(ask, "timeout", `${this.peer}: no reply in ${deadlineMs} ms`);
  }

  #fail(ask: PendingAsk, code: AskFailureCode, message: string): void {
    if (ask.queued !== null) this.#queue.drop(ask.queued);
    this.#forget(ask);
    ask.resolve(failure(code, message));
  }

  #forget(ask: PendingAsk): void {
    this.#asks.delete(ask.id);
    this.#deadlines.cancel(ask);
  }
}

/** A link as its actor sees it, in the terms of the peer's protocol. */
export class LinkRef<P extends Protocol> implements ActorRef<P> {
  readonly name: string;
  readonly #link: Link;

  constructor(link: Link) {
    this.name = link.peer;
    this.#link = link;
  }

  tell(message: P["message"]): boolean {
    return this.#link.tell(message);
  }

  ask<K extends AskableKind<P>>(
    message: MessageOf<P, K>,
    options: AskOptions,
  ): Promise<AskResult<P["replies"][K]>> {
    // What the peer replies is what its protocol says: the one place where the type is given back.
    return this.#link.ask(message, options.deadlineMs) as Promise<AskResult<P["replies"][K]>>;
  }
}

function failure(code: AskFailureCode, message: string): { ok: false; error: AskFailure } {
  return { ok: false, error: { code, message } };
}

/** Why `value` can't be sent to another isolate; null when it can. */
function cloneFault(value: unknown): unknown {
  try {
    structuredClone(value);
    return null;
  } catch (error) {
    return error ?? new Error("unknown");
  }
}
