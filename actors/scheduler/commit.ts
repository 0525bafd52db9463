import type { TaskEvent } from "../domain/task_state.ts";
import { isEnded, transition } from "../domain/task_state.ts";
import { classify, countEnded } from "../domain/trigger_rule.ts";
import { workflowStatus } from "../domain/workflow.ts";
import type { QueueConfig, TaskRecord, WorkflowRecord } from "../domain/task.ts";
import type { StoreWriter, TaskChange } from "../storage/port.ts";
import { NotLeaderError } from "../storage/port/cluster.ts";
import type { QueueLockPurpose } from "../storage/port/queue_locks.ts";
import { Effects } from "./effects.ts";
import { handleFailures } from "./handle_failures.ts";
import type { KeyCursors } from "./key_cursors.ts";
import type { LeaderRole } from "./leader_role.ts";
import type { MethodTable } from "./method_table.ts";
import type { QueueNames } from "./queue_names.ts";
import type { QueueTable } from "./queue_table.ts";
import { noticeQueue } from "./refresh.ts";
import type { ResultCache } from "./result_cache.ts";
import type { ScheduleTable } from "./schedule_table.ts";
import type { Strays } from "./strays.ts";

/** What handlers need besides the transaction. None of it but the role changes inside a commit. */
export interface CommitContext {
  readonly node: string;
  /** True where other nodes write to the store too: what memory says may be out of date. */
  readonly shared: boolean;
  readonly role: LeaderRole;
  readonly methods: MethodTable;
  readonly queues: QueueTable;
  readonly cursors: KeyCursors;
  readonly strays: Strays;
  readonly queueNames: QueueNames;
  readonly results: ResultCache;
  readonly schedules: ScheduleTable;
  /** Up to where traffic is kept by the minute, as far as this isolate knows. */
  readonly traffic: { foldedUntil: number };
  readonly random: () => number;
}

/** A task with the event that happened to it, as it was read in this transaction. */
export interface TaskEventItem {
  readonly before: TaskRecord;
  readonly event: TaskEvent;
  /** New input at a retry. */
  readonly args?: string | null;
}

/**
 * One transaction in the making: the store's verbs, the time, and the effects that follow. All changes
 * of task state pass through `apply`, so that the pure table decides them, dependents hear of every
 * end in the same transaction, and nothing is told that is not written.
 */
export class Commit {
  readonly tx: StoreWriter;
  readonly now: number;
  readonly context: CommitContext;
  effects = new Effects();
  /** Settings as they were read in this transaction; null where a queue has none. */
  readonly #settings = new Map<string, QueueConfig | null>();
  readonly #busyQueues = new Set<string>();
  /** What came before the work that is isolated, the nearest first; work may be isolated inside such. */
  #earlier: readonly Effects[] = [];

  constructor(tx: StoreWriter, now: number, context: CommitContext) {
    this.tx = tx;
    this.now = now;
    this.context = context;
  }

  /** Runs `work` so that, where it throws, neither its writes remain nor its effects. */
  async isolated<T>(work: () => Promise<T>): Promise<T> {
    const [all, earlier] = [this.effects, this.#earlier];
    this.#earlier = [all, ...earlier];
    this.effects = new Effects();
    try {
      const value = await this.tx.savepoint(work);
      all.absorb(this.effects);
      return value;
    } finally {
      this.effects = all;
      this.#earlier = earlier;
    }
  }

  /**
   * Makes sure that this node leads until the transaction ends.
   *
   * @throws {NotLeaderError} When it does not.
   */
  async assertLeading(): Promise<void> {
    const { role } = this.context;
    const { claim } = role;
    if (claim === null) return;
    try {
      await this.tx.assertLeading(claim);
    } catch (error) {
      if (error instanceof NotLeaderError) role.refused(claim);
      throw error;
    }
  }

  /**
   * Reads the settings of queues by which this commit is going to decide, where other nodes may have changed
   * them, and locks them as far as `purpose` asks for. Before anything else: that is the order of locks.
   */
  async lockQueues(names: readonly string[], purpose: QueueLockPurpose): Promise<void> {
    if (!this.context.shared || names.length === 0) return;
    const { settings, busy } = await this.tx.lockQueues(names, purpose);
    for (const name of busy) this.#busyQueues.add(name);
    for (const name of names) {
      const queue = settings.get(name);
      this.#settings.set(name, queue ?? null);
      if (queue !== undefined) noticeQueue(this, queue);
    }
  }

  /** True where another node counts in the queue, so that this commit must not start anything of it. */
  isBusy(queue: string): boolean {
    return this.#busyQueues.has(queue);
  }

  /** A queue's settings, with what this commit has changed of them. */
  queueNamed(name: string): QueueConfig {
    return this.#changedQueue(name) ?? this.#settings.get(name) ?? this.context.queues.get(name);
  }

  /** True for a queue that has settings of its own. */
  isSetUp(name: string): boolean {
    if (this.#changedQueue(name) !== undefined) return true;
    const stored = this.#settings.get(name);
    return stored === undefined ? this.context.queues.has(name) : stored !== null;
  }

  #changedQueue(name: string): QueueConfig | undefined {
    for (const effects of this.#soFar()) {
      const queue = effects.queueNamed(name);
      if (queue !== undefined) return queue;
    }
    return undefined;
  }

  /** The key that had the last turn at a queue and pool. */
  cursorOf(place: string): string | null {
    for (const { cursors } of this.#soFar()) {
      const key = cursors.get(place);
      if (key !== undefined) return key;
    }
    return this.context.cursors.get(place);
  }

  /** All that this commit has brought about, the newest first. */
  #soFar(): readonly Effects[] {
    return [this.effects, ...this.#earlier];
  }

  /** Changes each task by its event and lets the ends ripple on. Answers the tasks after their own event. */
  async apply(items: readonly TaskEventItem[]): Promise<readonly TaskRecord[]> {
    const changed = await this.#write(items);
    // A task that had ended before was counted then; `commands.ts` recounts its dependents.
    await this.#settle(
      changed.filter((task, index) =>
        isEnded(task.status) && !isEnded(items[index]?.before.status ?? "pending")
      ),
    );
    const failed = changed.filter((task, index) =>
      task.onFailure !== undefined && task.status === "failed" &&
      items[index]?.before.status !== "failed"
    );
    if (failed.length > 0) await handleFailures(this, failed);
    return changed;
  }

  /** Adds lines to the logs of tasks, and has those told who follow them. */
  async appendLogs(items: Parameters<StoreWriter["appendLogs"]>[0]): Promise<void> {
    if (items.length === 0) return;
    await this.tx.appendLogs(items);
    for (const { num } of items) this.effects.logged.add(num);
  }

  /** Counts the ends of tasks that were inserted ended (skipped at once), which nothing waits for yet. */
  inserted(tasks: readonly TaskRecord[]): void {
    for (const task of tasks) this.effects.changed(null, task);
  }

  /** Brings the status of every touched workflow in line with its tasks; once, before the commit. */
  async closeWorkflows(): Promise<void> {
    const { workflows: changed, shrunkWorkflows } = this.effects;
    if (changed.size === 0 && shrunkWorkflows.size === 0) return;
    const ends = [];
    for (
      const workflow of (await this.tx.loadWorkflows([...changed.union(shrunkWorkflows)])).values()
    ) {
      const { num, id } = workflow;
      const status = workflowStatus(workflow.counts);
      const finishedAt = status === "running" ? null : this.#endOf(workflow);
      if (status === workflow.status && finishedAt === workflow.finishedAt) continue;
      ends.push({ num, status, finishedAt });
      if (finishedAt !== null) this.effects.endedWorkflowIds.push(id);
    }
    if (ends.length > 0) await this.tx.finishWorkflows(ends);
  }

  /** One that has only lost a task has ended when it did. */
  #endOf({ num, finishedAt }: WorkflowRecord): number {
    return this.effects.workflows.has(num) ? this.now : finishedAt ?? this.now;
  }

  async #write(items: readonly TaskEventItem[]): Promise<readonly TaskRecord[]> {
    if (items.length === 0) return [];
    const by = { now: this.now, random: this.context.random };
    const changes = items.map(({ before, event, args }) => {
      // A retry is a wish to run it after all, with what its end had skipped. An expiry in the past
      // would defeat that.
      const isWanted = event.kind === "retried" || event.kind === "revived";
      const clearExpiry = isWanted && (before.expiresAt ?? Infinity) <= this.now;
      return { before, after: transition(before, event, by), args: args ?? null, clearExpiry };
    });
    const seqs = await this.tx.updateTasks(changes);
    return changes.map((change, index) => {
      const task = changedTask(change, seqs[index] ?? change.before.seq);
      this.effects.changed(change.before, task);
      return task;
    });
  }

  /** Tells blocked dependents of what has ended, and their dependents of those that are skipped by it. */
  async #settle(ended: readonly TaskRecord[]): Promise<void> {
    let wave = ended;
    while (wave.length > 0) {
      const statusOf = new Map(wave.map((task) => [task.num, task]));
      const dependents = await this.tx.dependentsOf([...statusOf.keys()], ["blocked"]);
      if (dependents.length === 0) return;
      const children = new Map<number, { child: TaskRecord; counts: TaskRecord["counts"] }>();
      for (const { parent, child } of dependents) {
        const task = statusOf.get(parent);
        const kind = task && classify(task.status, task.reason);
        if (!kind) throw new Error(`task ${parent} settles dependents without having ended`);
        const counts = children.get(child.num)?.counts ?? child.counts;
        children.set(child.num, { child, counts: countEnded(counts, kind) });
      }
      const changed = await this.#write(
        [...children.values()].map(({ child, counts }) => ({
          before: child,
          event: { kind: "dependencies_changed", counts },
        })),
      );
      wave = changed.filter((task) => isEnded(task.status));
    }
  }
}

/** The record of a task after `change`. */
function changedTask({ before, after, args, clearExpiry }: TaskChange, seq: number): TaskRecord {
  const task = { ...before, ...after, seq };
  if (args === null && clearExpiry !== true) return task;
  return {
    ...task,
    args: args ?? before.args,
    expiresAt: clearExpiry === true ? null : before.expiresAt,
  };
}
