import {
  type QueueConfig,
  TASK_STATUSES,
  type TaskRecord,
  type TaskStatus,
} from "../domain/task.ts";
import type { TokenBucket } from "../domain/token_bucket.ts";
import { isEnded } from "../domain/task_state.ts";
import type { ScheduleRecord } from "../domain/schedule.ts";
import type { CommitCounts, JoinedExecutor, ReadyWork, RunRef, TickCount } from "../protocol.ts";
import type { Stray } from "./strays.ts";

interface EndedRuns {
  readonly runs: RunRef[];
  totalMs: number;
}

interface MutableCounts {
  readonly queue: string;
  readonly method: string;
  submitted: number;
  attempts: number;
  retries: number;
  readonly finished: Partial<Record<TaskStatus, number>>;
  readonly waitSeconds: number[];
  readonly runSeconds: number[];
}

/**
 * What a commit will have to say and remember once it stands. Handlers only add to it; nothing of it
 * leaves the scheduler before the transaction has committed, and all of it is dropped when it does not.
 */
export class Effects {
  readonly ready = new Map<string, ReadyWork>();
  readonly endedRuns = new Map<string, EndedRuns>();
  readonly cancelRequests = new Map<string, RunRef[]>();
  readonly queues: QueueConfig[] = [];
  readonly joined: JoinedExecutor[] = [];
  readonly endedIds: string[] = [];
  readonly results: { readonly num: number; readonly text: string }[] = [];
  /** Tasks whose log has grown. */
  readonly logged = new Set<number>();
  /** Workflows in which a task ended or came back to life. */
  readonly workflows = new Set<number>();
  /** Workflows that have lost a task. */
  readonly shrunkWorkflows = new Set<number>();
  readonly counts = new Map<string, MutableCounts>();
  /** Buckets of rate limits that were used or changed; null where the limit is gone. */
  readonly rates = new Map<string, TokenBucket | null>();
  /** Where the round-robin over keys has come to, by queue and pool. */
  readonly cursors = new Map<string, string | null>();
  /** Queues that wait for their rate limit to allow another start. */
  readonly throttled = new Set<string>();
  /** Queues with limits in which a run ended. */
  readonly freedQueues = new Set<string>();
  /** Where else tasks were found that this node can start, and where there are none any more. */
  readonly strays: Stray[] = [];
  readonly straysGone: Stray[] = [];
  /** Work that only other nodes can start, to be told to them. */
  readonly leftToOthers = new Map<string, ReadyWork>();
  /** Running code on other nodes that is to stop, by node. */
  readonly cancelsElsewhere = new Map<string, RunRef[]>();
  readonly deletedNums: number[] = [];
  /** Names of queues that there were no tasks of before. */
  readonly newQueues = new Set<string>();
  /** Workflows that have come to an end. */
  readonly endedWorkflowIds: string[] = [];
  /** Schedules that were changed or looked at; null for one that was deleted. */
  readonly schedules = new Map<string, ScheduleRecord | null>();
  readonly ticks = new Map<TickCount, number>();
  /** Ticks that could not start anything, for the log. */
  readonly refusedTicks: {
    readonly schedule: string;
    readonly nominalAt: number;
    readonly error: string;
  }[] = [];
  /** Dead letters whose `onFailure` task could not be submitted, for the log. */
  readonly refusedHandlers: { readonly id: string; readonly error: string }[] = [];
  /** How many were removed because their time was over. */
  readonly retired = { tasks: 0, workflows: 0 };
  lastSeq = 0;
  /** Up to where this commit has made minutes of the traffic; null where it has not. */
  trafficFoldedUntil: number | null = null;
  /** The earliest new time for which the clock has to be set. */
  wakeAt = Infinity;
  cacheHits = 0;
  cacheMisses = 0;

  /** Records that `after` came to be, from `before`; null for a task just submitted. */
  changed(before: TaskRecord | null, after: TaskRecord): void {
    this.lastSeq = Math.max(this.lastSeq, after.seq);
    if (before === null) this.countsOf(after).submitted++;
    else if (before.status === after.status) return;
    if (after.readyPool !== null) this.hint({ queue: after.queue, pool: after.readyPool });
    if (after.status === "scheduled" && after.dueAt !== null) this.wake(after.dueAt);
    if (after.expiresAt !== null && isWaiting(after.status)) this.wake(after.expiresAt);
    if (before?.status === "running" && after.status === "scheduled") {
      this.countsOf(after).retries++;
    }
    if (after.finishedAt !== null && isEnded(after.status)) this.#ended(after);
    else if (after.workflowNum !== null && before !== null && isEnded(before.status)) {
      this.workflows.add(after.workflowNum);
    }
  }

  /** Records that tasks are gone; `seq` is the newest stamp that says so. */
  deleted(nums: readonly number[], seq: number): void {
    this.deletedNums.push(...nums);
    this.lastSeq = Math.max(this.lastSeq, seq);
  }

  /** The settings that a queue was given; undefined where it was given none. */
  queueNamed(name: string): QueueConfig | undefined {
    return this.queues.findLast((queue) => queue.name === name);
  }

  /** Says that `work` may be claimable. */
  hint(work: ReadyWork): void {
    this.ready.set(`${work.queue}\n${work.pool}`, work);
  }

  /** Asks for the clock to be looked at, at `at`. */
  wake(at: number): void {
    this.wakeAt = Math.min(this.wakeAt, at);
  }

  /** Frees the slot that `ref` took on `executor`. */
  runEnded(executor: string, ref: RunRef, runMs: number): void {
    let ended = this.endedRuns.get(executor);
    if (ended === undefined) this.endedRuns.set(executor, ended = { runs: [], totalMs: 0 });
    ended.runs.push({ num: ref.num, run: ref.run });
    ended.totalMs += runMs;
  }

  /** Has the code of `ref` stopped. */
  cancelRequested(executor: string, ref: RunRef): void {
    const runs = this.cancelRequests.get(executor);
    if (runs === undefined) this.cancelRequests.set(executor, [{ num: ref.num, run: ref.run }]);
    else runs.push({ num: ref.num, run: ref.run });
  }

  /** Says that only other nodes can start `work`. */
  leaveToOthers(work: ReadyWork): void {
    this.leftToOthers.set(`${work.queue}\n${work.pool}`, work);
  }

  /** Has the code of `ref` stopped, which runs on another node. */
  cancelRequestedOn(node: string, ref: RunRef): void {
    const runs = this.cancelsElsewhere.get(node) ?? [];
    runs.push({ num: ref.num, run: ref.run });
    this.cancelsElsewhere.set(node, runs);
  }

  /** Counts decided ticks. */
  ticked(outcome: TickCount, count = 1): void {
    if (count > 0) this.ticks.set(outcome, (this.ticks.get(outcome) ?? 0) + count);
  }

  /** The metrics entry of a task's queue and method. */
  countsOf(task: { readonly queue: string; readonly method: string }): MutableCounts {
    const key = `${task.queue}\n${task.method}`;
    let counts = this.counts.get(key);
    if (counts === undefined) {
      counts = {
        queue: task.queue,
        method: task.method,
        submitted: 0,
        attempts: 0,
        retries: 0,
        finished: {},
        waitSeconds: [],
        runSeconds: [],
      };
      this.counts.set(key, counts);
    }
    return counts;
  }

  /** Adds what another item of the same commit has brought about. */
  absorb(other: Effects): void {
    for (const work of other.ready.values()) this.hint(work);
    for (const [executor, { runs, totalMs }] of other.endedRuns) {
      runs.forEach((ref) => this.runEnded(executor, ref, totalMs / runs.length));
    }
    for (const [executor, runs] of other.cancelRequests) {
      runs.forEach((ref) => this.cancelRequested(executor, ref));
    }
    for (const [node, runs] of other.cancelsElsewhere) {
      runs.forEach((ref) => this.cancelRequestedOn(node, ref));
    }
    this.strays.push(...other.strays);
    this.straysGone.push(...other.straysGone);
    for (const work of other.leftToOthers.values()) this.leaveToOthers(work);
    for (const [queue, bucket] of other.rates) this.rates.set(queue, bucket);
    for (const [place, key] of other.cursors) this.cursors.set(place, key);
    for (const queue of other.throttled) this.throttled.add(queue);
    for (const queue of other.freedQueues) this.freedQueues.add(queue);
    this.deletedNums.push(...other.deletedNums);
    this.retired.tasks += other.retired.tasks;
    this.retired.workflows += other.retired.workflows;
    for (const queue of other.newQueues) this.newQueues.add(queue);
    this.queues.push(...other.queues);
    this.joined.push(...other.joined);
    this.endedIds.push(...other.endedIds);
    this.results.push(...other.results);
    for (const num of other.logged) this.logged.add(num);
    this.endedWorkflowIds.push(...other.endedWorkflowIds);
    this.refusedTicks.push(...other.refusedTicks);
    this.refusedHandlers.push(...other.refusedHandlers);
    for (const [name, schedule] of other.schedules) this.schedules.set(name, schedule);
    for (const [outcome, count] of other.ticks) this.ticked(outcome, count);
    for (const num of other.workflows) this.workflows.add(num);
    for (const num of other.shrunkWorkflows) this.shrunkWorkflows.add(num);
    for (const counts of other.counts.values()) this.#absorbCounts(counts);
    this.lastSeq = Math.max(this.lastSeq, other.lastSeq);
    this.wake(other.wakeAt);
    this.cacheHits += other.cacheHits;
    this.cacheMisses += other.cacheMisses;
  }

  #absorbCounts(other: MutableCounts): void {
    const counts = this.countsOf(other);
    counts.submitted += other.submitted;
    counts.attempts += other.attempts;
    counts.retries += other.retries;
    counts.waitSeconds.push(...other.waitSeconds);
    counts.runSeconds.push(...other.runSeconds);
    for (const status of TASK_STATUSES) {
      const count = other.finished[status];
      if (count !== undefined) counts.finished[status] = (counts.finished[status] ?? 0) + count;
    }
  }

  /** The counts as they are published. */
  committedCounts(): readonly CommitCounts[] {
    return [...this.counts.values()];
  }

  #ended(task: TaskRecord): void {
    this.endedIds.push(task.id);
    if (task.workflowNum !== null) this.workflows.add(task.workflowNum);
    const { finished } = this.countsOf(task);
    finished[task.status] = (finished[task.status] ?? 0) + 1;
  }
}

function isWaiting(status: TaskStatus): boolean {
  return status === "blocked" || status === "scheduled" || status === "pending";
}
