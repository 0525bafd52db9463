import type { Result } from "../domain/error.ts";
import { unreachable } from "../domain/exhaustive.ts";
import type { SchedulerMessage, Submission } from "../protocol.ts";
import { shareOf } from "./change_many.ts";
import { type CommandKind, handlerOf } from "./command_table.ts";
import type { Handler, Stage } from "./commit_batch.ts";
import type { CommitLoop, Submitted } from "./commit_loop.ts";
import { DRAINING, refusal, refusedBy } from "./refusals.ts";
import { submitTasks } from "./submit_tasks.ts";
import { submitWorkflows } from "./submit_workflow.ts";

type MessageOf<K extends string> = Extract<SchedulerMessage, { readonly kind: K }>;

/** What users ask for, but for what schedules are about. */
export type UserCommand = MessageOf<CommandKind | "SubmitTasks" | "SubmitWorkflow">;

export interface UserCommandsOptions {
  readonly loop: CommitLoop;
  /** True while the node shuts down: it takes nothing new. */
  readonly isDraining: () => boolean;
}

interface CommandOptions extends Pick<Submitted<unknown>, "weight" | "queues"> {
  readonly stage?: Stage;
}

/** What a command is answered whose commit did not stand. */
type Refusal = ReturnType<typeof refusal>;

/** Has each command in the next commit. A store that can't take it is a refusal, not a failure. */
export class UserCommands {
  readonly #options: UserCommandsOptions;

  constructor(options: UserCommandsOptions) {
    this.#options = options;
  }

  receive(message: UserCommand): unknown {
    switch (message.kind) {
      case "SubmitTasks":
        return this.#submitTasks(message.items);
      case "SubmitWorkflow":
        if (this.#options.isDraining()) return refusal(DRAINING);
        return this.#command(submitWorkflows, message, {
          stage: "submissions",
          weight: message.tasks.length,
        });
      case "ConfigureQueue":
        return this.#command(handlerOf(message.kind), message, {
          queues: { names: [message.name], purpose: "toChange" },
        });
      case "CancelTasks":
      case "RetryTasks":
      case "RedriveDeadLetters":
      case "DiscardDeadLetters":
        return this.#command(handlerOf(message.kind), message, shareOf(message));
      case "CancelTask":
      case "RetryTask":
      case "DeleteTask":
      case "CancelWorkflow":
      case "RetryWorkflow":
        return this.#command(handlerOf(message.kind), message);
      default:
        return unreachable(message);
    }
  }

  async #submitTasks(items: readonly Submission[]) {
    const { loop, isDraining } = this.#options;
    if (isDraining()) return items.map(() => refusal(DRAINING));
    try {
      return await loop.submit("submissions", submitTasks, { work: items, weight: items.length });
    } catch (error) {
      return items.map(() => refusal(refusedBy(error)));
    }
  }

  async #command<W, R extends Result<unknown>>(
    handler: Handler<W, R>,
    work: W,
    { stage = "control", ...options }: CommandOptions = {},
  ): Promise<R | Refusal> {
    try {
      return await this.#options.loop.submit(stage, handler, { work, ...options });
    } catch (error) {
      return refusal(refusedBy(error));
    }
  }
}
