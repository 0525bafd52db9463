/**
 * What event streams share: where the stream of changes stands, and the wake-up at each commit.
 * A stream reads changes itself, at its own pace; a slow one skips states in between.
 */
import { ok, type Result } from "../../actors/domain/error.ts";
import type { SubscriberMessage, TaskFilter } from "../../actors/protocol.ts";
import type { TaskService } from "../task_service.ts";

const STREAMS_MAX = 1_000;
/** Numbers up to here are exact; no node gets there. */
const SEQ_MAX = Number.MAX_SAFE_INTEGER;

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

/** One stream's place in the feed. */
export interface Subscription {
  /** Calls `wake` at every later commit, and when the feed closes. */
  readonly wake: () => void;
}

/** The changes of all tasks, as far as this isolate has heard. */
export class ChangeFeed {
  readonly #service: TaskService;
  readonly #subscriptions = new Set<Subscription>();
  #lastSeq: number | null = null;
  #closed = false;

  constructor(service: TaskService) {
    this.#service = service;
  }

  /** True once streams have to end. */
  get closed(): boolean {
    return this.#closed;
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
      if (event.kind === "TasksCommitted") {
        this.#lastSeq = Math.max(this.#lastSeq ?? 0, event.lastSeq);
      }
    }
    for (const { wake } of this.#subscriptions) wake();
  }

  /** Ends all streams. */
  close(): void {
    this.#closed = true;
    for (const { wake } of this.#subscriptions) wake();
  }

  /**
   * The latest stamp. Before the first event it is found by bisection: whether anything
   */
  async position(): Promise<Result<number>> {
    if (this.#lastSeq !== null) return ok(this.#lastSeq);
    let [low, high] = [0, 1];
    while (true) {
      const beyond = await this.#hasChangesAfter(high);
      if (!beyond.ok) return beyond;
      if (!beyond.value) break;
      low = high;
      high = Math.min(high * 2, SEQ_MAX);
    }
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const beyond = await this.#hasChangesAfter(middle);
      if (!beyond.ok) return beyond;
      if (beyond.value) low = middle + 1;
      else high = middle;
    }
    // Events that came meanwhile know better.
    return ok(this.#lastSeq ??= high);
  }

  async #hasChangesAfter(afterSeq: number): Promise<Result<boolean>> {
    const changes = await this.#service.changes({ afterSeq, filter: EVERYTHING, limit: 1 });
    if (!changes.ok) return changes;
    return ok(changes.value.tasks.length > 0 || changes.value.more || changes.value.reset);
  }
}
