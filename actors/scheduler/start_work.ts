import { contentHash } from "../domain/content_hash.ts";
import { ok, refuse, type Result } from "../domain/error.ts";
import {
  SCHEDULE_LABEL,
  type ScheduleTarget,
  type StartedWork,
  type TaskTemplate,
  TICK_LABEL,
} from "../domain/schedule.ts";
import { LIMITS } from "../domain/task.ts";
import { isEnded } from "../domain/task_state.ts";
import { workflowStatus } from "../domain/workflow.ts";
import type { Submission } from "../protocol.ts";
import { getLogger } from "../telemetry/logger.ts";
import type { Commit } from "./commit.ts";
import { isItemError } from "./item_error.ts";
import { submitTasks } from "./submit_tasks.ts";
import { submitWorkflows } from "./submit_workflow.ts";

/** Work of a schedule that was started, or had been. */
export interface ScheduledStart {
  readonly work: StartedWork;
  /** False where this start had been made before; true where it has found its work there already. */
  readonly created: boolean;
  /** True while it has not ended. */
  readonly live: boolean;
}

const log = getLogger("scheduler");

/** The id of what the tick at `nominalAt` starts: the same whenever and however often it is decided. */
export function tickId(schedule: string, nominalAt: number): string {
  return `${schedule}:${new Date(nominalAt).toISOString().replace(".000Z", "Z")}`;
}

/** The id of what is started by hand at `at`. */
export function triggerId(schedule: string, at: number): string {
  return `${schedule}:trigger:${new Date(at).toISOString()}`;
}

/** How many tasks one start of `target` makes. */
export function weightOf(target: ScheduleTarget): number {
  return target.kind === "task" ? 1 : target.tasks.length;
}

/**
 * Submits the work of a schedule as a user's request would be, under an id that names the start. What
 * can't be started is a refusal, whatever the cause: a start that failed would fail again.
 */
export async function startWork(
  commit: Commit,
  { schedule, tickAt, target, id }: {
    readonly schedule: string;
    /** The tick's time; null for a start by hand. */
    readonly tickAt: number | null;
    readonly target: ScheduleTarget;
    readonly id: string;
  },
): Promise<Result<ScheduledStart>> {
  // Of the start alone, not of the target: after a change of the target it is still the same start.
  const hash = contentHash({ schedule, start: id });
  const origin = { hash, labels: originLabels(schedule, tickAt) };
  try {
    return await commit.isolated(() =>
      target.kind === "task"
        ? startTask(commit, submissionOf(target.task, id, origin))
        : startWorkflow(commit, { id, target, origin })
    );
  } catch (error) {
    if (!isItemError(error)) throw error;
    log.error("schedule {schedule} failed to start {id}: {error}", {
      schedule,
      id,
      error: error instanceof Error ? error.stack ?? error.message : String(error),
    });
    const message = `Cannot start "${id}": ${error instanceof Error ? error.message : error}`;
    return refuse("internal", "start_failed", message, { subject: id });
  }
}

/** True while what was started has not ended; what does not exist any more has. */
export async function isLive({ tx }: Commit, work: StartedWork | null): Promise<boolean> {
  if (work === null) return false;
  if (work.kind === "task") {
    const task = (await tx.findTasks([work.id])).get(work.id);
    return task !== undefined && !isEnded(task.status);
  }
  const workflow = (await tx.findWorkflows([work.id])).get(work.id);
  return workflow !== undefined && workflowStatus(workflow.counts) === "running";
}

async function startTask(
  commit: Commit,
  submission: Submission,
): Promise<Result<ScheduledStart>> {
  const [[answer] = []] = await submitTasks(commit, [[submission]]);
  if (answer === undefined) throw new Error(`the start of ${submission.id} was not answered`);
  if (!answer.ok) return answer;
  const { duplicate, task } = answer.value;
  const created = answer.value.created || duplicate === true;
  return ok({ created, work: { kind: "task", id: task.id }, live: !isEnded(task.status) });
}

async function startWorkflow(
  commit: Commit,
  { id, target: { name, tasks }, origin }: {
    readonly id: string;
    readonly target: Extract<ScheduleTarget, { readonly kind: "workflow" }>;
    readonly origin: Origin;
  },
): Promise<Result<ScheduledStart>> {
  const ids = workflowTaskIds(id, tasks);
  const [answer] = await submitWorkflows(commit, [{
    kind: "SubmitWorkflow",
    id,
    name,
    contentHash: origin.hash,
    idempotencyKey: null,
    tasks: tasks.map((task, index) => submissionOf(task, ids[index] ?? "", origin)),
  }]);
  if (answer === undefined) throw new Error(`the start of ${id} was not answered`);
  if (!answer.ok) return answer;
  const { created, workflow } = answer.value;
  const live = workflowStatus(workflow.counts) === "running";
  return ok({ created, work: { kind: "workflow", id: workflow.id }, live });
}

const ID_PART = /^[A-Za-z0-9._:-]+$/;

/** Ids with the tasks' keys where all of those can be part of an id, else with their numbers. */
function workflowTaskIds(id: string, tasks: readonly TaskTemplate[]): readonly string[] {
  const byKey = tasks.map(({ key }) => `${id}:${key ?? ""}`);
  const fits = tasks.every(({ key }, index) =>
    key !== null && ID_PART.test(key) && (byKey[index]?.length ?? 0) <= LIMITS.idLength
  );
  return fits ? byKey : tasks.map((_, index) => `${id}:${index + 1}`);
}

/** What tells the tasks of a start from others. */
interface Origin {
  readonly hash: string;
  readonly labels: Readonly<Record<string, string>>;
}

function originLabels(schedule: string, tickAt: number | null): Origin["labels"] {
  return {
    [SCHEDULE_LABEL]: schedule,
    ...(tickAt !== null && { [TICK_LABEL]: new Date(tickAt).toISOString() }),
  };
}

function submissionOf(task: TaskTemplate, id: string, origin: Origin): Submission {
  return {
    ...task,
    id,
    labels: { ...task.labels, ...origin.labels },
    runAt: null,
    expiresAt: null,
    defaultMaxAttempts: null,
    contentHash: origin.hash,
    idempotencyKey: null,
    traceparent: null,
  };
}
