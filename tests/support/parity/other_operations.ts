/** The operations on workflows, dead letters, queues, schedules and the node, for the parity test. */
import { DeadLetterService } from "../../../proto/gen/dtask/v1/dead_letter_service_pb.ts";
import { NodeService } from "../../../proto/gen/dtask/v1/node_service_pb.ts";
import { QueueService } from "../../../proto/gen/dtask/v1/queue_service_pb.ts";
import { Overlap, ScheduleService } from "../../../proto/gen/dtask/v1/schedule_service_pb.ts";
import { TaskReason } from "../../../proto/gen/dtask/v1/task_pb.ts";
import {
  WorkflowService,
  WorkflowStatus,
} from "../../../proto/gen/dtask/v1/workflow_service_pb.ts";
import {
  type Json,
  listed,
  NO_NAME,
  nothing,
  number,
  operation,
  type ParityOperation,
  same,
  seconds,
  under,
  UNKNOWN,
} from "./operation.ts";

const heldGraph = (id: string) => ({
  id,
  name: "graph",
  tasks: [
    { key: "a", method: "noop", queue: "held" },
    { key: "b", method: "add", args: [{ $result: "a" }, 1], deps: ["a"] },
  ],
});
const heldGraphMessage = (id: string) => ({
  ...heldGraph(id),
  tasks: [
    { key: "a", method: "noop", queue: "held" },
    {
      key: "b",
      method: "add",
      args: [{ kind: { case: "resultOf", value: "a" } }, number(1)],
      deps: ["a"],
    },
  ],
});
const failing = (id: string) =>
  ["POST /api/tasks", { id, method: "fail", args: ["no"], retry: { maxAttempts: 1 } }] as const;

const workflows = WorkflowService.method;
const WORKFLOWS: readonly ParityOperation[] = [
  operation("POST /api/workflows", workflows.submitWorkflow, (workflow, status) => ({
    workflow,
    created: status === 201,
  }), [
    {
      what: "a graph",
      status: 201,
      body: heldGraph("$-g1"),
      request: { workflow: heldGraphMessage("$-g1") },
    },
    {
      what: "known with the same content",
      status: 200,
      given: [["POST /api/workflows", {
        id: "$-g2",
        tasks: [{ key: "a", method: "noop", queue: "held" }],
      }]],
      body: { id: "$-g2", tasks: [{ key: "a", method: "noop", queue: "held" }] },
      request: { workflow: { id: "$-g2", tasks: [{ key: "a", method: "noop", queue: "held" }] } },
    },
    {
      what: "a cycle",
      status: 422,
      body: { tasks: [{ key: "a", method: "noop", deps: ["a"] }] },
      request: { workflow: { tasks: [{ key: "a", method: "noop", deps: ["a"] }] } },
    },
    {
      what: "without a key",
      status: 422,
      body: { tasks: [{ method: "noop" }] },
      request: { workflow: { tasks: [{ method: "noop" }] } },
    },
  ]),
  operation("GET /api/workflows", workflows.listWorkflows, listed("workflows"), [
    {
      what: "by status",
      status: 200,
      query: { status: "running", name: "parity", q: "gra", limit: "5" },
      request: { status: WorkflowStatus.RUNNING, name: "parity", prefix: "gra", limit: 5 },
    },
    { what: "a limit out of range", status: 422, query: { limit: "501" }, request: { limit: 501 } },
  ]),
  operation(
    "GET /api/workflows/{id}",
    workflows.getWorkflow,
    ({ tasks, nextCursor, ...workflow }) => ({
      workflow,
      tasks,
      nextCursor,
    }),
    [
      { what: "all of it", status: 200, target: "graph" },
      {
        what: "a page",
        status: 200,
        target: "graph",
        query: { limit: "1" },
        request: { limit: 1 },
      },
      {
        what: "without tasks",
        status: 200,
        target: "graph",
        query: { limit: "0" },
        request: { withoutTasks: true },
      },
      UNKNOWN,
    ],
  ),
  operation("GET /api/workflows/{id}/runs", workflows.listWorkflowRuns, listed("runs"), [
    { what: "some", status: 200, target: "graph" },
    UNKNOWN,
  ]),
  operation("POST /api/workflows/{id}/cancel", workflows.cancelWorkflow, under("workflow"), [
    {
      what: "waiting",
      status: 200,
      target: "$-g3",
      given: [["POST /api/workflows", heldGraph("$-g3")]],
    },
    UNKNOWN,
  ]),
  operation("POST /api/workflows/{id}/retry", workflows.retryWorkflow, under("workflow"), [
    { what: "nothing to retry", status: 409, target: "graph" },
    UNKNOWN,
  ]),
];

const deadLetters = DeadLetterService.method;
const DEAD_LETTERS: readonly ParityOperation[] = [
  operation("GET /api/dead-letters", deadLetters.listDeadLetters, ({ items, nextCursor }) => ({
    deadLetters: items.map(({ attempts, attemptsOmitted, ...task }: Json) => ({
      task,
      attempts,
      attemptsOmitted,
    })),
    nextCursor,
  }), [
    {
      what: "by filter",
      status: 200,
      query: { method: "fail", q: "failed", reason: "attempts_exhausted" },
      request: {
        filter: { method: "fail", idPrefix: "failed", reason: TaskReason.ATTEMPTS_EXHAUSTED },
      },
    },
    {
      what: "no workflow's id",
      status: 422,
      query: { workflowId: "a b" },
      request: { filter: { workflowId: "a b" } },
    },
  ]),
  operation("POST /api/dead-letters/redrive", deadLetters.redriveDeadLetters, same, [
    {
      what: "by ids",
      status: 200,
      given: [failing("$-l1")],
      ended: ["$-l1"],
      body: { ids: ["$-l1", "done"], args: ["x"] },
      request: {
        ids: ["$-l1", "done"],
        args: { values: [{ kind: { case: "stringValue", value: "x" } }] },
      },
    },
    { what: "neither", status: 422, body: {}, request: {} },
  ]),
  operation("POST /api/dead-letters/discard", deadLetters.discardDeadLetters, same, [
    {
      what: "by filter",
      status: 200,
      given: [failing("$-l2")],
      ended: ["$-l2"],
      body: { filter: { q: "$-l2" } },
      request: { filter: { idPrefix: "$-l2" } },
    },
    { what: "no id", status: 422, body: { ids: [""] }, request: { ids: [""] } },
  ]),
];

function queueOf({ name, paused, counts, ...settings }: Json) {
  return { name, settings, paused, counts };
}

const queues = QueueService.method;
const QUEUES: readonly ParityOperation[] = [
  operation("GET /api/queues", queues.listQueues, ({ items }) => ({ queues: items.map(queueOf) }), [
    { what: "all", status: 200 },
  ]),
  operation("PUT /api/queues/{name}", queues.setQueue, (queue) => ({ queue: queueOf(queue) }), [
    {
      what: "every setting",
      status: 200,
      target: "$-q",
      body: {
        concurrency: 5,
        rateLimit: { limit: 10, perMs: 1_500 },
        weight: 3,
        keyConcurrency: 2,
      },
      request: {
        settings: {
          concurrency: 5,
          rateLimit: { limit: 10, per: { seconds: 1n, nanos: 500_000_000 } },
          weight: 3,
          keyConcurrency: 2,
        },
      },
    },
    {
      what: "no weight",
      status: 422,
      target: "$-q",
      body: { weight: -1 },
      request: { settings: { weight: -1 } },
    },
    { ...NO_NAME, body: {} },
  ]),
  operation(
    "POST /api/queues/{name}/pause",
    queues.pauseQueue,
    (queue) => ({ queue: queueOf(queue) }),
    [
      { what: "one", status: 200, target: "$-q" },
    ],
  ),
  operation(
    "POST /api/queues/{name}/resume",
    queues.resumeQueue,
    (queue) => ({ queue: queueOf(queue) }),
    [
      { what: "one", status: 200, target: "$-q" },
    ],
  ),
];

/** What a schedule has in its settings, and in the task of these. */
const SETTINGS = ["cron", "timezone", "overlap", "catchUpWindowMs", "jitterMs", "workflow"];
const TASK = ["method", "args", "queue", "labels", "delayMs"];

function scheduleOf(schedule: Json) {
  const { note: _, ...members } = schedule;
  const entries = Object.entries<Json>(members);
  const pick = (names: readonly string[]) =>
    Object.fromEntries(entries.filter(([name]) => names.includes(name)));
  const rest = entries.filter(([name]) => ![...SETTINGS, ...TASK].includes(name));
  return {
    ...Object.fromEntries(rest),
    settings: { ...pick(SETTINGS), task: members.workflow ? null : pick(TASK) },
  };
}

const ONCE_A_YEAR = { cron: "0 3 1 1 *", method: "noop", args: [1], queue: "held", delayMs: 1_000 };
const setUp = (name: string) => [`PUT /api/schedules/${name}`, ONCE_A_YEAR] as const;

const TWO_YEARS = {
  body: { from: "2020-01-01T00:00:00Z", until: "2022-01-01T00:00:00Z" },
  request: { from: seconds(1_577_836_800), until: seconds(1_640_995_200) },
};
const TRIAL_OF_TWO_YEARS = {
  body: { ...TWO_YEARS.body, dryRun: true },
  request: { ...TWO_YEARS.request, dryRun: true },
};
const schedules = ScheduleService.method;
const paused = (schedule: Json) => ({ schedule: scheduleOf(schedule), note: schedule.note });
const SCHEDULES: readonly ParityOperation[] = [
  operation("GET /api/schedules", schedules.listSchedules, ({ items }) => ({
    schedules: items.map(scheduleOf),
  }), [{ what: "all", status: 200 }]),
  operation("PUT /api/schedules/{name}", schedules.setSchedule, (schedule, status) => ({
    schedule: scheduleOf(schedule),
    created: status === 201,
  }), [
    {
      what: "a task",
      status: 201,
      target: "$-s1",
      body: { ...ONCE_A_YEAR, timezone: "Europe/Berlin", overlap: "allow_all", jitterMs: 1_000 },
      request: {
        settings: {
          cron: "0 3 1 1 *",
          timezone: "Europe/Berlin",
          overlap: Overlap.ALLOW_ALL,
          jitter: seconds(1),
          work: {
            case: "task",
            value: { method: "noop", args: [number(1)], queue: "held", delay: seconds(1) },
          },
        },
      },
    },
    {
      what: "a workflow, in place of what was there",
      status: 200,
      target: "$-s2",
      given: [setUp("$-s2")],
      body: { cron: "0 3 1 1 *", workflow: { tasks: [{ key: "a", method: "noop" }] } },
      request: {
        settings: {
          cron: "0 3 1 1 *",
          work: { case: "workflow", value: { tasks: [{ key: "a", method: "noop" }] } },
        },
      },
    },
    {
      what: "no expression",
      status: 422,
      target: "$-s3",
      body: { cron: "x", method: "noop" },
      request: { settings: { cron: "x", work: { case: "task", value: { method: "noop" } } } },
    },
    {
      what: "an id",
      status: 422,
      target: "$-s3",
      body: { ...ONCE_A_YEAR, id: "a" },
      request: {
        settings: { cron: "0 3 1 1 *", work: { case: "task", value: { method: "noop", id: "a" } } },
      },
    },
  ]),
  operation("GET /api/schedules/{name}", schedules.getSchedule, (schedule) => ({
    schedule: scheduleOf(schedule),
  }), [{ what: "one", status: 200, target: "yearly" }, UNKNOWN]),
  operation("DELETE /api/schedules/{name}", schedules.deleteSchedule, nothing, [
    { what: "one", status: 204, target: "$-s4", given: [setUp("$-s4")] },
    UNKNOWN,
  ]),
  operation("POST /api/schedules/{name}/trigger", schedules.triggerSchedule, under("tick"), [
    { what: "one", status: 201, target: "$-s5", given: [setUp("$-s5")] },
    UNKNOWN,
  ]),
  operation("POST /api/schedules/{name}/pause", schedules.pauseSchedule, paused, [
    { what: "one", status: 200, target: "$-s6", given: [setUp("$-s6")] },
    UNKNOWN,
  ]),
  operation("POST /api/schedules/{name}/resume", schedules.resumeSchedule, paused, [
    { what: "one", status: 200, target: "$-s7", given: [setUp("$-s7")] },
    UNKNOWN,
  ]),
  operation("POST /api/schedules/{name}/backfill", schedules.backfillSchedule, same, [
    { what: "two years", status: 200, target: "$-s8", given: [setUp("$-s8")], ...TWO_YEARS },
    { what: "two years, as a trial", status: 200, target: "yearly", ...TRIAL_OF_TWO_YEARS },
    {
      what: "the wrong way round",
      status: 422,
      target: "yearly",
      body: { from: "2022-01-01T00:00:00Z", until: "2020-01-01T00:00:00Z" },
      request: { from: seconds(1_640_995_200), until: seconds(1_577_836_800) },
    },
  ]),
  operation("GET /api/schedules/{name}/ticks", schedules.listTicks, listed("ticks"), [
    { what: "one", status: 200, target: "yearly", query: { limit: "5" }, request: { limit: 5 } },
    UNKNOWN,
  ]),
];

/** Their last span goes on, so that they change with every millisecond. */
const RATES = ["submittedPerSecond", "startedPerSecond", "finishedPerSecond"];

const node = NodeService.method;
const NODE: readonly ParityOperation[] = [
  operation("GET /api/methods", node.listMethods, listed("methods"), [{
    what: "all",
    status: 200,
  }]),
  operation("GET /api/stats", node.getStats, under("stats"), [{ what: "all", status: 200 }], [
    // Counted by each front-end, and read at two times.
    ...["rates", "commits", "resultCache", ...RATES],
  ]),
  operation("GET /api/stats/history", node.getHistory, under("history"), [
    { what: "a day", status: 200, query: { window: "24h" }, request: { window: "24h" } },
    { what: "no window", status: 422, query: { window: "2h" }, request: { window: "2h" } },
  ], RATES),
  operation("GET /api/system", node.getSystem, under("system"), [{ what: "all", status: 200 }], [
    ...["lanes", "commits", "renewedAt", "load", "held", "running", "runs"],
  ]),
];

/** All of them. */
export const OTHER_OPERATIONS: readonly ParityOperation[] = [
  ...WORKFLOWS,
  ...DEAD_LETTERS,
  ...QUEUES,
  ...SCHEDULES,
  ...NODE,
];
