import { ok, refuse, type Result } from "../actors/domain/error.ts";
import { isEnded } from "../actors/domain/task_state.ts";
import type { TaskRecord } from "../actors/domain/task.ts";
import type { Submission, SubmittedTask, SubscriberMessage } from "../actors/protocol.ts";
import { type Waiter, Waiters } from "./waiters.ts";

/** How ends are waited for: what reads a task, what submits one, and how many waits there may be. */
export interface EndWaitsOptions {
  readonly getTask: (id: string) => Promise<Result<TaskRecord>>;
  readonly submit: (items: readonly Submission[]) => Promise<readonly Result<SubmittedTask>[]>;
  readonly max: number;
}

/** Waits for tasks to end, without a message between actors that waits. */
export class EndWaits {
  readonly #options: EndWaitsOptions;
  readonly #waiters: Waiters;

  constructor(options: EndWaitsOptions) {
    this.#options = options;
    this.#waiters = new Waiters(options.max);
  }

  /** See `TaskService.awaitEnd`. */
  async awaitEnd(id: string, waitMs: number, signal?: AbortSignal): Promise<Result<TaskRecord>> {
    const { getTask } = this.#options;
    if (waitMs <= 0) return await getTask(id);
    const waiter = this.#waiters.register(id);
    if (waiter === null) return tooManyWaiters();
    try {
      const until = elapsed() + waitMs;
      return await this.#untilEnd(waiter, await getTask(id), { id, until, signal });
    } finally {
      waiter.release();
    }
  }

  /** See `TaskService.submitAndWait`. */
  async submitAndWait(
    submission: Submission,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<Result<TaskRecord>> {
    const { submit } = this.#options;
    const until = elapsed() + waitMs;
    const waiter = this.#waiters.register(submission.id);
    if (waiter === null) return tooManyWaiters();
    try {
      const [submitted] = await submit([submission]);
      if (submitted === undefined) throw new Error("SubmitTasks answered nothing for its item");
      if (!submitted.ok) return submitted;
      const { task } = submitted.value;
      // An idempotency key may lead to a task with another id, for which nobody has registered.
      if (task.id !== submission.id) return await this.awaitEnd(task.id, until - elapsed(), signal);
      return await this.#untilEnd(waiter, ok(task), { id: task.id, until, signal });
    } finally {
      waiter.release();
    }
  }

  /** Wakes those who wait for a task that the events say has ended. */
  onEvents(events: SubscriberMessage["events"]): void {
    for (const event of events) {
      if (event.kind === "EventsLost" || event.ended === null) this.#waiters.wakeAll();
      else this.#waiters.wake(event.ended);
    }
  }

  /** Answers all who wait with their task as it is, and from now on lets nobody wait. */
  close(): void {
    this.#waiters.close();
  }

  async #untilEnd(
    waiter: Waiter,
    first: Result<TaskRecord>,
    { id, until, signal }: { id: string; until: number; signal: AbortSignal | undefined },
  ): Promise<Result<TaskRecord>> {
    const { getTask } = this.#options;
    let task = first;
    while (task.ok && !hasEnded(task.value)) {
      const wake = await waiter.wait(until - elapsed(), signal);
      if (wake === "timeout" && signal?.aborted === true) return task;
      task = await getTask(id);
      if (wake !== "woken") break;
    }
    return task;
  }
}

/** By a clock that nobody sets: one that was set back would make a wait as much longer. */
function elapsed(): number {
  return performance.now();
}

/** True when the task does not change any more by itself. */
export function hasEnded({ status }: Pick<TaskRecord, "status">): boolean {
  return isEnded(status);
}

function tooManyWaiters(): Result<never> {
  return refuse(
    "resource_exhausted",
    "too_many_waiters",
    "Cannot wait for the task: too many requests wait already; ask without waiting",
    { retryAfterMs: 1_000 },
  );
}
