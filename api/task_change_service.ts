/**
 * Changes of many tasks, and how many those would be. The reader finds them, step by step, and the
 * scheduler changes a page of them at a time: no commit waits for the search, and other work gets in
 * between the pages.
 */
import { ok, type Result } from "../actors/domain/error.ts";
import { LIMITS } from "../actors/domain/task.ts";
import type {
  BatchDecision,
  ReaderProtocol,
  ReaderReplies,
  SchedulerProtocol,
  TaskChangeCommand,
  TaskChangeKind,
  TaskChoice,
  TaskWalk,
} from "../actors/protocol.ts";
import type { ActorRef } from "../actors/runtime/actor.ts";
import { asked, written } from "./ask_refusal.ts";
import { type BatchChange, interrupted, NOTHING, pageSize, sum } from "./batch_change.ts";

/** What a task change service works with. */
export interface TaskChangeServiceOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly reader: ActorRef<ReaderProtocol>;
  /** Most tasks that it changes in one commit; as many as fit when absent. */
  readonly pageTasks?: number;
}

/** What to do with them; `args` is JSON text of new arguments, null keeps each task's own. */
export type TaskAction =
  | { readonly kind: "cancel" }
  | { readonly kind: "retry"; readonly args: string | null };

type WalkedPage = ReaderReplies["WalkTasks"];

const WRITE = { deadlineMs: 15_000 };
const READ = { deadlineMs: 10_000 };
/** Tasks that one step of a count finds at most. */
const COUNT_PAGE = 10_000;
/** Steps of a count: it looks at 10,000 tasks in each, so that it ends within seconds in a store of any size. */
const COUNT_STEPS = 250;

/** Cancels and retries many tasks. */
export class TaskChangeService {
  readonly #scheduler: ActorRef<SchedulerProtocol>;
  readonly #reader: ActorRef<ReaderProtocol>;
  readonly #pageTasks: number;

  constructor({ scheduler, reader, pageTasks = Infinity }: TaskChangeServiceOptions) {
    this.#scheduler = scheduler;
    this.#reader = reader;
    this.#pageTasks = pageTasks;
  }

  /**
   * Cancels or retries the chosen tasks that can be. It meets each once, passes over those that came,
   * or failed, after it had begun, and ends after 100,000, or between two pages when `signal` aborts.
   */
  async change(
    choice: TaskChoice,
    action: TaskAction,
    signal?: AbortSignal,
  ): Promise<Result<BatchChange>> {
    const fitting = pageSize(action.kind === "retry" ? action.args : null);
    const perPage = Math.min(fitting, this.#pageTasks);
    let done = NOTHING;
    for (let walk: TaskWalk | null = null;;) {
      const limit = Math.min(perPage, LIMITS.changeTasks - done.matched);
      const page: Result<WalkedPage> = await this.#walk(action.kind, choice, { walk, limit });
      if (!page.ok) return interrupted(page.error, done);
      const changed = await this.#change(action, page.value);
      if (!changed.ok) return interrupted(changed.error, done);
      done = sum(done, changed.value);
      walk = page.value.next;
      if (walk === null) return ok({ ...done, more: false });
      const enough = done.matched >= LIMITS.changeTasks || signal?.aborted === true;
      if (enough) return ok({ ...done, more: true });
    }
  }

  /** How many tasks `change` would meet now. It changes nothing, and counts no further than that would go. */
  async count(
    change: TaskChangeKind,
    choice: TaskChoice,
    signal?: AbortSignal,
  ): Promise<Result<BatchChange>> {
    let matched = 0;
    let walk: TaskWalk | null = null;
    for (let step = 0; step < COUNT_STEPS && signal?.aborted !== true; step++) {
      const limit = Math.min(COUNT_PAGE, LIMITS.changeTasks - matched);
      const page: Result<WalkedPage> = await this.#walk(change, choice, { walk, limit });
      if (!page.ok) return page;
      matched += page.value.ids.length;
      walk = page.value.next;
      if (walk === null) return ok({ matched, changed: 0, more: false });
      if (matched >= LIMITS.changeTasks) break;
    }
    return ok({ matched, changed: 0, more: true });
  }

  async #walk(
    change: TaskChangeKind,
    choice: TaskChoice,
    step: { readonly walk: TaskWalk | null; readonly limit: number },
  ): Promise<Result<WalkedPage>> {
    return asked(await this.#reader.ask({ kind: "WalkTasks", change, choice, ...step }, READ));
  }

  async #change(
    action: TaskAction,
    { ids, upToSeq }: WalkedPage,
  ): Promise<Result<BatchDecision>> {
    if (ids.length === 0) return ok(NOTHING);
    const command: TaskChangeCommand = action.kind === "cancel"
      ? { kind: "CancelTasks", ids }
      : { kind: "RetryTasks", ids, args: action.args, upToSeq };
    return written(await this.#scheduler.ask(command, WRITE));
  }
}
