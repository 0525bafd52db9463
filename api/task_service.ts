/**
 * What the front-ends can do, in the terms of the actors' protocol: they translate, this forwards.
 * Knows which actor answers what, how long to wait for it, and how to wait for the end of a task
 * without a message that waits.
 */
import type { Result } from "../actors/domain/error.ts";
import type { NodeRun } from "../actors/domain/node_run.ts";
import type {
  LogPlace,
  MethodDefinition,
  QueueConfig,
  RunRecord,
  TaskRecord,
  WorkflowRecord,
  WorkflowRun,
} from "../actors/domain/task.ts";
import type {
  Changes,
  DispatcherProtocol,
  ExecutorLoad,
  ExecutorSlots,
  FaultKind,
  JsonText,
  LogPage,
  Page,
  QueueDepth,
  QueuePatch,
  ReaderProtocol,
  SchedulerMessage,
  SchedulerProtocol,
  SchedulerStats,
  Submission,
  SubmittedTask,
  SubmittedWorkflow,
  SubscriberMessage,
  SupervisorProtocol,
  SystemStatus,
  TaskFilter,
  WorkflowFilter,
} from "../actors/protocol.ts";
import type { ActorRef } from "../actors/runtime/actor.ts";
import { asked, read, writeRefusal, written } from "./ask_refusal.ts";
import { EndWaits } from "./end_waits.ts";
import { TaskLookup } from "./task_lookup.ts";

/** What a task service works with. */
export interface TaskServiceOptions {
  readonly scheduler: ActorRef<SchedulerProtocol>;
  readonly reader: ActorRef<ReaderProtocol>;
  readonly supervisor: ActorRef<SupervisorProtocol>;
  readonly dispatcher: ActorRef<DispatcherProtocol>;
}

/** What `ListTasks` answers a page of. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}

/** What a wait for the next changes of tasks starts from. */
export interface ChangesRequest {
  readonly afterSeq: number;
  readonly filter: TaskFilter;
  readonly limit: number;
}

type SubmitWorkflowMessage = Extract<SchedulerMessage, { readonly kind: "SubmitWorkflow" }>;

const WRITE = { deadlineMs: 15_000 };
const READ = { deadlineMs: 10_000 };
/** For what is left out where it takes longer. */
const ASIDE = { deadlineMs: 2_000 };
/** Most waits for the end of a task at a time. */
const WAITERS_MAX = 10_000;
/** Most submissions in one message: a long batch is spread over commits, so that others get in between. */
const SUBMIT_MAX = 250;

/** The operations on tasks, workflows and queues that every front-end offers. */
export class TaskService {
  readonly #scheduler: ActorRef<SchedulerProtocol>;
  readonly #reader: ActorRef<ReaderProtocol>;
  readonly #supervisor: ActorRef<SupervisorProtocol>;
  readonly #dispatcher: ActorRef<DispatcherProtocol>;
  readonly #ends: EndWaits;
  readonly #lookup: TaskLookup;

  constructor(options: TaskServiceOptions) {
    this.#scheduler = options.scheduler;
    this.#reader = options.reader;
    this.#supervisor = options.supervisor;
    this.#dispatcher = options.dispatcher;
    this.#lookup = new TaskLookup(options.reader);
    this.#ends = new EndWaits({
      getTask: (id) => this.getTask(id),
      submit: (items) => this.submit(items),
      max: WAITERS_MAX,
    });
  }

  /** Submits tasks, each accepted or refused on its own, in order. */
  async submit(items: readonly Submission[]): Promise<readonly Result<SubmittedTask>[]> {
    if (items.length <= SUBMIT_MAX) return await this.#submit(items);
    const parts = [];
    // Messages keep their order, so a later part may depend on an earlier one without waiting for it.
    for (let at = 0; at < items.length; at += SUBMIT_MAX) {
      parts.push(this.#submit(items.slice(at, at + SUBMIT_MAX)));
    }
    return (await Promise.all(parts)).flat();
  }

  async #submit(items: readonly Submission[]): Promise<readonly Result<SubmittedTask>[]> {
    const reply = await this.#scheduler.ask({ kind: "SubmitTasks", items }, WRITE);
    if (reply.ok) return reply.value;
    const refusal = writeRefusal(reply.error);
    return items.map(() => refusal);
  }

  /** Submits a graph, stored whole or not at all. */
  async submitWorkflow(
    message: Omit<SubmitWorkflowMessage, "kind">,
  ): Promise<Result<SubmittedWorkflow>> {
    return written(await this.#scheduler.ask({ kind: "SubmitWorkflow", ...message }, WRITE));
  }

  /** The task with arguments and result; `not_found` where there is none. */
  getTask(id: string): Promise<Result<TaskRecord>> {
    return this.#lookup.getTask(id);
  }

  /**
   * The task as it is when it has ended, or after `waitMs`, or when `signal` aborts or the node
   * stops, whichever comes first.
   */
  awaitEnd(id: string, waitMs: number, signal?: AbortSignal): Promise<Result<TaskRecord>> {
    return this.#ends.awaitEnd(id, waitMs, signal);
  }

  /** Submits and waits like `awaitEnd`; registered first, so that no end is missed. */
  submitAndWait(
    submission: Submission,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<Result<TaskRecord>> {
    return this.#ends.submitAndWait(submission, waitMs, signal);
  }

  /** A page of tasks, newest first, without texts over 4 KiB. */
  async listTasks(filter: TaskFilter, page: PageRequest): Promise<Result<JsonText>> {
    return read(await this.#reader.ask({ kind: "ListTasks", filter, ...page }, READ));
  }

  /** The runs of a task, oldest first. */
  async attempts(id: string): Promise<Result<readonly RunRecord[]>> {
    return read(await this.#reader.ask({ kind: "GetAttempts", id }, READ));
  }

  /** At most `limit` lines that the task's code has logged, after a place in its log. */
  async logs(
    id: string,
    page: { readonly after: LogPlace | null; readonly limit: number },
  ): Promise<Result<LogPage>> {
    return read(await this.#reader.ask({ kind: "GetLogs", id, ...page }, READ));
  }

  /** A page of the tasks that depend on one, without texts over 4 KiB. */
  async dependents(id: string, page: PageRequest): Promise<Result<Page<TaskRecord>>> {
    return read(await this.#reader.ask({ kind: "ListDependents", id, ...page }, READ));
  }

  /** Cancels: the answer is `cancelled`, or still `running` with `cancelRequestedAt`. */
  async cancelTask(id: string): Promise<Result<TaskRecord>> {
    return written(await this.#scheduler.ask({ kind: "CancelTask", id }, WRITE));
  }

  /** Lets a failed or cancelled task run again, with new arguments (JSON text) where given. */
  async retryTask(id: string, args: string | null): Promise<Result<TaskRecord>> {
    return written(await this.#scheduler.ask({ kind: "RetryTask", id, args }, WRITE));
  }

  /** Removes an ended task on which nothing live depends. */
  async deleteTask(id: string): Promise<Result<null>> {
    return written(await this.#scheduler.ask({ kind: "DeleteTask", id }, WRITE));
  }

  /** A workflow with a page of its tasks, these without arguments and results. */
  async getWorkflow(id: string, page: PageRequest): Promise<Result<JsonText>> {
    return read(await this.#reader.ask({ kind: "GetWorkflow", id, ...page }, READ));
  }

  /** A page of workflows, newest first. */
  async listWorkflows(
    filter: WorkflowFilter,
    page: PageRequest,
  ): Promise<Result<Page<WorkflowRecord>>> {
    return read(await this.#reader.ask({ kind: "ListWorkflows", filter, ...page }, READ));
  }

  /** A page of the runs of a workflow's tasks, by task and run. */
  async workflowRuns(id: string, page: PageRequest): Promise<Result<Page<WorkflowRun>>> {
    return read(await this.#reader.ask({ kind: "ListWorkflowRuns", id, ...page }, READ));
  }

  /** Cancels all live tasks of a workflow. */
  async cancelWorkflow(id: string): Promise<Result<WorkflowRecord>> {
    return written(await this.#scheduler.ask({ kind: "CancelWorkflow", id }, WRITE));
  }

  /** Lets the failed and cancelled tasks of a workflow run again. */
  async retryWorkflow(id: string): Promise<Result<WorkflowRecord>> {
    return written(await this.#scheduler.ask({ kind: "RetryWorkflow", id }, WRITE));
  }

  /** The queues that were set up. */
  async listQueues(): Promise<Result<readonly QueueConfig[]>> {
    return asked(await this.#reader.ask({ kind: "ListQueues" }, READ));
  }

  /** How many tasks of each status a queue holds, one entry where there is any. */
  async queueDepths(): Promise<Result<readonly QueueDepth[]>> {
    return asked(await this.#reader.ask({ kind: "GetQueueDepths" }, READ));
  }

  /** Changes the given settings of a queue, which need not exist yet. */
  async configureQueue(name: string, patch: QueuePatch): Promise<Result<QueueConfig>> {
    return written(await this.#scheduler.ask({ kind: "ConfigureQueue", name, patch }, WRITE));
  }

  /** The registered tasks. */
  async methods(): Promise<Result<readonly MethodDefinition[]>> {
    return asked(await this.#scheduler.ask({ kind: "GetMethods" }, READ));
  }

  /** Counters since the scheduler's start. */
  async stats(): Promise<Result<SchedulerStats>> {
    return asked(await this.#scheduler.ask({ kind: "GetSchedulerStats" }, READ));
  }

  /** The node and its actors. */
  async system(): Promise<Result<SystemStatus>> {
    return asked(await this.#supervisor.ask({ kind: "GetSystem" }, READ));
  }

  /** What the executors have room for, and hold. */
  async slots(): Promise<Result<readonly ExecutorSlots[]>> {
    return asked(await this.#dispatcher.ask({ kind: "GetSlots" }, READ));
  }

  /** The executors, and what each runs. */
  async executors(): Promise<Result<readonly ExecutorLoad[]>> {
    return asked(await this.#dispatcher.ask({ kind: "GetExecutors" }, READ));
  }

  /** What other nodes run; null where the store does not say so soon: nobody waits for it long. */
  async runsOf(nodes: readonly string[]): Promise<readonly NodeRun[] | null> {
    if (nodes.length === 0) return [];
    const runs = await this.#reader.ask({ kind: "ListNodeRuns", nodes }, ASIDE);
    return runs.ok ? runs.value : null;
  }

  /** Makes an actor fail on purpose; for tests of the node itself. */
  async injectFault(actor: string, fault: FaultKind): Promise<Result<null>> {
    return written(await this.#supervisor.ask({ kind: "InjectFault", actor, fault }, WRITE));
  }

  /** The latest state of each task changed after `afterSeq`. */
  async changes(request: ChangesRequest): Promise<Result<Changes>> {
    return asked(await this.#reader.ask({ kind: "GetChanges", ...request }, READ));
  }

  /** Wakes those who wait for a task that the events say has ended. */
  onEvents(events: SubscriberMessage["events"]): void {
    this.#ends.onEvents(events);
  }

  /** Answers all who wait with their task as it is, and from now on lets nobody wait. */
  close(): void {
    this.#ends.close();
  }
}
