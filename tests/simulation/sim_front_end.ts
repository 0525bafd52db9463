import type { ReaderProtocol, SchedulerMessage, SchedulerProtocol } from "../../actors/protocol.ts";
import type { ActorContext, Behaviour, Protocol } from "../../actors/runtime/mod.ts";
import { TaskChangeService } from "../../api/task_change_service.ts";

export interface SimFrontEndOptions {
  readonly context: ActorContext;
  /** Resolves when the process ends. */
  readonly end: Promise<null>;
  /** What must not happen happened. */
  readonly onBug: (what: string) => void;
}

const DEADLINE_MS = 15_000;
/** So few that a change of many takes several commits. */
const PAGE_TASKS = 3;

/** A front-end of a simulated process: its users' way in. */
export class SimFrontEnd implements Behaviour<Protocol> {
  readonly #options: SimFrontEndOptions;
  /** Changes many tasks; what it answers has to be awaited by `unlessEnded`. */
  readonly changes: TaskChangeService;

  constructor(options: SimFrontEndOptions) {
    this.#options = options;
    const { context } = options;
    this.changes = new TaskChangeService({
      scheduler: context.ref<SchedulerProtocol>("scheduler"),
      reader: context.ref<ReaderProtocol>("reader"),
      pageTasks: PAGE_TASKS,
    });
  }

  receive(): null {
    return null;
  }

  /** What `promise` resolves to; null when the process ends before. */
  unlessEnded<T>(promise: Promise<T>): Promise<T | null> {
    return Promise.race([promise, this.#options.end]);
  }

  /** Asks the scheduler; null when there is no answer. */
  async ask<K extends keyof SchedulerProtocol["replies"]>(
    message: Extract<SchedulerMessage, { readonly kind: K }>,
  ): Promise<SchedulerProtocol["replies"][K] | null> {
    const { context, onBug } = this.#options;
    const answer = context.ref<SchedulerProtocol>("scheduler")
      .ask<K>(message as never, { deadlineMs: DEADLINE_MS });
    const first = await this.unlessEnded(answer);
    if (first?.ok === true) return first.value;
    // Whatever goes wrong: as long as there is somebody to answer, whoever asks is told.
    if (first?.error.code === "timeout") {
      onBug(`${(message as SchedulerMessage).kind} is never answered`);
    }
    return null;
  }
}
