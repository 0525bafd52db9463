/** What the REST API answers: the types of the JSON, and their documentation. */
import { z } from "zod";
import { LIMITS, TASK_STATUSES, WORKFLOW_STATUSES } from "../../actors/domain/task.ts";
import { onFailureInput } from "./on_failure.ts";
import { instant } from "./text.ts";
import { trafficWindowsAnswer } from "./traffic.ts";

const status = z.enum(TASK_STATUSES);
const count = z.int().min(0);
const counts = z.partialRecord(status, count);

/** An error of task code. */
export const taskErrorAnswer = z.strictObject({
  name: z.string(),
  message: z.string(),
  stack: z.string().nullable(),
}).meta({ id: "TaskError" });

/** A task, in every answer and event. */
export const taskAnswer = z.strictObject({
  id: z.string(),
  workflowId: z.string().nullable(),
  key: z.string().nullable(),
  method: z.string(),
  args: z.array(z.unknown()).nullable(),
  argsOmitted: z.literal(true).optional()
    .meta({ description: "The arguments are left out here; `GET /api/tasks/{id}` has them." }),
  deps: z.array(z.string()),
  triggerRule: z.string(),
  queue: z.string(),
  priority: z.int(),
  status,
  reason: z.string().nullable(),
  wave: count,
  run: count,
  attempt: count,
  maxAttempts: count,
  crashes: count,
  runAt: instant.nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  cancelRequestedAt: instant.nullable(),
  timeoutMs: count,
  result: z.unknown(),
  resultOmitted: z.literal(true).optional()
    .meta({ description: "The result is left out here; `GET /api/tasks/{id}` has it." }),
  error: taskErrorAnswer.nullable(),
  progress: z.strictObject({ fraction: z.number(), note: z.string().nullable() }).nullable(),
  labels: z.record(z.string(), z.string()),
  concurrencyKey: z.string().nullable(),
  node: z.string().nullable(),
  executor: z.string().nullable(),
  definition: z.string().nullable(),
  seq: z.string().meta({ description: "Grows with every change of any task." }),
}).meta({ id: "Task" });

/** A task as its submission is answered. */
export const submittedTaskAnswer = taskAnswer.extend({
  duplicate: z.literal(true).optional().meta({
    description: "This is the task that was there, beside which `unique` lets no other be made.",
  }),
}).meta({ id: "SubmittedTask" });

/** A page of tasks. */
export const taskPageAnswer = z.strictObject({
  items: z.array(taskAnswer),
  nextCursor: z.string().nullable(),
}).meta({ id: "TaskPage" });

/** A refusal, RFC 9457. */
export const problemAnswer = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().meta({ description: "The precise cause, stable for programs." }),
  errors: z.array(z.strictObject({ pointer: z.string(), message: z.string() })).optional(),
}).meta({ id: "Problem" });

/** Why there will be no result, and what became of the task. */
export const noResultProblem = problemAnswer.extend({
  taskStatus: status,
  reason: z.string().nullable(),
  error: taskErrorAnswer.nullable(),
}).meta({ id: "NoResult" });

/** One entry of a batch's answer. */
export const batchAnswer = z.strictObject({
  results: z.array(z.strictObject({
    status: z.int(),
    task: submittedTaskAnswer.optional(),
    problem: problemAnswer.optional(),
  })),
}).meta({ id: "BatchResult" });

/** A result, or that there is none yet. */
export const resultAnswer = z.strictObject({ id: z.string(), status, result: z.unknown() })
  .meta({ id: "TaskResult" });

/** A task that has not ended. */
export const pendingResultAnswer = z.strictObject({ id: z.string(), status })
  .meta({ id: "PendingResult" });

const outcome = z.enum(["completed", "threw", "timeout", "cancelled", "given_back", "crashed"])
  .nullable();

/** One run of a task. */
export const attemptAnswer = z.strictObject({
  run: count,
  attempt: count,
  node: z.string(),
  executor: z.string(),
  startedAt: instant,
  finishedAt: instant.nullable(),
  outcome,
  error: taskErrorAnswer.nullable(),
}).meta({ id: "Attempt" });

/** A line that task code has logged. */
export const logLineAnswer = z.strictObject({
  run: count,
  line: count.meta({ description: "Counts from 1 in its run. What is over the limit is dropped." }),
  at: instant,
  level: z.enum(["debug", "info", "warn", "error"]),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()),
}).meta({ id: "LogLine" });

/** A part of a task's log. */
export const logPageAnswer = z.strictObject({
  items: z.array(logLineAnswer),
  nextAfter: z.string().nullable()
    .meta({
      description: "Give it as `after` for what follows; null: these were the last so far.",
    }),
}).meta({ id: "LogPage" });

/** A workflow. */
export const workflowAnswer = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  status: z.enum(WORKFLOW_STATUSES),
  counts,
  createdAt: instant,
  finishedAt: instant.nullable(),
}).meta({ id: "Workflow" });

/** A workflow with its tasks. */
export const workflowDetailsAnswer = workflowAnswer.extend({
  tasks: z.array(taskAnswer),
  nextCursor: z.string().nullable().meta({ description: "The tasks after these; null: none." }),
}).meta({ id: "WorkflowDetails", description: "The tasks come without arguments and results." });

/** A run of one of a workflow's tasks. */
export const workflowRunAnswer = z.strictObject({
  taskId: z.string(),
  run: count,
  attempt: count,
  node: z.string(),
  startedAt: instant,
  finishedAt: instant.nullable(),
  outcome,
}).meta({ id: "WorkflowRun" });

/** A page of a workflow's runs. */
export const workflowRunPageAnswer = z.strictObject({
  items: z.array(workflowRunAnswer),
  nextCursor: z.string().nullable(),
}).meta({ id: "WorkflowRunPage" });

/** A page of workflows. */
export const workflowPageAnswer = z.strictObject({
  items: z.array(workflowAnswer),
  nextCursor: z.string().nullable(),
}).meta({ id: "WorkflowPage" });

/** A queue with its settings and how many tasks of each status it holds. */
export const queueAnswer = z.strictObject({
  name: z.string(),
  concurrency: z.int().nullable(),
  rateLimit: z.strictObject({ limit: z.int(), perMs: z.int() }).nullable(),
  weight: z.int(),
  keyConcurrency: z.int().nullable(),
  paused: z.boolean(),
  counts: counts.optional(),
}).meta({ id: "Queue" });

/** A registered task. */
export const methodAnswer = z.strictObject({
  name: z.string(),
  aliases: z.array(z.string()),
  mode: z.enum(["async", "blocking"]),
  queue: z.string().nullable(),
  timeoutMs: z.int().nullable(),
  heartbeatTimeoutMs: z.int().nullable(),
  retry: z.record(z.string(), z.unknown()).nullable(),
  permissions: z.record(z.string(), z.unknown()),
  onFailure: onFailureInput.optional(),
  inputSchema: z.record(z.string(), z.unknown()).nullable(),
  description: z.string().nullable(),
  definition: z.string(),
}).meta({ id: "Method" });

/** Counters since the node's start, the queues as they are, and what happened lately. */
export const statsAnswer = z.strictObject({
  submitted: count,
  finished: counts,
  commits: count,
  queues: z.array(z.strictObject({ name: z.string(), counts })),
  rates: z.strictObject({ submittedPerSecond: z.number(), finishedPerSecond: z.number() })
    .describe("Of this node over the last minute"),
  resultCache: z.strictObject({ hits: count, misses: count, bytes: count }),
  deadLetters: count.describe("Failed tasks that nobody has sent round again or discarded"),
  oldestWaiting: z.array(z.strictObject({
    queue: z.string(),
    id: z.string(),
    since: instant.describe("When it became ready"),
  })).describe(
    "Of each queue with ready tasks the one whose turn comes first: of those of one priority the " +
      "one that waits the longest. One of a lower priority may have waited longer",
  ),
  windows: trafficWindowsAnswer
    .describe("What happened lately, over restarts and all nodes that share the database"),
}).meta({ id: "Stats" });

/** One actor of a node. */
const actorAnswer = z.strictObject({
  name: z.string(),
  parent: z.string().nullable(),
  state: z.enum(["starting", "ready", "restarting", "stopping", "stopped", "failed"]),
  restarts: count,
  startedAt: instant.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: instant.nullable(),
  lanes: z.record(z.string(), count).describe(
    "Messages that wait in each lane of its mailbox, as of its last sign of life; of other nodes, " +
      "lanes that are empty are left out",
  ),
}).meta({ id: "Actor" });

const currentRunAnswer = z.strictObject({
  taskId: z.string(),
  method: z.string(),
  run: count,
  startedAt: instant,
});

/** An executor of the node that answers, and what it runs now. */
const executorAnswer = z.strictObject({
  name: z.string(),
  pool: z.string(),
  slots: count.describe("Runs at a time"),
  state: actorAnswer.shape.state,
  held: count.describe("Runs that it has, waiting ones too"),
  running: count.describe("Runs whose code runs"),
  runs: z.array(currentRunAnswer).describe("Those that run longest, at most 20"),
}).meta({ id: "Executor" });

const spreadAnswer = z.strictObject({
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  max: z.number(),
});

/** A node of those that share a database; alone, the node itself. */
export const nodeAnswer = z.strictObject({
  id: z.string().describe("Another one after each start, and after the node was lost"),
  version: z.string(),
  address: z.strictObject({ http: z.string().nullable(), grpc: z.string().nullable() }),
  state: z.enum(["active", "suspect", "lost", "left"]),
  leader: z.boolean(),
  startedAt: instant,
  renewedAt: instant.describe("When it last said that it lives"),
  methods: count.describe("How many methods it knows"),
  load: z.strictObject({
    slots: count,
    held: count.describe("Runs that it has, waiting ones too"),
  }),
  notReady: z.array(z.string()).describe(
    "Why it takes no work, as it last said; empty when it does",
  ),
  actors: z.array(actorAnswer).describe(
    "Its actors, as it last said; empty where it has said nothing yet",
  ),
  runs: z.array(currentRunAnswer.extend({ executor: z.string() })).nullable().describe(
    `Runs that another node has, waiting ones too, those that were given to it first, at most ${LIMITS.nodeRuns}; ` +
      "null of the node that answers, whose runs stand with its executors, of those that are gone, " +
      "and where they could not be read",
  ),
}).meta({ id: "Node" });

/** The node and its actors. */
export const systemAnswer = z.strictObject({
  node: z.string(),
  version: z.string(),
  denoVersion: z.string(),
  startedAt: instant,
  ready: z.boolean(),
  notReady: z.array(z.string()),
  draining: z.boolean(),
  abandonedIsolates: count,
  clockSteps: count.describe("How often the clock was set, or the machine slept, since the start"),
  lastClockStep: z.strictObject({
    at: instant,
    byMs: z.int().describe("Negative: the clock was set back"),
  }).nullable(),
  term: count.describe("Grows with each change of the leader"),
  nodes: z.array(nodeAnswer).describe("Live ones, and those that went within the last hour"),
  actors: z.array(actorAnswer),
  executors: z.array(executorAnswer),
  commits: z.strictObject({
    count: count.describe("How many commits this is about: the latest, at most 1,000"),
    from: instant.nullable(),
    to: instant.nullable(),
    ms: spreadAnswer.nullable().describe("Milliseconds of a commit"),
    items: spreadAnswer.nullable().describe("Submissions, claims and outcomes in one commit"),
  }).describe("Commits of this node's scheduler to the store"),
}).meta({ id: "System" });

/** Liveness: that there is an answer says it. */
export const livenessAnswer = z.strictObject({ status: z.literal("ok") }).meta({ id: "Liveness" });

/** Readiness, with the reasons where the node is not ready. */
export const readinessAnswer = z.strictObject({
  status: z.enum(["ready", "not_ready"]),
  reasons: z.array(z.string()),
}).meta({ id: "Readiness" });

/** The answer of something that has a list of `item`. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item) });
}

/** A task as JSON. */
export type TaskView = z.infer<typeof taskAnswer>;
/** A task as its submission is answered, as JSON. */
export type SubmittedTaskView = z.infer<typeof submittedTaskAnswer>;
/** A run as JSON. */
export type AttemptView = z.infer<typeof attemptAnswer>;
/** A log line as JSON. */
export type LogLineView = z.infer<typeof logLineAnswer>;
/** A part of a log as JSON. */
export type LogPageView = z.infer<typeof logPageAnswer>;
/** A workflow as JSON. */
export type WorkflowView = z.infer<typeof workflowAnswer>;
/** A workflow with its tasks as JSON. */
export type WorkflowDetailsView = z.infer<typeof workflowDetailsAnswer>;
/** A run of one of a workflow's tasks as JSON. */
export type WorkflowRunView = z.infer<typeof workflowRunAnswer>;
/** A registered task as JSON. */
export type MethodView = z.infer<typeof methodAnswer>;
/** A queue as JSON. */
export type QueueView = z.infer<typeof queueAnswer>;
/** A refusal as JSON. */
export type Problem = z.infer<typeof problemAnswer>;
/** Counters as JSON. */
export type StatsView = z.infer<typeof statsAnswer>;
/** A node of a cluster as JSON. */
export type NodeView = z.infer<typeof nodeAnswer>;
/** The node as JSON. */
export type SystemView = z.infer<typeof systemAnswer>;
export type ReadinessView = z.infer<typeof readinessAnswer>;
