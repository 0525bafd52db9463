import { canApply } from "../domain/task_state.ts";
import { LIMITS, TASK_STATUSES, type TaskStatus } from "../domain/task.ts";
import type {
  ReaderReplies,
  TaskChangeKind,
  TaskChoice,
  TaskChoiceFilter,
  TaskWalkQuestion,
} from "../protocol.ts";
import type { StoreReader } from "../storage/port.ts";
import type { WalkQuery, WalkStep } from "../storage/port/walks.ts";

interface WalkRule {
  readonly statuses: readonly TaskStatus[];
  readonly dead: boolean;
  readonly order: WalkStep["order"];
  /** Passes over what changes while the walk is going on: what fails again is not retried again. */
  readonly asOfItsBeginning: boolean;
}

/**
 * Cancelling goes from the newest on, so that a task goes before those that it depends on, whose end would
 * skip it. What is run again goes from the oldest on, so that dependencies live again first.
 */
const RULES: Readonly<Record<TaskChangeKind, WalkRule>> = {
  cancel: {
    statuses: TASK_STATUSES.filter((status) => canApply({ status }, { kind: "cancel_requested" })),
    dead: false,
    order: "newest first",
    asOfItsBeginning: false,
  },
  retry: {
    statuses: TASK_STATUSES.filter((status) => canApply({ status }, { kind: "retried" })),
    dead: false,
    order: "oldest first",
    asOfItsBeginning: true,
  },
  redrive: { statuses: ["failed"], dead: true, order: "oldest first", asOfItsBeginning: true },
};

/** One step of a walk over the tasks that a change is for. */
export async function walkTasks(
  store: StoreReader,
  { change, choice, walk, limit }: TaskWalkQuestion,
): Promise<ReaderReplies["WalkTasks"]> {
  const { order, asOfItsBeginning } = RULES[change];
  const upToSeq = !asOfItsBeginning ? null : walk === null ? await store.lastSeq() : walk.upToSeq;
  const { ids, nextFrom } = await store.walkTasks(queryOf(choice, RULES[change]), {
    order,
    from: walk?.from ?? null,
    upToSeq,
    limit,
    scanRows: LIMITS.pageScanRows,
  });
  return { ids, next: nextFrom === null ? null : { from: nextFrom, upToSeq }, upToSeq };
}

const EVERYTHING: TaskChoiceFilter = {
  status: null,
  queue: null,
  method: null,
  workflowId: null,
  label: null,
  since: null,
  until: null,
  q: null,
  reason: null,
};

function queryOf(choice: TaskChoice, { statuses, dead }: WalkRule): WalkQuery {
  const { q, status, ...filter } = choice.by === "filter" ? choice.filter : EVERYTHING;
  return {
    ...filter,
    status: status === null ? statuses : statuses.filter((one) => status.includes(one)),
    idPrefix: q,
    ids: choice.by === "ids" ? choice.ids : null,
    dead,
  };
}
