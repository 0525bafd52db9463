/** A node's life with a store, without a node: random work through the port's verbs, as a scheduler does it. */
import type { TaskRecord, TaskState } from "../../actors/domain/task.ts";
import type { NewTask, Store, StoreWriter } from "../../actors/storage/port.ts";
import { StoreConflictError } from "../../actors/storage/port.ts";
import {
  blockedTask,
  changeOf,
  claimOf,
  completionOf,
  newTask,
  NOT_READY,
  PENDING,
  present,
  selectReady,
  T0,
} from "../conformance/store_fixture.ts";

/** Queues are few, so that nodes meet in them, and one of them is emptied often. */
const QUEUES = ["default", "mail", "rare"];

/** What is to be remembered of a step once it stands. */
type Committed = () => unknown;

/** A store that is used at random. Every step is one transaction. */
export class StoreLife {
  readonly #store: Store;
  readonly #random: () => number;
  /** Ids of tasks that anybody has made; shared with other lives in the same store. */
  readonly #ids: string[];
  /** Nums of what this node runs. */
  readonly #running = new Set<number>();

  constructor(store: Store, random: () => number, ids: string[]) {
    this.#store = store;
    this.#random = random;
    this.#ids = ids;
  }

  /** Does something, again where another node was in the way. */
  async step(): Promise<void> {
    const steps = [
      ...[this.#submit, this.#submit, this.#submitWorkflow, this.#claim, this.#claim],
      ...[this.#finish, this.#finish, this.#finish, this.#retire, this.#discard],
    ];
    const work = present(steps[this.#below(steps.length)]);
    for (;;) {
      try {
        const committed = await this.#store.write((tx) => work.call(this, tx));
        committed();
        return;
      } catch (error) {
        if (!(error instanceof StoreConflictError)) throw error;
      }
    }
  }

  /** A task, waiting for one that there is, if that lives. */
  async #submit(tx: StoreWriter): Promise<Committed> {
    const parents = [...(await tx.findTasks(this.#some(2))).values()].filter(isLive);
    const num = await tx.allocateNums("task", 1);
    const queue = present(QUEUES[this.#below(QUEUES.length)]);
    const more: Partial<NewTask> = { id: `task-${num}`, queue, createdAt: T0 };
    const parentTasks = parents.map((parent) => newTask(parent.num, { id: parent.id }));
    const task = parents.length === 0 ? newTask(num, more) : blockedTask(num, parentTasks, more);
    await tx.insertTasks([task]);
    return () => this.#ids.push(task.id);
  }

  /** A workflow of two tasks, the second after the first. */
  async #submitWorkflow(tx: StoreWriter): Promise<Committed> {
    const workflowNum = await tx.allocateNums("workflow", 1);
    const num = await tx.allocateNums("task", 2);
    const workflowId = `workflow-${workflowNum}`;
    const more = { workflowId, workflowNum };
    const workflow = { id: workflowId, num: workflowNum, name: null, contentHash: "h" };
    await tx.insertWorkflows([{ ...workflow, status: "running", createdAt: T0, finishedAt: null }]);
    const first = newTask(num, more);
    await tx.insertTasks([first, blockedTask(num + 1, [first], more)]);
    return () => this.#ids.push(first.id, `task-${num + 1}`);
  }

  async #claim(tx: StoreWriter): Promise<Committed> {
    const queue = present(QUEUES[this.#below(QUEUES.length)]);
    const { tasks } = await selectReady(tx, { queue, max: 3 });
    await tx.updateTasks(tasks.map((task) => claimOf(task)));
    await tx.insertRuns(
      tasks.map((task) => ({ ...runOf(task, task.run + 1), node: "n", executor: "e" })),
    );
    return () => tasks.forEach(({ num }) => this.#running.add(num));
  }

  /** Ends what it runs: completed, or failed where nobody waits for it. */
  async #finish(tx: StoreWriter): Promise<Committed> {
    const nums = [...this.#running].slice(0, 1 + this.#below(3));
    const tasks = [...(await tx.loadTasks(nums, { texts: true })).values()];
    const waiting = await tx.dependentsOf(nums, ["blocked"]);
    const isAwaited = new Set(waiting.map(({ parent }) => parent));
    const fails = tasks.map(({ num }) => !isAwaited.has(num) && this.#random() < 0.3);
    await tx.updateTasks(
      tasks.map((task, index) =>
        fails[index] === true ? changeOf(task, failureOf(task)) : completionOf(task)
      ),
    );
    await tx.finishRuns(tasks.map((task, index) => ({
      ...runOf(task, task.run),
      finishedAt: T0 + 2_000,
      outcome: fails[index] === true ? "threw" : "completed",
      error: null,
    })));
    await this.#release(tx, waiting);
    await closeWorkflows(tx, tasks);
    return () => nums.forEach((num) => this.#running.delete(num));
  }

  /** Counts what has completed for those that wait for it, and lets go who waits for nothing more. */
  async #release(
    tx: StoreWriter,
    waiting: Awaited<ReturnType<StoreWriter["dependentsOf"]>>,
  ): Promise<void> {
    const ofChild = Map.groupBy(waiting, ({ child }) => child.num);
    await tx.updateTasks([...ofChild.values()].map((edges) => {
      const { child } = present(edges[0]);
      const succeeded = child.counts.succeeded + edges.length;
      const counts = { ...child.counts, succeeded };
      const isReady = succeeded === counts.total;
      return changeOf(child, isReady ? { ...PENDING, counts } : { counts });
    }));
  }

  /** Removes some of what has ended, where nothing that lives depends on it. */
  async #retire(tx: StoreWriter): Promise<Committed> {
    const all = [...(await tx.findTasks(this.#some(6))).values()];
    const ended = all.filter((task) => !isLive(task));
    const alone = ended.filter(({ workflowNum }) => workflowNum === null).map(({ num }) => num);
    const held = await tx.withLiveDependents(alone);
    await tx.deleteTasks(alone.filter((num) => !held.has(num)));
    const workflows = [...new Set(ended.flatMap(({ workflowNum }) => workflowNum ?? []))].sort();
    const live = await tx.liveWorkflows(workflows);
    await tx.deleteWorkflows(workflows.filter((num) => !live.has(num)));
    return nothing;
  }

  async #discard(tx: StoreWriter): Promise<Committed> {
    const tasks = [...(await tx.findTasks(this.#some(6))).values()];
    const dead = tasks.filter(({ status, discardedAt }) =>
      status === "failed" && discardedAt === null
    );
    const loaded = await tx.loadTasks(dead.map(({ num }) => num), { texts: true });
    await tx.updateTasks([...loaded.values()].map((task) => changeOf(task, { discardedAt: T0 })));
    return nothing;
  }

  /** Ids of some tasks, new ones mostly. */
  #some(count: number): readonly string[] {
    const recent = this.#ids.slice(-20);
    return Array.from({ length: count }, () => recent[this.#below(recent.length)] ?? "none");
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function isLive({ finishedAt }: Pick<TaskState, "finishedAt">): boolean {
  return finishedAt === null;
}

function runOf({ num, attempt }: TaskRecord, run: number) {
  return { num, run, attempt: Math.min(attempt + 1, run), startedAt: T0 + 1_000 };
}

function failureOf({ run }: TaskRecord): Partial<TaskState> {
  const error = { name: "Error", message: `run ${run}`, stack: null };
  return {
    ...NOT_READY,
    ...{ status: "failed", reason: "attempts_exhausted", finishedAt: T0 + 2_000, error },
    ...{ crashes: 0, incarnation: null },
  };
}

/** A workflow has ended with the last of its tasks. */
async function closeWorkflows(tx: StoreWriter, tasks: readonly TaskRecord[]): Promise<void> {
  const nums = [...new Set(tasks.flatMap(({ workflowNum }) => workflowNum ?? []))].sort();
  const ended = [...(await tx.loadWorkflows(nums)).values()].filter(({ counts }) =>
    (counts.pending ?? 0) + (counts.blocked ?? 0) + (counts.running ?? 0) === 0
  );
  await tx.finishWorkflows(ended.map(({ num, counts }) => ({
    num,
    status: (counts.failed ?? 0) > 0 ? "failed" : "completed",
    finishedAt: T0 + 2_000,
  })));
}

function nothing(): void {}
