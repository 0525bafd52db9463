/** The clients of a simulation: careful ones, who ask again until they have an answer. */
import type {
  DeadLetterCommand,
  DeadLetterFilter,
  DeadLetterWalk,
  SchedulerMessage,
  SchedulerReplies,
} from "../../actors/protocol.ts";
import { scheduleSpec, template } from "../support/schedules.ts";
import { actionOf, type ChangeMany, choiceOf, wishOf } from "./change_many.ts";
import { submissionOf } from "./planned_submission.ts";
import { isReviving, type PlannedTask, type UserAction } from "./scenario.ts";
import type { SimProcess } from "./sim_process.ts";
import type { TaskRow } from "./snapshot.ts";
import type { VirtualTime } from "./virtual_time.ts";
import type { Wish, Wishes } from "./wishes.ts";

export interface UsersOptions {
  readonly time: VirtualTime;
  /** The process that is there to be asked; null while there is none. */
  readonly process: () => SimProcess | null;
  /** How many ticks of a schedule have fired of those between two times, epoch ms. */
  readonly firedTicks: (
    name: string,
    range: { readonly from: number; readonly until: number },
  ) => number;
  /** Keeps account of what becomes of tasks by request. */
  readonly wishes: Wishes;
  readonly tell: (line: string) => void;
  /** An answer is wrong. */
  readonly onWrong: (what: string) => void;
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
const TRY_AGAIN_MS = 300;

/** Submits, commands and sets up, and keeps in mind what was promised. */
export class Users {
  readonly #options: UsersOptions;
  /** Ids of tasks that were accepted, and whose deletion was not asked for. */
  readonly accepted = new Set<string>();
  /** Names of schedules of which ticks of the past were to be fired. */
  readonly backfilled = new Set<string>();
  readonly #deleted = new Set<string>();
  /** Their ticks' distance, in ms, by name. */
  readonly #schedules = new Map<string, number>();
  readonly #workflows = new Map<string, readonly string[]>();
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
    if (isReviving(action)) this.#haveRevived = true;
    switch (action.kind) {
      case "submit":
        return this.#submit(action.tasks);
      case "workflow":
        return this.#submitWorkflow(action.id, action.tasks);
      case "cancel":
        return this.#wish("cancel", [action.id], { kind: "CancelTask", id: action.id });
      case "retry":
        return this.#wish("retry", [action.id], { kind: "RetryTask", id: action.id, args: null });
      case "delete":
        // From now on nobody may complain that it is gone, also where it is accepted only later.
        this.#deleted.add(action.id);
        this.accepted.delete(action.id);
        return this.#wish("other", [action.id], { kind: "DeleteTask", id: action.id });
      case "cancel_workflow":
      case "retry_workflow":
        return this.#changeWorkflow(action);
      case "change_many":
        return this.#changeMany(action);
      case "redrive_all":
      case "discard_all":
        return this.#walkDeadLetters(action.kind, null);
      case "schedule":
        return this.#setUpSchedule(action);
      case "pause_schedule":
        return this.insist({ ...action, kind: "PauseSchedule" });
      case "delete_schedule":
        return this.insist({ kind: "DeleteSchedule", name: action.name }, ({ ok }) => {
          if (ok) this.#schedules.delete(action.name);
        });
      case "backfill":
        return this.#backfill(action);
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
    for (const name of this.#schedules.keys()) this.insist({ kind: "DeleteSchedule", name });
    this.#schedules.clear();
  }

  /** Asks for a change of the tasks with these ids. */
  #wish<K extends keyof AnswerOf>(
    change: Wish["change"],
    ids: readonly string[],
    message: Extract<SchedulerMessage, { readonly kind: K }>,
  ): void {
    const answered = this.#options.wishes.ask({ change, means: ({ id }) => ids.includes(id) });
    this.insist(message, () => void answered(null));
  }

  #changeWorkflow({ kind, id }: WorkflowAction): void {
    const ids = this.#workflows.get(id) ?? [];
    if (kind === "cancel_workflow") {
      return this.#wish("cancel", ids, { kind: "CancelWorkflow", id });
    }
    this.#wish("retry", ids, { kind: "RetryWorkflow", id });
  }

  /** Changes many tasks, or counts them; from the beginning where it is interrupted. */
  #changeMany(plan: ChangeMany): void {
    this.#asking++;
    this.#tryToChange(plan);
  }

  #tryToChange(plan: ChangeMany): void {
    const { time, process, wishes, tell, onWrong } = this.#options;
    const again = () => void time.after(TRY_AGAIN_MS, () => this.#tryToChange(plan));
    const node = process();
    if (node === null || node.ended) return again();
    const answered = wishes.ask(wishOf(plan));
    const { changes } = node.frontEnd;
    const answer = plan.dryRun
      ? changes.count(plan.change, choiceOf(plan))
      : changes.change(choiceOf(plan), actionOf(plan));
    void node.frontEnd.unlessEnded(answer).then((answer) => {
      time.stir();
      const wrong = answered(answer?.ok === true ? answer.value : null);
      if (wrong !== null) onWrong(wrong);
      if (answer?.ok !== true) return again();
      this.#asking--;
      tell(`${plan.dryRun ? "counted" : "changed"} ${JSON.stringify(answer.value)}`);
    });
  }

  #setUpSchedule(action: Extract<UserAction, { readonly kind: "schedule" }>): void {
    const { name, everySeconds, overlap, catchUpWindowMs, jitterMs, run } = action;
    const task = template({ method: "sim.work", args: JSON.stringify([run]) });
    const cron = `*/${everySeconds} * * * * *`;
    const target = { kind: "task", task } as const;
    const spec = scheduleSpec({ cron, overlap, catchUpWindowMs, jitterMs, target });
    this.insist(
      { kind: "PutSchedule", name, spec },
      () => this.#schedules.set(name, everySeconds * 1_000),
    );
  }

  #backfill({ name, agoMs, forMs }: Extract<UserAction, { readonly kind: "backfill" }>): void {
    const { time, onWrong, firedTicks } = this.#options;
    const from = time.now() - agoMs;
    const until = Math.min(from + forMs, time.now());
    this.backfilled.add(name);
    this.insist({ kind: "BackfillSchedule", name, from, until }, (answer) => {
      const everyMs = this.#schedules.get(name);
      if (!answer.ok || everyMs === undefined) return;
      const ticks = Math.ceil(until / everyMs) - Math.ceil(from / everyMs);
      const { matched, changed } = answer.value;
      const fired = firedTicks(name, { from, until });
      if (matched === ticks && changed <= ticks && fired === ticks) return;
      onWrong(
        `a backfill of ${ticks} ticks of ${name} matched ${matched}, of which ${fired} fired`,
      );
    });
  }

  /** Goes through all dead letters, a few at a time. */
  #walkDeadLetters(kind: "redrive_all" | "discard_all", walk: DeadLetterWalk | null): void {
    const selection = { by: "filter", filter: ALL, walk, limit: 5 } as const;
    const message: DeadLetterCommand = kind === "redrive_all"
      ? { kind: "RedriveDeadLetters", selection, args: null }
      : { kind: "DiscardDeadLetters", selection };
    const means = ({ status, discarded_at }: TaskRow) =>
      status === "failed" && discarded_at === null;
    const answered = this.#options.wishes.ask({
      change: kind === "redrive_all" ? "retry" : "other",
      means,
    });
    this.insist(message, (answer) => {
      answered(null);
      if (answer.ok && answer.value.next !== null) this.#walkDeadLetters(kind, answer.value.next);
    });
  }

  #submit(tasks: readonly PlannedTask[]): void {
    const items = tasks.map((task) => submissionOf(task, this.#options.time.now()));
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
    const items = tasks.map((task) => ({
      ...submissionOf(task, this.#options.time.now()),
      key: task.id,
    }));
    this.#workflows.set(id, tasks.map((task) => task.id));
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
    void process.frontEnd.ask<K>(message).then((answer) => {
      this.#options.time.stir();
      if (answer === null || isPassing(answer)) again();
      else onAnswer(answer as AnswerOf[K]);
    });
  }
}

type AnswerOf = SchedulerReplies;
type WorkflowAction = Extract<UserAction, { readonly kind: "cancel_workflow" | "retry_workflow" }>;

/** True for an answer that asks to be asked again. */
function isPassing(answer: unknown): boolean {
  const [one] = Array.isArray(answer) ? answer : [answer];
  if (typeof one !== "object" || one === null || !("ok" in one) || one.ok !== false) return false;
  const error: unknown = "error" in one ? one.error : null;
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  return error.code === "unavailable" || error.code === "internal";
}
