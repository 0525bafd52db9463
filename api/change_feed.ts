/**
 * What event streams share: where the stream of changes stands, and the wake-up at each commit.
 * A stream reads changes itself, at its own pace; a slow one skips states in between.
 */
import { ok, type Result } from "../actors/domain/error.ts";
import type { SubscriberMessage, TaskFilter } from "../actors/protocol.ts";
import type { TaskService } from "./task_service.ts";

const STREAMS_MAX = 1_000;

const EVERYTHING: TaskFilter = {
  status: null,
  queue: null,
  method: null,
  workflowId: null,
  label: null,
  since: null,
  until: null,
  q: null,
};

/** What the feed hears of. */
type FeedEvent = SubscriberMessage["events"][number];

/** One stream's place in the feed. */
export interface Subscription {
  /** Called at every later commit that it hears of, and when the feed closes. */
  readonly wake: () => void;
  /** Whether an event is of interest; absent: all are. */
  readonly hears?: (event: FeedEvent) => boolean;
}

/** The changes of all tasks, as far as this isolate has heard. */
export class ChangeFeed {
  readonly #service: TaskService;
  readonly #subscriptions = new Set<Subscription>();
  #heardSeq = 0;
  #closed = false;

  constructor(service: TaskService) {
    this.#service = service;
  }

  /** True once streams have to end. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The newest stamp that was told of. What other nodes still write may be older, and comes first. */
  get heardSeq(): number {
    return this.#heardSeq;
  }

  /** Adds a stream; false when there are too many. */
  subscribe(subscription: Subscription): boolean {
    if (this.#subscriptions.size >= STREAMS_MAX) return false;
    this.#subscriptions.add(subscription);
    return true;
  }

  /** Removes a stream. */
  unsubscribe(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
  }

  /** Wakes the streams: something has changed, or events were lost and may have said so. */
  onEvents(events: SubscriberMessage["events"]): void {
    for (const event of events) {
      if (event.kind !== "EventsLost") this.#heardSeq = Math.max(this.#heardSeq, event.lastSeq);
    }
    for (const { wake, hears } of this.#subscriptions) {
      if (hears === undefined || events.some(hears)) wake();
    }
  }

  /** Ends all streams. */
  close(): void {
    this.#closed = true;
    for (const { wake } of this.#subscriptions) wake();
  }

  /** The latest stamp before which nothing can come any more. */
  async position(): Promise<Result<number>> {
    // No change has this stamp, which is answered with `reset` and the latest one.
    const request = { afterSeq: Number.MAX_SAFE_INTEGER, filter: EVERYTHING, limit: 1 };
    const changes = await this.#service.changes(request);
    return changes.ok ? ok(changes.value.lastSeq) : changes;
  }
}
