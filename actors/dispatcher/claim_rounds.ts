import { isAlone } from "../domain/pool.ts";
import type { QueueConfig } from "../domain/task.ts";
import type { Assignment, ClaimedRuns, ReadyWork, SchedulerProtocol } from "../protocol.ts";
import type { ActorRef } from "../runtime/mod.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { ExecutorSlots } from "./executor_slots.ts";
import type { PoolRequests } from "./pool_requests.ts";
import { QueueRotation } from "./queue_rotation.ts";
import type { StalledWork } from "./stalled_work.ts";

export interface ClaimRoundsOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly executors: () => Iterable<ExecutorSlots>;
  /** Hands runs to the executor that they were claimed for. */
  readonly assign: (executor: ExecutorSlots, runs: readonly Assignment[]) => void;
  /** Asked for executors where there is work for a pool that has none. */
  readonly pools: Pick<PoolRequests, "ensure" | "failureOf">;
  /** Hears of work that could be dispatched, and of its dispatch. */
  readonly stalled: Pick<StalledWork, "waiting" | "moved">;
}

/** What is to be claimed for the executors of one pool. */
interface PoolPlan {
  readonly pool: string;
  readonly credits: readonly { readonly executor: ExecutorSlots; readonly credits: number }[];
  readonly shares: readonly {
    readonly queue: string;
    readonly share: number;
    /** The latest hint of the queue when this was planned. */
    readonly hint: number;
  }[];
}

/**
 * A claim that nobody waits for any more could still be committed, its runs lost to all: so it is
 * waited for as long as there is a scheduler, and with that one this actor ends too.
 */
const CLAIM_DEADLINE_MS = 86_400_000;
const CLAIM_RETRY_MS = 500;
const STATE_DEADLINE_MS = 5_000;
/** Most runs of one pool in a claim: a larger one would hold up everybody else's commit. */
const CLAIM_MAX = 256;

const log = getLogger("dispatcher");

/**
 * Claims ready work for free slots, one claim at a time: what becomes ready or free meanwhile goes
 * into the next. Owns the turns between queues, for each pool.
 */
export class ClaimRounds {
  readonly #options: ClaimRoundsOptions;
  readonly #rotations = new Map<string, QueueRotation>();
  readonly #queues = new Map<string, QueueConfig>();
  #claiming = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #paused = false;
  #failure: string | null = null;

  constructor(options: ClaimRoundsOptions) {
    this.#options = options;
  }

  /** Why nothing of a pool is dispatched, as far as that is known here, for people. */
  troubleOf(pool: string): string {
    const { executors, pools } = this.#options;
    if (![...executors()].some((executor) => executor.pool === pool)) {
      return pools.failureOf(pool) ?? "no executor of it has joined";
    }
    if (this.#failure !== null) return `claims fail: ${this.#failure}`;
    return this.#claiming ? "a claim is not answered" : "claims bring nothing";
  }

  /** Says that there may be ready work. */
  hint({ queue, pool }: ReadyWork): void {
    const settings = this.#queues.get(queue);
    // The scheduler hints again when a queue is resumed.
    if (settings?.paused !== true) this.#rotationOf(pool).add(queue, settings?.weight ?? 1);
  }

  /** Takes a queue's settings, which count from its next turn on. */
  configure(queue: QueueConfig): void {
    this.#queues.set(queue.name, queue);
    for (const [pool, rotation] of this.#rotations) {
      rotation.reweigh(queue.name, queue.weight);
      if (!queue.paused) continue;
      rotation.remove(queue.name);
      this.#settle(pool);
    }
  }

  /**
   * Those of `pools` for which the store has ready work in open queues, and forgets what else was
   * hinted of them; null where the scheduler does not answer.
   */
  async withWork(pools: readonly string[]): Promise<ReadonlySet<string> | null> {
    const hinted = pools.flatMap((pool) => {
      const rotation = this.#rotationOf(pool);
      return rotation.queues.map((queue) => ({ pool, queue, hint: rotation.hintOf(queue) }));
    });
    const answer = await this.#options.scheduler.ask({ kind: "GetDispatchState" }, {
      deadlineMs: STATE_DEADLINE_MS,
    });
    if (!answer.ok) return null;
    const { queues, ready } = answer.value;
    const closed = new Set(
      queues.filter(({ paused, concurrency }) => paused || concurrency === 0)
        .map(({ name }) => name),
    );
    const open = ready.filter(({ queue }) => !closed.has(queue));
    for (const { pool, queue, hint } of hinted) {
      const isOpen = open.some((work) => work.pool === pool && work.queue === queue);
      if (!isOpen) this.#rotationOf(pool).drained(queue, hint);
    }
    return new Set(open.map(({ pool }) => pool));
  }

  /** Claims nothing for a while, or goes on. */
  pause(paused: boolean): void {
    this.#paused = paused;
    this.pump();
  }

  /** Claims nothing more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
  }

  /** Claims, unless a claim is on its way, until there is no more work or no more room. */
  pump(): void {
    if (this.#claiming || this.#stopped || this.#paused) return;
    const plans = this.#planClaims();
    if (plans.length === 0) return;
    this.#claiming = true;
    void this.#claim(plans).then((again) => {
      this.#claiming = false;
      if (again) this.pump();
      else this.#retryLater();
    });
  }

  #planClaims(): readonly PoolPlan[] {
    const plans: PoolPlan[] = [];
    for (const [pool, rotation] of this.#rotations) {
      if (rotation.isEmpty) continue;
      const executors = [...this.#options.executors()].filter((one) => one.pool === pool);
      if (executors.length === 0) this.#options.pools.ensure(pool);
      const credits = executors.map((executor) => ({ executor, credits: executor.credits }));
      const free = credits.reduce((sum, { credits }) => sum + credits, 0);
      // Of suspects one runs at a time on the whole node, whatever its pool.
      const max = Math.min(free, isAlone(pool) ? 1 - this.#aloneRuns(plans) : CLAIM_MAX);
      // What waits for a slot moves when one is free; what lacks an executor may do so never.
      if (max > 0 || this.#lacksExecutors(pool, executors)) this.#options.stalled.waiting(pool);
      else this.#options.stalled.moved(pool);
      if (max <= 0) continue;
      const shares = [...rotation.share(max)].map(([queue, share]) => ({
        queue,
        share,
        hint: rotation.hintOf(queue),
      }));
      plans.push({ pool, credits, shares });
    }
    return plans;
  }

  /** Claims what was planned and hands it out. False when the scheduler could not answer. */
  async #claim(plans: readonly PoolPlan[]): Promise<boolean> {
    const requests = plans.flatMap(({ pool, shares }) =>
      shares.map(({ queue, share, hint }) => ({ queue, pool, max: share, hint }))
    );
    const answer = await this.#options.scheduler.ask({
      kind: "ClaimRuns",
      executors: plans.flatMap(({ pool, credits }) =>
        credits.map(({ executor: { name, incarnation, heldCount }, credits }) => ({
          executor: name,
          incarnation,
          pool,
          credits,
          held: heldCount,
        }))
      ),
      requests: requests.map(({ queue, pool, max }) => ({ queue, pool, max })),
    }, { deadlineMs: CLAIM_DEADLINE_MS });
    if (!answer.ok) {
      this.#failure = answer.error.message;
      log.warn("a claim failed and is tried again: {error}", { error: this.#failure });
      return false;
    }
    this.#failure = null;
    answer.value.forEach(({ runs, drained }, index) => {
      const request = requests[index];
      if (request === undefined) return;
      const rotation = this.#rotationOf(request.pool);
      rotation.unused(request.queue, request.max - runs.length);
      if (drained) rotation.drained(request.queue, request.hint);
    });
    answer.value.forEach(({ runs }, index) => {
      const pool = requests[index]?.pool;
      if (pool === undefined) return;
      if (runs.length > 0) this.#options.stalled.moved(pool);
      else this.#settle(pool);
    });
    const hands = handsOf(answer.value);
    for (const { executor } of plans.flatMap(({ credits }) => credits)) {
      const runs = hands.get(executor.name);
      if (runs !== undefined) this.#options.assign(executor, runs);
    }
    return true;
  }

  /** Where a pool has no work any more, none of it is late. */
  #settle(pool: string): void {
    if (this.#rotationOf(pool).isEmpty) this.#options.stalled.moved(pool);
  }

  #lacksExecutors(pool: string, executors: readonly ExecutorSlots[]): boolean {
    return executors.length === 0 && !(isAlone(pool) && this.#aloneRuns([]) > 0);
  }

  #retryLater(): void {
    // A hint may have led to a try before it was time for this one.
    clearTimeout(this.#retryTimer);
    if (!this.#stopped) this.#retryTimer = setTimeout(() => this.pump(), CLAIM_RETRY_MS);
  }

  #rotationOf(pool: string): QueueRotation {
    let rotation = this.#rotations.get(pool);
    if (rotation === undefined) this.#rotations.set(pool, rotation = new QueueRotation());
    return rotation;
  }

  /** Suspects that run, or are about to be claimed. */
  #aloneRuns(plans: readonly PoolPlan[]): number {
    const planned = plans.filter(({ pool }) => isAlone(pool)).length;
    return [...this.#options.executors()].reduce(
      (sum, { pool, heldCount }) => sum + (isAlone(pool) ? heldCount : 0),
      planned,
    );
  }
}

/** What each executor gets of a claim, in the order in which it was claimed. */
function handsOf(claimed: readonly ClaimedRuns[]): ReadonlyMap<string, readonly Assignment[]> {
  const hands = new Map<string, Assignment[]>();
  for (const { executor, assignment } of claimed.flatMap(({ runs }) => runs)) {
    const hand = hands.get(executor);
    if (hand === undefined) hands.set(executor, [assignment]);
    else hand.push(assignment);
  }
  return hands;
}
