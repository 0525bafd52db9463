import type { ActorRef } from "../runtime/mod.ts";
import type { DispatcherProtocol, ReadyWork, TasksCommitted } from "../protocol.ts";
import type { CommitReport } from "./commit_loop.ts";
import type { Effects } from "./effects.ts";
import type { QueueTable } from "./queue_table.ts";

export interface AnnouncerOptions {
  readonly queues: QueueTable;
  /** Whether the dispatcher is to hear of work in a pool: see `MethodTable`. */
  readonly concerns: (pool: string) => boolean;
  readonly dispatcher: ActorRef<DispatcherProtocol>;
  readonly publish: (event: TasksCommitted) => void;
}

/** How long events that nobody waits for may gather. */
const GATHER_MS = 20;

/** Tells the others what a commit has changed, once it stands. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  /** Events without an end in them: counts for the metrics, and changes for those who watch. */
  readonly #gathered: TasksCommitted[] = [];
  #gatherTimer: ReturnType<typeof setTimeout> | undefined;
  /** Every pool that had ready work since the start: where a freed queue may have some. */
  readonly #pools = new Set<string>();
  /** Queues in which ready work waits for the rate limit. */
  readonly #throttled = new Set<string>();

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  announce(effects: Effects, report: CommitReport): void {
    for (const queue of effects.throttled) this.#throttled.add(queue);
    this.#tellDispatcher(effects);
    const { lastSeq, endedIds, logged, ticks, retired, queues, schedules } = effects;
    const others = logged.size + ticks.size + retired.workflows + queues.length + schedules.size;
    if (lastSeq === 0 && endedIds.length === 0 && others === 0) return;
    this.#gathered.push({
      kind: "TasksCommitted",
      lastSeq: effects.lastSeq,
      ended: effects.endedIds,
      counts: effects.committedCounts(),
      commitSeconds: report.seconds,
      batchSize: report.items,
      cacheHits: effects.cacheHits,
      cacheMisses: effects.cacheMisses,
      ...(logged.size > 0 && { logged: [...logged] }),
      ...(ticks.size > 0 && { ticks: Object.fromEntries(ticks) }),
      ...(retired.tasks + retired.workflows > 0 && { retired: { ...retired } }),
    });
    // An end may be waited for. The rest is worth no hop between isolates per commit.
    if (effects.endedIds.length > 0) this.flush();
    else this.#gatherTimer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  /** Publishes what has gathered. */
  flush(): void {
    clearTimeout(this.#gatherTimer);
    this.#gatherTimer = undefined;
    for (const event of this.#gathered.splice(0)) this.#options.publish(event);
  }

  /** Says that there may be claimable work in these places. */
  hint(ready: readonly ReadyWork[]): void {
    this.seePools(ready);
    this.#hint(ready);
  }

  /** Says that `queues` may have claimable work in any pool. */
  hintQueues(queues: Iterable<string>): void {
    const work = [...queues].flatMap((queue) => [...this.#pools].map((pool) => ({ queue, pool })));
    this.#hint(work);
  }

  /** Has what waits for a rate limit looked at again; what still has to wait says so anew. */
  hintThrottled(): void {
    const throttled = [...this.#throttled];
    this.#throttled.clear();
    this.hintQueues(throttled);
  }

  /** Learns of pools that have work from before this start. */
  seePools(work: readonly ReadyWork[]): void {
    for (const { pool } of work) if (this.#options.concerns(pool)) this.#pools.add(pool);
  }

  #tellDispatcher(effects: Effects): void {
    const { dispatcher } = this.#options;
    for (const queue of effects.queues) dispatcher.tell({ kind: "QueueChanged", queue });
    for (const executor of effects.joined) dispatcher.tell({ kind: "ExecutorJoined", executor });
    for (const [executor, { runs, totalMs }] of effects.endedRuns) {
      dispatcher.tell({ kind: "RunsEnded", executor, runs, meanRunMs: totalMs / runs.length });
    }
    for (const [executor, runs] of effects.cancelRequests) {
      dispatcher.tell({ kind: "CancelRequested", executor, runs });
    }
    this.hint([...effects.ready.values()]);
    const freed = new Set([...effects.freedQueues, ...effects.queues.map(({ name }) => name)]);
    if (freed.size > 0) this.hintQueues(freed);
  }

  #hint(hints: readonly ReadyWork[]): void {
    const { dispatcher, queues, concerns } = this.#options;
    const work = hints.filter(({ queue, pool }) => concerns(pool) && !queues.get(queue).paused);
    if (work.length > 0) dispatcher.tell({ kind: "WorkBecameReady", work });
  }
}
