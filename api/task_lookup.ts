/** Reads of single tasks, gathered: one commit may wake hundreds of waiters at once. */
import { ok, refuse, type Result } from "../actors/domain/error.ts";
import type { TaskRecord } from "../actors/domain/task.ts";
import type { ReaderProtocol } from "../actors/protocol.ts";
import type { ActorRef } from "../actors/runtime/actor.ts";
import { readRefusal } from "./ask_refusal.ts";

interface PendingRead {
  readonly id: string;
  readonly resolve: (task: Result<TaskRecord>) => void;
}

/** Ids asked in one message; with texts of 1 MiB each this bounds an answer. */
const BATCH_MAX = 100;
const DEADLINE_MS = 10_000;

/** Asks the reader once for all tasks that are wanted in one turn of the event loop. */
export class TaskLookup {
  readonly #reader: ActorRef<ReaderProtocol>;
  #pending: PendingRead[] = [];

  constructor(reader: ActorRef<ReaderProtocol>) {
    this.#reader = reader;
  }

  /** The task with arguments and result; `not_found` where there is none. */
  getTask(id: string): Promise<Result<TaskRecord>> {
    const { promise, resolve } = Promise.withResolvers<Result<TaskRecord>>();
    this.#pending.push({ id, resolve });
    if (this.#pending.length === 1) queueMicrotask(() => this.#flush());
    return promise;
  }

  #flush(): void {
    const reads = this.#pending;
    this.#pending = [];
    for (let start = 0; start < reads.length; start += BATCH_MAX) {
      void this.#read(reads.slice(start, start + BATCH_MAX));
    }
  }

  async #read(reads: readonly PendingRead[]): Promise<void> {
    const ids = reads.map((pending) => pending.id);
    const reply = await this.#reader.ask({ kind: "GetTasks", ids }, { deadlineMs: DEADLINE_MS });
    reads.forEach(({ id, resolve }, i) => {
      if (!reply.ok) return resolve(readRefusal(reply.error));
      const task = reply.value[i] ?? null;
      resolve(task === null ? notFound(id) : ok(task));
    });
  }
}

function notFound(id: string): Result<never> {
  return refuse("not_found", "unknown_task", `Task "${id}" does not exist`, { subject: id });
}
