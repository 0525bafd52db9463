import { ok, refuse, type Result } from "../domain/error.ts";
import { isEnded } from "../domain/task_state.ts";
import { LIMITS, type QueueConfig, type TaskRecord, type WorkflowRecord } from "../domain/task.ts";
import type { SchedulerMessage } from "../protocol.ts";
import { changeLimit } from "../domain/token_bucket.ts";
import type { Commit } from "./commit.ts";
import { retry } from "./revive.ts";

type MessageOf<K extends string> = Extract<SchedulerMessage, { readonly kind: K }>;

/** Most tasks that one command touches at a time. */
const PAGE = 1_000;

/** Cancels what waits, and asks running code to stop. Repeating it changes nothing. */
export async function cancelTasks(
  commit: Commit,
  work: readonly MessageOf<"CancelTask">[],
): Promise<readonly Result<TaskRecord>[]> {
  const answers: Result<TaskRecord>[] = [];
  for (const { id } of work) {
    const task = await findTask(commit, id);
    if (task === null) answers.push(unknownTask(id));
    else if (!isEnded(task.status)) answers.push(ok(await cancel(commit, task)));
    else if (task.status === "cancelled") answers.push(ok(await whole(commit, task)));
    else {
      answers.push(refuse(
        "failed_precondition",
        "already_ended",
        `Cannot cancel task "${id}": it has ${task.status} already`,
        { subject: id },
      ));
    }
  }
  return answers;
}

/** Runs a failed or cancelled task again, from its first attempt, with what it had skipped. */
export async function retryTasks(
  commit: Commit,
  work: readonly MessageOf<"RetryTask">[],
): Promise<readonly Result<TaskRecord>[]> {
  const answers: Result<TaskRecord>[] = [];
  for (const { id, args } of work) {
    const task = await findTask(commit, id);
    if (task === null) answers.push(unknownTask(id));
    else if (task.status !== "failed" && task.status !== "cancelled") {
      answers.push(refuse(
        "failed_precondition",
        "not_retryable",
        `Cannot retry task "${id}": it is ${task.status}; only failed and cancelled tasks can be retried`,
        { subject: id },
      ));
    } else {
      await retry(commit, [task], args);
      answers.push(ok(await whole(commit, task)));
    }
  }
  return answers;
}

/** Removes ended tasks that nothing live depends on. */
export async function deleteTasks(
  commit: Commit,
  work: readonly MessageOf<"DeleteTask">[],
): Promise<readonly Result<null>[]> {
  const answers: Result<null>[] = [];
  for (const { id } of work) {
    const task = await findTask(commit, id);
    if (task === null) answers.push(unknownTask(id));
    else if (!isEnded(task.status)) answers.push(notDeletable(id, `it is ${task.status}`));
    else if ((await commit.tx.withLiveDependents([task.num])).size > 0) {
      answers.push(notDeletable(id, "a task that has not ended depends on it"));
    } else {
      const { taskNums, lastSeq } = await commit.tx.deleteTasks([task.num]);
      commit.effects.deleted(taskNums, lastSeq);
      if (task.workflowNum !== null) commit.effects.shrunkWorkflows.add(task.workflowNum);
      answers.push(ok(null));
    }
  }
  return answers;
}

/** Cancels every live task of a workflow. */
export function cancelWorkflows(
  commit: Commit,
  work: readonly MessageOf<"CancelWorkflow">[],
): Promise<readonly Result<WorkflowRecord>[]> {
  return changeWorkflows(commit, work, {
    refusal: ({ id, status }) =>
      status !== "completed" && status !== "failed" ? null : refuse(
        "failed_precondition",
        "already_ended",
        `Cannot cancel workflow "${id}": it has ${status} already`,
        { subject: id },
      ),
    change: (tasks) => cancelLive(commit, tasks.filter(({ status }) => !isEnded(status))),
  });
}

/** Retries every failed or cancelled task of a workflow. */
export function retryWorkflows(
  commit: Commit,
  work: readonly MessageOf<"RetryWorkflow">[],
): Promise<readonly Result<WorkflowRecord>[]> {
  return changeWorkflows(commit, work, {
    refusal: ({ id, status }) =>
      status === "failed" || status === "cancelled" ? null : refuse(
        "failed_precondition",
        "not_retryable",
        `Cannot retry workflow "${id}": it is ${status}; only failed and cancelled ones can be retried`,
        { subject: id },
      ),
    change: (tasks) => {
      const ended = tasks.filter(({ status }) => status === "failed" || status === "cancelled");
      return retry(commit, ended, null);
    },
  });
}

/** Changes settings of a queue, which comes to be by it. */
export async function configureQueues(
  commit: Commit,
  work: readonly MessageOf<"ConfigureQueue">[],
): Promise<readonly Result<QueueConfig>[]> {
  const answers: Result<QueueConfig>[] = [];
  for (const { name, patch } of work) {
    if (!commit.isSetUp(name) && (await commit.tx.loadQueues()).length >= LIMITS.queues) {
      answers.push(refuse(
        "resource_exhausted",
        "too_many_queues",
        `Cannot set up queue "${name}": ${LIMITS.queues} queues have settings already, which is the limit`,
        { subject: name },
      ));
      continue;
    }
    const before = commit.queueNamed(name);
    const queue = { ...before, ...patch };
    await commit.tx.saveQueue(queue);
    await keepRate(commit, before, queue);
    commit.effects.queues.push(queue);
    answers.push(ok(queue));
  }
  return answers;
}

/** What a queue's rate limit had left stays, whatever else of the settings is changed. */
async function keepRate(commit: Commit, before: QueueConfig, after: QueueConfig): Promise<void> {
  const { tx, now, effects } = commit;
  const [from, to, queue] = [before.rateLimit, after.rateLimit, after.name];
  if (from?.limit === to?.limit && from?.perMs === to?.perMs) return;
  const kept = (await tx.loadQueueRates([queue])).get(queue) ?? null;
  const bucket = changeLimit(kept, { from, to, now });
  if (bucket === null) await tx.deleteQueueRate(queue);
  else await tx.saveQueueRates([{ queue, bucket }]);
  effects.rates.set(queue, bucket);
}

async function cancel(commit: Commit, task: TaskRecord): Promise<TaskRecord> {
  await cancelLive(commit, [task]);
  return await whole(commit, task);
}

/** Cancels tasks that live: what waits at once, what runs when its code has stopped. */
export async function cancelLive(commit: Commit, tasks: readonly TaskRecord[]): Promise<void> {
  const changed = await commit.apply(
    tasks.map((before) => ({ before, event: { kind: "cancel_requested" } })),
  );
  for (const task of changed) {
    if (task.status !== "running" || task.executor === null) continue;
    const { shared, node } = commit.context;
    if (!shared || task.node === node) commit.effects.cancelRequested(task.executor, task);
    else if (task.node !== null) commit.effects.cancelRequestedOn(task.node, task);
  }
}

interface WorkflowCommand {
  /** Why the workflow can't be changed so as it stands; null where it can. */
  readonly refusal: (workflow: WorkflowRecord) => Result<never> | null;
  /** Changes some of its tasks; called until it had all. */
  readonly change: (tasks: readonly TaskRecord[]) => Promise<void>;
}

/** Does the same to each workflow that is named, and answers it as it then stands. */
async function changeWorkflows(
  commit: Commit,
  work: readonly { readonly id: string }[],
  { refusal, change }: WorkflowCommand,
): Promise<readonly Result<WorkflowRecord>[]> {
  const answers: Result<WorkflowRecord>[] = [];
  for (const { id } of work) {
    const workflow = (await commit.tx.findWorkflows([id])).get(id);
    const refused = workflow ? refusal(workflow) : unknownWorkflow(id);
    if (refused) answers.push(refused);
    if (!workflow || refused) continue;
    await forEachTask(commit, workflow.num, change);
    answers.push(ok(await reread(commit, workflow)));
  }
  return answers;
}

async function forEachTask(
  { tx }: Commit,
  workflowNum: number,
  work: (tasks: readonly TaskRecord[]) => Promise<void>,
): Promise<void> {
  for (let afterNum = 0;;) {
    const tasks = await tx.tasksOfWorkflow(workflowNum, { afterNum, limit: PAGE });
    await work(tasks);
    const last = tasks.at(-1);
    if (tasks.length < PAGE || !last) return;
    afterNum = last.num;
  }
}

async function findTask({ tx }: Commit, id: string): Promise<TaskRecord | null> {
  return (await tx.findTasks([id])).get(id) ?? null;
}

/** The task as it is now, with its arguments and result. */
async function whole({ tx }: Commit, task: TaskRecord): Promise<TaskRecord> {
  return (await tx.loadTasks([task.num], { texts: true })).get(task.num) ?? task;
}

/** The workflow as it will stand once the commit has closed or reopened it. */
async function reread(commit: Commit, workflow: WorkflowRecord): Promise<WorkflowRecord> {
  await commit.closeWorkflows();
  return (await commit.tx.loadWorkflows([workflow.num])).get(workflow.num) ?? workflow;
}

function unknownTask(id: string) {
  return refuse("not_found", "unknown_task", `Task "${id}" does not exist`, { subject: id });
}

function unknownWorkflow(id: string) {
  return refuse("not_found", "unknown_workflow", `Workflow "${id}" does not exist`, {
    subject: id,
  });
}

function notDeletable(id: string, why: string) {
  return refuse("failed_precondition", "not_deletable", `Cannot delete task "${id}": ${why}`, {
    subject: id,
  });
}
