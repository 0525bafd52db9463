import { setImmediate } from "node:timers";
import type { ActorRef, Behaviour, LaneOptions, PeerEvent, Protocol } from "./actor.ts";
import { DeadlineWheel } from "./deadline_wheel.ts";
import type { Batch } from "./envelope.ts";
import { errorMessage } from "./error_text.ts";
import { Link, LinkRef } from "./link.ts";
import { type Arrival, Mailbox } from "./mailbox.ts";
import type { Session } from "./session.ts";
import type { Connection, LaneDepths, Peer, TroubleReport } from "./transport.ts";
import { TroubleLog } from "./trouble_log.ts";

export interface ActorCellOptions {
  readonly lanes: LaneOptions;
  readonly onTrouble: (report: TroubleReport) => void;
}

/**
 * One incarnation of an actor inside its isolate: its links, its mailbox, and from `open` on its
 * behaviour.
 */
export class ActorCell {
  readonly #links = new Map<string, Link>();
  readonly #deadlines = new DeadlineWheel();
  readonly #mailbox: Mailbox;
  readonly #trouble: TroubleLog;
  #behaviour: Behaviour<Protocol> | null = null;
  #closed = false;

  constructor({ lanes, onTrouble }: ActorCellOptions) {
    this.#trouble = new TroubleLog(onTrouble);
    this.#mailbox = new Mailbox({
      lanes,
      receive: (arrival) => this.#receive(arrival),
      onDropped: (lane) => this.#trouble.dropped(lane),
    });
  }

  /** Allows references to `peer`, there or not. */
  allow(peer: string): void {
    this.#linkTo(peer);
  }

  /** A reference to an actor that was allowed or connected. */
  ref<P extends Protocol>(peer: string): ActorRef<P> {
    const link = this.#links.get(peer);
    if (link === undefined) throw new Error(`Cannot reach actor "${peer}": it is not linked`);
    return new LinkRef<P>(link);
  }

  /** Names of the actors that are connected. */
  peers(): readonly string[] {
    return [...this.#links.values()].filter((link) => link.session !== null).map((l) => l.peer);
  }

  /** Messages that have arrived and are not settled, by lane. */
  depths(): LaneDepths {
    return this.#mailbox.depths();
  }

  /** Gives it its behaviour, which hears of the peers that are there and gets what was held. */
  open(behaviour: Behaviour<Protocol>): void {
    if (this.#closed) return;
    this.#behaviour = behaviour;
    for (const { session } of this.#links.values()) {
      if (session !== null) this.#announce(session, "up");
    }
    this.#mailbox.open();
  }

  /** Connects a new incarnation of a peer; it is announced before its first message. */
  connect(peer: Peer, connection: Connection): void {
    if (this.#closed) return connection.close();
    this.disconnect(peer.name, false);
    const link = this.#linkTo(peer.name);
    const session = link.open(peer, connection);
    this.#announce(session, "up");
    session.listen((batch) => this.#deliver(link, session, batch));
  }

  /** Ends the session with a dead peer; `gone` when no further incarnation will come. */
  disconnect(peer: string, gone: boolean): void {
    const link = this.#linkTo(peer);
    const session = link.session;
    link.close(gone);
    if (session !== null) this.#announce(session, "down");
  }

  /** Ends all: asks fail, nothing is received any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const link of this.#links.values()) link.close(true);
    this.#deadlines.clear();
    this.#trouble.close();
  }

  #linkTo(peer: string): Link {
    let link = this.#links.get(peer);
    if (link === undefined) {
      link = new Link({
        peer,
        deadlines: this.#deadlines,
        onTrouble: (error) => this.#trouble.failed(error),
      });
      this.#links.set(peer, link);
      if (this.#closed) link.close(true);
    }
    return link;
  }

  /**
   * Takes one hop. Replies come first, and whoever awaits them goes on before the requests of the
   * same hop are received: a message sent after a reply is never seen before it.
   */
  #deliver(link: Link, session: Session, { replies, requests }: Batch): void | Promise<void> {
    if (replies.length === 0) return this.#mailbox.arrive(requests, session);
    link.settle(replies);
    if (requests.length === 0) return;
    return new Promise((resolve) => {
      setImmediate(() => {
        if (!session.closed) this.#mailbox.arrive(requests, session);
        resolve();
      });
    });
  }

  #receive(arrival: Arrival): void {
    const { envelope, session } = arrival;
    try {
      const result: unknown = this.#behaviour?.receive(envelope.message, {
        name: session.peer.name,
      });
      if (result instanceof Promise) {
        result.then(
          (value) => this.#settle(arrival, value),
          (error: unknown) => this.#settleThrown(arrival, error),
        );
      } else this.#settle(arrival, result);
    } catch (error) {
      this.#settleThrown(arrival, error);
    }
  }

  #settle(arrival: Arrival, value: unknown): void {
    this.#mailbox.settle(arrival);
    if (arrival.envelope.kind === "ask") arrival.session.reply(arrival.envelope.id, value);
  }

  #settleThrown(arrival: Arrival, error: unknown): void {
    const { envelope, session } = arrival;
    this.#mailbox.settle(arrival);
    this.#trouble.failed(error);
    if (envelope.kind === "ask") session.refuse(envelope.id, "threw", errorMessage(error));
  }

  #announce({ peer }: Session, state: PeerEvent["state"]): void {
    try {
      this.#behaviour?.onPeer?.({ peer: peer.name, state, incarnation: peer.incarnation });
    } catch (error) {
      this.#trouble.failed(error);
    }
  }
}
