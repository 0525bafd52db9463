import type { LaneOptions } from "./actor.ts";
import { LANES } from "./actor.ts";
import type { RequestEnvelope } from "./envelope.ts";
import { laneAt, LaneTable } from "./lanes.ts";
import type { Session } from "./session.ts";
import type { LaneDepths } from "./transport.ts";

/** A request that has arrived, and the session on which it is to be answered. */
export interface Arrival {
  readonly envelope: RequestEnvelope;
  readonly session: Session;
  readonly lane: number;
}

export interface MailboxOptions {
  readonly lanes: LaneOptions;
  /** Takes one message; `mailbox.settle` ends it. */
  readonly receive: (arrival: Arrival) => void;
  /** A told message was dropped at a full lane. */
  readonly onDropped: (lane: number) => void;
}

/**
 * Counts, and so bounds, the messages between arrival and settled `receive`. Holds those that come
 * before the actor is started.
 */
export class Mailbox {
  readonly #lanes: LaneTable;
  readonly #receive: (arrival: Arrival) => void;
  readonly #onDropped: (lane: number) => void;
  readonly #depths: number[] = LANES.map(() => 0);
  #held: Arrival[] | null = [];

  constructor({ lanes, receive, onDropped }: MailboxOptions) {
    this.#lanes = new LaneTable(lanes);
    this.#receive = receive;
    this.#onDropped = onDropped;
  }

  /** Messages that are held or being received, by lane. */
  depths(): LaneDepths {
    return Object.fromEntries(LANES.map((lane, index) => [lane, this.#depths[index] ?? 0]));
  }

  /** Takes what arrived in one hop: most urgent lanes first, in order of arrival inside a lane. */
  arrive(requests: readonly RequestEnvelope[], session: Session): void {
    const accepted: Arrival[][] = [];
    for (const envelope of requests) {
      const lane = this.#lanes.indexOf(envelope.message.kind);
      if (!this.#admit(lane, envelope, session)) continue;
      (accepted[lane] ??= []).push({ envelope, session, lane });
    }
    for (const arrivals of accepted) {
      for (const arrival of arrivals ?? []) {
        if (this.#held === null) this.#receive(arrival);
        else this.#held.push(arrival);
      }
    }
  }

  /** Starts to receive, first what was held and whose sender still lives. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const arrival of held) {
      if (arrival.session.closed) this.settle(arrival);
      else this.#receive(arrival);
    }
  }

  /** The message has been received and answered. */
  settle({ lane }: Arrival): void {
    this.#depths[lane] = (this.#depths[lane] ?? 0) - 1;
  }

  #admit(lane: number, envelope: RequestEnvelope, session: Session): boolean {
    const depth = this.#depths[lane] ?? 0;
    if (depth < this.#lanes.maxOf(lane)) {
      this.#depths[lane] = depth + 1;
      return true;
    }
    if (envelope.kind === "tell") this.#onDropped(lane);
    else session.refuse(envelope.id, "overloaded", `The lane ${laneAt(lane)} is full`);
    return false;
  }
}
