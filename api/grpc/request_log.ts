import type { FrontEndProtocol, GrpcRequestObserved } from "../../actors/protocol.ts";
import type { ActorRef } from "../../actors/runtime/actor.ts";

/** At most this often; the protocol asks for once a second. */
const INTERVAL_MS = 1_000;
/** Calls beyond these within an interval are not measured: a metric is not worth a full lane. */
const ITEMS_MAX = 20_000;

/** Gathers answered calls and tells the http actor, which keeps the metrics. Idle: no timer. */
export class RequestLog {
  readonly #http: Pick<ActorRef<FrontEndProtocol>, "tell">;
  #items: GrpcRequestObserved[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(http: Pick<ActorRef<FrontEndProtocol>, "tell">) {
    this.#http = http;
  }

  /** Takes one answered call. */
  readonly add = (item: GrpcRequestObserved): void => {
    if (this.#items.length < ITEMS_MAX) this.#items.push(item);
    this.#timer ??= setTimeout(() => this.flush(), INTERVAL_MS);
  };

  /** Tells what was gathered. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const items = this.#items;
    this.#items = [];
    if (items.length > 0) this.#http.tell({ kind: "GrpcRequestsObserved", items });
  }
}
