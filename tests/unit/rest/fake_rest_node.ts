/** The REST front-end in process, with actors that are a table in memory. */
import type { NodeConfig } from "../../../actors/config.ts";
import { ok, refuse } from "../../../actors/domain/error.ts";
import {
  defaultQueue,
  type QueueConfig,
  type TaskRecord,
  type WorkflowRecord,
} from "../../../actors/domain/task.ts";
import type {
  DispatcherProtocol,
  ReaderProtocol,
  ScheduleCommand,
  ScheduleQuery,
  SchedulerProtocol,
  Submission,
  SubscriberMessage,
  SupervisorProtocol,
  SystemStatus,
  TasksCommitted,
} from "../../../actors/protocol.ts";
import type { ActorRef, AskResult, Protocol } from "../../../actors/runtime/actor.ts";
import { Authenticator, signToken } from "../../../api/auth.ts";
import { DeadLetterService } from "../../../api/dead_letter_service.ts";
import { ExplainService } from "../../../api/explain_service.ts";
import { Metrics } from "../../../api/metrics.ts";
import { ChangeFeed } from "../../../api/change_feed.ts";
import { readStats } from "../../../api/operations/stats.ts";
import { Pulse } from "../../../api/pulse.ts";
import { RestApp } from "../../../api/rest/rest_app.ts";
import { TaskRates } from "../../../api/task_rates.ts";
import { RecentCommits } from "../../../api/recent_commits.ts";
import { ScheduleService } from "../../../api/schedule_service.ts";
import { TaskChangeService } from "../../../api/task_change_service.ts";
import { TaskService } from "../../../api/task_service.ts";
import { TrafficService } from "../../../api/traffic_service.ts";
import { FAKE_SECRET as SECRET, fakeConfig } from "../../support/fake_config.ts";
import { fakeTask } from "../../support/fake_task.ts";
import { submission } from "../../support/submission.ts";
import { FakeSchedules } from "./fake_schedules.ts";
import { NOW, readySystem, RUNS_NEARBY } from "./ready_system.ts";
import { writtenTasks, writtenWorkflow } from "./written_answers.ts";

export { NOW, SECRET };

/** A message as the fakes see it: they trust the types of those who send. */
// deno-lint-ignore no-explicit-any -- one table answers four protocols
type FakeMessage = { readonly kind: string } & Record<string, any>;

export interface FakeRestNodeOptions {
  readonly config?: Partial<NodeConfig>;
  readonly now?: () => number;
  /** Of the pulse. */
  readonly startTimer?: (callback: () => void, delayMs: number) => void;
}

/** A front-end, and what stands behind it. */
export class FakeRestNode {
  readonly app: RestApp;
  readonly service: TaskService;
  readonly feed: ChangeFeed;
  readonly pulse: Pulse;
  readonly metrics: Metrics;
  readonly rates: TaskRates;
  readonly commits: RecentCommits;
  readonly tasks = new Map<string, TaskRecord>();
  readonly #deleted: { readonly id: string; readonly seq: number }[] = [];
  readonly workflows = new Map<string, WorkflowRecord>();
  readonly queues = new Map<string, QueueConfig>();
  readonly schedules = new FakeSchedules(NOW);
  readonly submissions: Submission[] = [];
  /** Every message that reached an actor. */
  readonly asked: FakeMessage[] = [];
  /** Replies that a test has scripted, by kind of message. */
  readonly replies = new Map<string, (message: FakeMessage) => AskResult<unknown>>();
  system: SystemStatus = readySystem();
  seq = 0;
  readonly #awaited = new Map<string, PromiseWithResolvers<FakeMessage>>();

  constructor({ config, now = () => NOW, startTimer }: FakeRestNodeOptions = {}) {
    const full = fakeConfig({ http: { host: "127.0.0.1", port: 8080 }, ...config });
    const actors = {
      scheduler: this.#ref<SchedulerProtocol>("scheduler"),
      reader: this.#ref<ReaderProtocol>("reader"),
      supervisor: this.#ref<SupervisorProtocol>("supervisor"),
      dispatcher: this.#ref<DispatcherProtocol>("dispatcher"),
    };
    this.service = new TaskService(actors);
    const explain = new ExplainService({ ...actors, now });
    const deadLetters = new DeadLetterService({
      scheduler: this.#ref("scheduler"),
      reader: this.#ref("reader"),
    });
    const schedules = new ScheduleService({
      scheduler: this.#ref("scheduler"),
      reader: this.#ref("reader"),
    });
    this.feed = new ChangeFeed(this.service);
    this.metrics = new Metrics(["add", "noop"]);
    this.rates = new TaskRates(now);
    this.commits = new RecentCommits(now);
    const authenticator = new Authenticator(full.auth, now);
    const { service, feed, metrics, rates, commits } = this;
    const traffic = new TrafficService(actors);
    const read = () => readStats({ service, deadLetters, traffic, rates, now });
    const pulse = new Pulse({ read, ...(startTimer && { startTimer }) });
    this.pulse = pulse;
    this.app = new RestApp({
      service,
      deadLetters,
      changes: new TaskChangeService(actors),
      explain,
      traffic,
      schedules,
      feed,
      pulse,
      metrics,
      rates,
      commits,
      authenticator,
      config: full,
      now,
    });
  }

  /** Sends a request; a string or bytes go as they are, anything else as JSON. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<FakeAnswer> {
    const response = await this.open(method, path, options);
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : text,
    };
  }

  /** Sends a request and leaves the answer's body to the caller. */
  async open(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const { body, token = await makeToken(), headers = {}, signal } = options;
    const raw = typeof body === "string" || body instanceof Uint8Array;
    return await this.app.handle(
      new Request(`http://127.0.0.1:8080${path}`, {
        method,
        headers: {
          ...token === null ? {} : { authorization: `Bearer ${token}` },
          ...body === undefined ? {} : { "content-type": "application/json" },
          ...headers,
        },
        ...body === undefined ? {} : { body: raw ? body as BodyInit : JSON.stringify(body) },
        ...signal === undefined ? {} : { signal },
      }),
    );
  }

  /** Changes a task and announces the commit, as the scheduler does. */
  commit(id: string, change: Partial<TaskRecord> = {}): void {
    this.commitInSilence(id, change);
    this.publish([committed({ lastSeq: this.seq, ended: [id] })]);
  }

  /** Changes a task, of which nobody is told. */
  commitInSilence(id: string, change: Partial<TaskRecord> = {}): void {
    const task = this.tasks.get(id) ?? fakeTask(submission({ id }));
    this.tasks.set(id, { ...task, ...change, seq: ++this.seq });
  }

  /** Deletes a task and announces the commit. */
  remove(id: string): void {
    this.tasks.delete(id);
    this.#deleted.push({ id, seq: ++this.seq });
    this.publish([committed({ lastSeq: this.seq, ended: [] })]);
  }

  /** Hands the front-end events. */
  publish(events: SubscriberMessage["events"]): void {
    this.service.onEvents(events);
    this.feed.onEvents(events);
    this.metrics.onEvents(events);
    this.rates.onEvents(events);
    this.commits.onEvents(events);
    this.pulse.onEvents(events);
  }

  /** The next message of `kind` that reaches an actor. */
  nextAsk(kind: string): Promise<FakeMessage> {
    const awaited = this.#awaited.get(kind) ?? Promise.withResolvers<FakeMessage>();
    this.#awaited.set(kind, awaited);
    return awaited.promise;
  }

  #ref<P extends Protocol>(name: string): ActorRef<P> {
    const ref = {
      name,
      tell: () => true,
      ask: async (message: FakeMessage): Promise<AskResult<unknown>> => {
        this.asked.push(message);
        this.#awaited.get(message.kind)?.resolve(message);
        this.#awaited.delete(message.kind);
        await Promise.resolve();
        return this.replies.get(message.kind)?.(message) ??
          { ok: true, value: this.#answer(message) };
      },
    };
    return ref as unknown as ActorRef<P>;
  }

  #answer(message: FakeMessage): unknown {
    switch (message.kind) {
      case "SubmitTasks":
        return message["items"].map((item: Submission) => this.#submit(item));
      case "SubmitWorkflow":
        return this.#submitWorkflow(message);
      case "GetTasks":
        return message["ids"].map((id: string) => this.tasks.get(id) ?? null);
      case "ListDependents":
        return ok({ items: [...this.tasks.values()], nextCursor: null });
      case "ListTasks":
        return ok(writtenTasks(this.tasks.values()));
      case "GetChanges":
        return this.#changes(message["afterSeq"]);
      case "CancelTask":
      case "RetryTask":
        return this.#task(message["id"]);
      case "GetLogs": {
        const task = this.#task(message["id"]);
        if (!task.ok) return task;
        return ok({ num: task.value.num, status: task.value.status, lines: [], more: false });
      }
      case "GetStoreFacts":
      case "GetAttempts":
      case "DeleteTask": {
        const task = this.#task(message["id"]);
        return task.ok ? ok(message.kind === "DeleteTask" ? null : []) : task;
      }
      default:
        return this.#answerOther(message);
    }
  }

  #answerOther(message: FakeMessage): unknown {
    switch (message.kind) {
      case "GetWorkflow": {
        const workflow = this.#workflow(message["id"]);
        return workflow.ok ? ok(writtenWorkflow(workflow.value)) : workflow;
      }
      case "CancelWorkflow":
      case "RetryWorkflow":
        return this.#workflow(message["id"]);
      case "ListWorkflowRuns": {
        const workflow = this.#workflow(message["id"]);
        return workflow.ok ? ok({ items: [], nextCursor: null }) : workflow;
      }
      case "ListWorkflows":
        return ok({ items: [...this.workflows.values()], nextCursor: null });
      case "ConfigureQueue": {
        const queue = this.queues.get(message["name"]) ?? defaultQueue(message["name"]);
        this.queues.set(queue.name, { ...queue, ...message["patch"] });
        return ok(this.queues.get(queue.name));
      }
      case "ListQueues":
        return [...this.queues.values()];
      case "GetTraffic":
        return [];
      case "GetFirstInLine":
        return [{ queue: "default", id: "first", readyAt: NOW }];
      case "ListNodeRuns":
        return RUNS_NEARBY;
      case "GetQueueDepths":
        return [{ queue: "default", status: "pending", count: 3 }];
      case "ListDeadLetters":
        return ok({ items: [], nextCursor: null });
      case "RedriveDeadLetters":
      case "DiscardDeadLetters":
        return ok({ matched: 0, changed: 0, next: null });
      case "WalkTasks":
        return { ids: [], next: null, upToSeq: null };
      case "CountDeadLetters":
        return [{ queue: "default", reason: "timeout", count: 2 }];
      case "GetMethods":
        return [];
      case "GetSystem":
        return this.system;
      case "GetSlots":
        return [{ executor: "executor-1", pool: "async", slots: 4, held: 6 }];
      case "GetExecutors": {
        const runs = [{ id: "t-1", method: "noop", run: 2, startedAt: NOW }];
        const load = { slots: 4, held: 6, running: 1, runs };
        return [{ executor: "executor-1", pool: "async", ...load }];
      }
      case "InjectFault":
        return ok(null);
      case "GetSchedulerStats":
        return {
          commits: 1,
          submitted: 2,
          finished: { completed: 1 },
          resultCacheHits: 3,
          resultCacheMisses: 4,
          resultCacheBytes: 5,
        };
      default:
        return this.#answerSchedule(message);
    }
  }

  #answerSchedule(message: FakeMessage): unknown {
    if (!/Schedules?$|^ListTicks$|^PreviewBackfill$/.test(message.kind)) {
      throw new Error(`The fakes do not know ${message.kind}`);
    }
    return this.schedules.answer(message as ScheduleCommand | ScheduleQuery);
  }

  #submit(submission: Submission) {
    const known = this.tasks.get(submission.id);
    if (known !== undefined) {
      if (known.contentHash === submission.contentHash) return ok({ created: false, task: known });
      return refuse("already_exists", "id_in_use", `Task "${submission.id}" exists already`);
    }
    const task = { ...fakeTask(submission), seq: ++this.seq };
    this.tasks.set(task.id, task);
    this.submissions.push(submission);
    return ok({ created: true, task });
  }

  #submitWorkflow(message: FakeMessage) {
    const workflow: WorkflowRecord = {
      id: message["id"],
      num: this.workflows.size + 1,
      name: message["name"],
      status: "running",
      contentHash: message["contentHash"],
      counts: { pending: message["tasks"].length },
      createdAt: NOW,
      finishedAt: null,
    };
    const known = this.workflows.get(workflow.id);
    if (known?.contentHash === workflow.contentHash) return ok({ created: false, workflow: known });
    if (known !== undefined) return refuse("already_exists", "id_in_use", "It exists already");
    this.workflows.set(workflow.id, workflow);
    return ok({ created: true, workflow });
  }

  #changes(afterSeq: number) {
    const since = <T extends { readonly seq: number }>(items: Iterable<T>) =>
      [...items].filter(({ seq }) => seq > afterSeq).sort((a, b) => a.seq - b.seq);
    const reset = afterSeq > this.seq;
    const tasks = since(this.tasks.values());
    return { tasks, deleted: since(this.#deleted), lastSeq: this.seq, more: false, reset };
  }

  #task(id: string) {
    const task = this.tasks.get(id);
    return task === undefined ? refuse("not_found", "unknown_task", `No task "${id}"`) : ok(task);
  }

  #workflow(id: string) {
    const workflow = this.workflows.get(id);
    return workflow === undefined
      ? refuse("not_found", "unknown_workflow", `No workflow "${id}"`)
      : ok(workflow);
  }
}

export interface CallOptions {
  readonly body?: unknown;
  /** Replaces the admin token; null sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look into answers freely and assert what they find
  readonly body: any;
}

/** A token that the fake takes; the admin's when nothing is said. */
export function makeToken(scope = "admin", sub = "tests"): Promise<string> {
  return signToken({ secret: SECRET, sub, scope, ttlSeconds: 3_600, now: NOW });
}

/** What a commit is announced with. */
export function committed(more: Partial<TasksCommitted> = {}): TasksCommitted {
  return {
    kind: "TasksCommitted",
    lastSeq: 1,
    ended: [],
    counts: [],
    commitSeconds: 0.002,
    batchSize: 1,
    cacheHits: 0,
    cacheMisses: 0,
    ...more,
  };
}
