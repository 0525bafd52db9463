import type { SchedulerMessage, SchedulerReplies } from "../protocol.ts";
import { cancelMany, retryMany } from "./change_many.ts";
import {
  cancelTasks,
  cancelWorkflows,
  configureQueues,
  deleteTasks,
  retryTasks,
  retryWorkflows,
} from "./commands.ts";
import type { Handler } from "./commit_batch.ts";
import { discardDeadLetters, redriveDeadLetters } from "./dead_letters.ts";

type MessageOf<K extends string> = Extract<SchedulerMessage, { readonly kind: K }>;

/** The kinds of message that are commands of a user, small enough to be part of any commit. */
export type CommandKind =
  | "CancelTask"
  | "RetryTask"
  | "DeleteTask"
  | "CancelWorkflow"
  | "RetryWorkflow"
  | "ConfigureQueue"
  | "CancelTasks"
  | "RetryTasks"
  | "RedriveDeadLetters"
  | "DiscardDeadLetters";

/** Who carries out each command; all of a kind that a commit has are handled together. */
const COMMANDS: {
  readonly [K in CommandKind]: Handler<MessageOf<K>, SchedulerReplies[K]>;
} = {
  CancelTask: cancelTasks,
  RetryTask: retryTasks,
  DeleteTask: deleteTasks,
  CancelWorkflow: cancelWorkflows,
  RetryWorkflow: retryWorkflows,
  ConfigureQueue: configureQueues,
  CancelTasks: cancelMany,
  RetryTasks: retryMany,
  RedriveDeadLetters: redriveDeadLetters,
  DiscardDeadLetters: discardDeadLetters,
};

/** The handler of a kind of command. */
export function handlerOf<K extends CommandKind>(
  kind: K,
): Handler<MessageOf<K>, SchedulerReplies[K]> {
  return COMMANDS[kind];
}
