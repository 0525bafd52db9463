/**
 * Actors of one simulated process and the messages between them: late, in order, and lost with the dead.
 *
 * The order is the runtime's. What waits for the same hop goes by lanes, answers before all of them: so an
 * answer may overtake earlier messages of the same pair, as may a message of a more urgent lane, and
 * nothing ever overtakes something as urgent or more.
 */
import type {
  ActorContext,
  ActorRef,
  AskFailureCode,
  AskResult,
  Behaviour,
  LaneOptions,
  Protocol,
} from "../../actors/runtime/mod.ts";
import { LaneTable } from "../../actors/runtime/lanes.ts";
import type { VirtualTime } from "./virtual_time.ts";

type Message = Protocol["message"];

interface Delivery {
  readonly from: string;
  readonly to: string;
  readonly message: Message;
  /** The lane that it goes by: the lower, the more urgent. */
  readonly lane: number;
  /** Settles the ask; null for a message that was only told. */
  readonly settle: ((answer: AskResult<unknown>) => void) | null;
}

interface Seat {
  readonly incarnation: string;
  readonly behaviour: Behaviour<Protocol>;
  /** Asks that have reached it and are not answered. */
  readonly open: Set<Delivery>;
}

export interface NetworkOptions {
  readonly time: VirtualTime;
  /** How long a message is on its way, in ms. */
  readonly latency: () => number;
  /** Of actors that have any, by name. */
  readonly lanes: Readonly<Record<string, LaneOptions>>;
  /** Sees every message before it is sent; may answer others in its place. */
  readonly tap?: (from: string, to: string, message: Message) => void;
  /** A behaviour threw in `receive`, outside of what callers are told. */
  readonly onThrow: (actor: string, error: unknown) => void;
}

/** Connects the actors of one process. Once it is cut, nothing moves any more. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #seats = new Map<string, Seat>();
  /** What waits for an actor that is down. */
  readonly #waiting = new Map<string, Delivery[]>();
  readonly #lanes: ReadonlyMap<string, LaneTable>;
  /** When the last of each urgency arrives, by edge. */
  readonly #arrivals = new Map<string, number[]>();
  /** Incarnations that have died: nothing of what their code still does gets out. */
  readonly #dead = new Set<string>();
  #cut = false;

  constructor(options: NetworkOptions) {
    this.#options = options;
    const lanes = Object.entries(options.lanes);
    this.#lanes = new Map(lanes.map(([name, lanes]) => [name, new LaneTable(lanes)]));
  }

  /** The process is gone. */
  cut(): void {
    this.#cut = true;
    this.#seats.clear();
    this.#waiting.clear();
  }

  /** The context of an actor that is about to start. */
  context(name: string, incarnation: string, fail: (error: unknown) => void): ActorContext {
    return {
      name,
      incarnation,
      ref: (peer) => this.#ref(name, incarnation, peer),
      peers: () => [...this.#seats.keys()].filter((peer) => peer !== name),
      fail,
    };
  }

  /** The actor is there: it and the others hear of each other, and what waited is delivered. */
  up(name: string, incarnation: string, behaviour: Behaviour<Protocol>): void {
    if (this.#cut) return;
    this.#seats.set(name, { incarnation, behaviour, open: new Set() });
    for (const [peer, seat] of this.#seats) {
      if (peer === name) continue;
      behaviour.onPeer?.({ peer, state: "up", incarnation: seat.incarnation });
      seat.behaviour.onPeer?.({ peer: name, state: "up", incarnation });
    }
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const delivery of waiting.sort((a, b) => a.lane - b.lane)) this.#deliver(delivery);
  }

  /** The actor is dead: whoever waits for an answer of it is told so, then that it is down. */
  down(name: string): void {
    const seat = this.#seats.get(name);
    if (seat === undefined) return;
    this.#seats.delete(name);
    this.#dead.add(seat.incarnation);
    for (const { settle } of seat.open) settle?.(failure("died", `${name} died`));
    for (const { behaviour } of this.#seats.values()) {
      behaviour.onPeer?.({ peer: name, state: "down", incarnation: seat.incarnation });
    }
    this.#options.time.stir();
  }

  /** An actor died while it was starting. */
  bury(incarnation: string): void {
    this.#dead.add(incarnation);
  }

  isUp(name: string): boolean {
    return this.#seats.has(name);
  }

  /** Sends as `from`, who need not be there: a lie. */
  inject(from: string, to: string, message: Message): void {
    this.#send({ from, to, message, lane: this.#laneOf(to, message), settle: null });
  }

  #laneOf(to: string, { kind }: Message): number {
    return this.#lanes.get(to)?.indexOf(kind) ?? 0;
  }

  #ref<P extends Protocol>(from: string, incarnation: string, to: string): ActorRef<P> {
    const alive = () => !this.#dead.has(incarnation);
    return {
      name: to,
      tell: (message) => {
        if (alive()) this.inject(from, to, message);
        return true;
      },
      ask: (message, { deadlineMs }) => this.#ask({ from, to, message }, { deadlineMs, alive }),
    };
  }

  #ask<R>(
    { from, to, message }: Omit<Delivery, "settle" | "lane">,
    { deadlineMs, alive }: { readonly deadlineMs: number; readonly alive: () => boolean },
  ): Promise<AskResult<R>> {
    const { time } = this.#options;
    return new Promise((resolve) => {
      // What is left of a dead actor's code, a timer say, reaches nobody.
      if (!alive()) return;
      let open = true;
      const timer = time.after(deadlineMs, () => settle(failure("timeout", `${to} is silent`)));
      const settle = (answer: AskResult<unknown>) => {
        if (!open || this.#cut) return;
        open = false;
        time.cancel(timer);
        time.stir();
        if (alive()) resolve(answer as AskResult<R>);
      };
      this.#send({ from, to, message, lane: this.#laneOf(to, message), settle });
    });
  }

  #send(delivery: Delivery): void {
    if (this.#cut) return;
    const { time, tap } = this.#options;
    tap?.(delivery.from, delivery.to, delivery.message);
    const edge = `${delivery.from} ${delivery.to}`;
    time.at(this.#arrival(edge, 1 + delivery.lane), () => this.#deliver(delivery));
  }

  /** When what is sent now arrives, as `elapsed` counts. Answers are more urgent than all others. */
  #arrival(edge: string, urgency: number): number {
    const { time, latency } = this.#options;
    const latest = this.#arrivals.get(edge) ?? [];
    this.#arrivals.set(edge, latest);
    let at = time.elapsed + latency();
    for (let other = 0; other <= urgency; other++) at = Math.max(at, latest[other] ?? 0);
    latest[urgency] = at;
    return at;
  }

  #deliver(delivery: Delivery): void {
    if (this.#cut) return;
    const seat = this.#seats.get(delivery.to);
    if (seat === undefined) {
      const waiting = this.#waiting.get(delivery.to);
      if (waiting === undefined) this.#waiting.set(delivery.to, [delivery]);
      else waiting.push(delivery);
      return;
    }
    this.#options.time.stir();
    if (delivery.settle !== null) seat.open.add(delivery);
    // What crosses between isolates is a copy.
    const message: Message = structuredClone(delivery.message);
    Promise.try(() => seat.behaviour.receive(message, { name: delivery.from })).then(
      (value) => this.#reply(seat, delivery, { ok: true, value }),
      (error) => {
        this.#options.onThrow(delivery.to, error);
        this.#reply(seat, delivery, failure("threw", String(error)));
      },
    );
  }

  #reply(seat: Seat, delivery: Delivery, answer: AskResult<unknown>): void {
    const { time } = this.#options;
    time.stir();
    if (this.#cut || delivery.settle === null || !seat.open.has(delivery)) return;
    const { settle } = delivery;
    // An answer that was sent arrives, even when its sender dies after it.
    seat.open.delete(delivery);
    const at = this.#arrival(`${delivery.to} ${delivery.from}`, 0);
    time.at(at, () => settle(structuredClone(answer)));
  }
}

function failure(code: AskFailureCode, message: string): AskResult<never> {
  return { ok: false, error: { code, message } };
}
