import type { AskFailureCode } from "./actor.ts";
import type { Batch, ReplyEnvelope } from "./envelope.ts";
import type { Connection, Peer } from "./transport.ts";

export interface SessionOptions {
  readonly peer: Peer;
  readonly connection: Connection;
  /** There is a reply to send. */
  readonly onReply: () => void;
}

/**
 * The time during which two incarnations are connected. Replies belong to a session: an answer to a
 * dead incarnation must not reach the next one, whose asks may have the same ids.
 */
export class Session {
  readonly peer: Peer;
  readonly #connection: Connection;
  readonly #onReply: () => void;
  #replies: ReplyEnvelope[] = [];
  #busy = false;
  #closed = false;

  constructor({ peer, connection, onReply }: SessionOptions) {
    this.peer = peer;
    this.#connection = connection;
    this.#onReply = onReply;
  }

  /** True while a hop is under way. */
  get busy(): boolean {
    return this.#busy;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Names who takes what the peer sends, from now until the session is closed. */
  listen(deliver: (batch: Batch) => void | Promise<void>): void {
    this.#connection.listen((batch) => this.#closed ? undefined : deliver(batch));
  }

  /** Answers the ask `id`. */
  reply(id: number, value: unknown): void {
    this.#push({ kind: "reply", id, value });
  }

  /** Answers the ask `id` with a failure. */
  refuse(id: number, code: AskFailureCode, message: string): void {
    this.#push({ kind: "refusal", id, error: { code, message } });
  }

  /** Removes the replies that wait. */
  takeReplies(): ReplyEnvelope[] {
    const replies = this.#replies;
    if (replies.length > 0) this.#replies = [];
    return replies;
  }

  /**
   * Sends one batch; resolves when the peer has taken it. When it rejects the session stays busy,
   * so that nothing overtakes what is sent instead, until that is taken or `release` is called.
   */
  async send(batch: Batch): Promise<void> {
    this.#busy = true;
    await this.#connection.send(batch);
    this.#busy = false;
  }

  /** Gives up on a batch that can't be sent. */
  release(): void {
    this.#busy = false;
  }

  /** Nothing is delivered or sent any more. */
  close(): void {
    this.#closed = true;
    this.#replies = [];
    this.#connection.close();
  }

  #push(reply: ReplyEnvelope): void {
    if (this.#closed) return;
    this.#replies.push(reply);
    this.#onReply();
  }
}
