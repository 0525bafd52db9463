import type { EventsLost, FrontEndProtocol, OthersCommitted, TasksCommitted } from "../protocol.ts";
import { type ActorContext, EventStream, type PeerEvent } from "../runtime/mod.ts";

/** Events that wait for one slow subscriber. */
const EVENTS_MAX = 1_000;
const EVENT_ACK_MS = 10_000;

/**
 * The actors that follow the commits, each at its own pace. Each is told first that it may have missed
 * some: what the scheduler before this one committed last, it may not have got. What is committed before
 * it is there waits for it.
 */
export class Subscribers {
  readonly #events = new EventStream<TasksCommitted | OthersCommitted | EventsLost>({
    maxBuffered: EVENTS_MAX,
    lost: { kind: "EventsLost" },
  });

  constructor(context: ActorContext, names: readonly string[]) {
    for (const name of names) {
      const subscriber = context.ref<FrontEndProtocol>(name);
      this.#events.subscribe(name, async (events) => {
        const message = { kind: "EventsPublished", events } as const;
        return (await subscriber.ask(message, { deadlineMs: EVENT_ACK_MS })).ok;
      });
    }
    this.#events.publish({ kind: "EventsLost" });
  }

  publish(event: TasksCommitted | OthersCommitted): void {
    this.#events.publish(event);
  }

  /** One of them came or went. */
  onPeer({ peer, state }: PeerEvent): void {
    if (state === "up") this.#events.resume(peer);
    else this.#events.suspend(peer);
  }
}
