/** The clients of a simulation: careful ones, who ask again until they have an answer. */
import { bareHandler, type FailureHandler } from "../../actors/domain/failure_handler.ts";
import type { TaskTemplate } from "../../actors/domain/schedule.ts";
import { LIVE_STATUSES, type Uniqueness } from "../../actors/domain/uniqueness.ts";
import type {
  DeadLetterCommand,
  DeadLetterFilter,
  DeadLetterWalk,
  SchedulerMessage,
  SchedulerReplies,
  Submission,
} from "../../actors/protocol.ts";
import { scheduleSpec, template } from "../support/schedules.ts";
import { submission } from "../support/submission.ts";
import type { PlannedTask, UserAction } from "./scenario.ts";
import type { SimProcess } from "./sim_process.ts";
import type { SimulatedRun } from "./sim_tasks.ts";
import type { VirtualTime } from "./virtual_time.ts";

export interface UsersOptions {
  readonly time: VirtualTime;
  /** The process that is there to be asked; null while there is none. */
  readonly process: () => SimProcess | null;
  readonly tell: (line: string) => void;
}

const ALL: DeadLetterFilter = {
  queue: null,
  method: null,
  workflowId: null,
  label: null,
  since: null,
  until: null,
  q: null,
  reason: null,
};
const ONLY_ONE: Uniqueness = { key: null, by: "method", withinMs: null, states: LIVE_STATUSES };
const HANDLER_RUN: SimulatedRun = { ms: 20, end: "return", deaf: false, returnsAt: null };
const HANDLER: FailureHandler = {
  ...bareHandler("sim.work"),
  args: JSON.stringify([HANDLER_RUN]),
  queue: "bulk",
};
const REVIVING: readonly string[] = ["retry", "retry_workflow", "redrive_all"];
const TRY_AGAIN_MS = 300;

/** Submits, commands and sets up, and keeps in mind what was promised. */
export class Users {
  readonly #options: UsersOptions;
  /** Ids of tasks that were accepted, and whose deletion was not asked for. */
  readonly accepted = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #schedules = new Set<string>();
  #asking = 0;
  #haveRevived = false;

  constructor(options: UsersOptions) {
    this.#options = options;
  }

  /** Questions without an answer. */
  get asking(): number {
    return this.#asking;
  }

  /** True when nothing is asked any more, and nothing starts by itself. */
  get areDone(): boolean {
    return this.#asking === 0 && this.#schedules.size === 0;
  }

  /** True once something that had ended was asked to be run again. */
  get haveRevived(): boolean {
    return this.#haveRevived;
  }

  act(action: UserAction): void {
    if (REVIVING.includes(action.kind)) this.#haveRevived = true;
    switch (action.kind) {
      case "submit":
        return this.#submit(action.tasks);
      case "workflow":
        return this.#submitWorkflow(action.id, action.tasks);
      case "cancel":
        return this.insist({ kind: "CancelTask", id: action.id });
      case "retry":
        return this.insist({ kind: "RetryTask", id: action.id, args: null });
      case "delete":
        // From now on nobody may complain that it is gone, also where it is accepted only later.
        this.#deleted.add(action.id);
        this.accepted.delete(action.id);
        return this.insist({ kind: "DeleteTask", id: action.id });
      case "cancel_workflow":
        return this.insist({ kind: "CancelWorkflow", id: action.id });
      case "retry_workflow":
        return this.insist({ kind: "RetryWorkflow", id: action.id });
      case "redrive_all":
      case "discard_all":
        return this.#walkDeadLetters(action.kind, null);
      case "schedule":
        return this.#setUpSchedule(action);
      case "pause_schedule":
        return this.insist({ ...action, kind: "PauseSchedule" });
      case "trigger":
        return this.insist({ kind: "TriggerSchedule", name: action.name });
      case "pause":
        return this.insist({
          kind: "ConfigureQueue",
          name: action.queue,
          patch: { paused: action.paused },
        });
      case "limit": {
        const { queue: name, concurrency, keyConcurrency, rateLimit } = action;
        const patch = { concurrency, keyConcurrency, rateLimit };
        return this.insist({ kind: "ConfigureQueue", name, patch });
      }
    }
  }

  deleteSchedules(): void {
    for (const name of this.#schedules) this.insist({ kind: "DeleteSchedule", name });
    this.#schedules.clear();
  }

  #setUpSchedule(action: Extract<UserAction, { readonly kind: "schedule" }>): void {
    const { name, everySeconds, overlap, catchUpWindowMs, jitterMs, run } = action;
    const task = template({ method: "sim.work", args: JSON.stringify([run]) });
    const cron = `*/${everySeconds} * * * * *`;
    const target = { kind: "task", task } as const;
    const spec = scheduleSpec({ cron, overlap, catchUpWindowMs, jitterMs, target });
    this.insist({ kind: "PutSchedule", name, spec }, () => this.#schedules.add(name));
  }

  /** Goes through all dead letters, a few at a time. */
  #walkDeadLetters(kind: "redrive_all" | "discard_all", walk: DeadLetterWalk | null): void {
    const selection = { by: "filter", filter: ALL, walk, limit: 5 } as const;
    const message: DeadLetterCommand = kind === "redrive_all"
      ? { kind: "RedriveDeadLetters", selection, args: null }
      : { kind: "DiscardDeadLetters", selection };
    this.insist(message, (answer) => {
      if (answer.ok && answer.value.next !== null) this.#walkDeadLetters(kind, answer.value.next);
    });
  }

  #submit(tasks: readonly PlannedTask[]): void {
    const items = tasks.map((task) => this.#submissionOf(task));
    this.insist({ kind: "SubmitTasks", items }, (answers) => {
      answers.forEach((answer, index) => {
        const id = items[index]?.id ?? "";
        // Of what is to be the only one of its work, the answer may be another task.
        if (answer.ok) this.#accept(answer.value.task.id);
        else this.#options.tell(`${id} is refused: ${answer.error.reason}`);
      });
    });
  }

  #submitWorkflow(id: string, tasks: readonly PlannedTask[]): void {
    const items = tasks.map((task) => ({ ...this.#submissionOf(task), key: task.id }));
    const message = {
      kind: "SubmitWorkflow",
      id,
      name: null,
      contentHash: "sha256-w",
      idempotencyKey: null,
      tasks: items,
    } as const;
    this.insist(message, (answer) => {
      if (answer.ok) { for (const task of tasks) this.#accept(task.id); }
      else this.#options.tell(`${id} is refused: ${answer.error.reason}`);
    });
  }

  #accept(id: string): void {
    if (!this.#deleted.has(id)) this.accepted.add(id);
  }

  #submissionOf(task: PlannedTask): Submission {
    const { id, deps, rule, queue, priority, key, delayMs, timeoutMs, maxAttempts } = task;
    const template: Partial<TaskTemplate> = {
      method: task.blocking ? "sim.block" : "sim.work",
      args: JSON.stringify([task.run]),
      deps,
      triggerRule: rule,
      queue,
      priority,
      delayMs,
      timeoutMs,
      concurrencyKey: key,
      retry: { maxAttempts, initialMs: 100, maxMs: 5_000 },
    };
    const { expiresInMs, unique, onFailure } = task;
    const expiresAt = expiresInMs === null ? null : this.#options.time.now() + expiresInMs;
    return submission({
      ...template,
      ...(unique !== undefined && { unique: { ...ONLY_ONE, key: unique } }),
      ...(onFailure === true && { onFailure: HANDLER }),
      id,
      expiresAt,
      contentHash: `sha256-${id}`,
    });
  }

  /** Asks until there is an answer, as a careful client does. */
  insist<K extends keyof AnswerOf>(
    message: Extract<SchedulerMessage, { readonly kind: K }>,
    onAnswer: (answer: AnswerOf[K]) => void = () => {},
  ): void {
    this.#asking++;
    this.#tryToAsk(message, (answer) => {
      this.#asking--;
      onAnswer(answer);
    });
  }

  #tryToAsk<K extends keyof AnswerOf>(
    message: Extract<SchedulerMessage, { readonly kind: K }>,
    onAnswer: (answer: AnswerOf[K]) => void,
  ): void {
    const again = () =>
      void this.#options.time.after(TRY_AGAIN_MS, () => this.#tryToAsk(message, onAnswer));
    const process = this.#options.process();
    if (process === null || process.ended) return again();
    void process.ask<K>(message).then((answer) => {
      this.#options.time.stir();
      if (answer === null || isPassing(answer)) again();
      else onAnswer(answer as AnswerOf[K]);
    });
  }
}

type AnswerOf = SchedulerReplies;

/** True for an answer that asks to be asked again. */
function isPassing(answer: unknown): boolean {
  const [one] = Array.isArray(answer) ? answer : [answer];
  if (typeof one !== "object" || one === null || !("ok" in one) || one.ok !== false) return false;
  const error: unknown = "error" in one ? one.error : null;
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  return error.code === "unavailable" || error.code === "internal";
}
