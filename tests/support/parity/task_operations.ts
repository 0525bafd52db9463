/** The operations on tasks, for the parity test. */
import { TaskStatus } from "../../../proto/gen/dtask/v1/task_pb.ts";
import { Backoff, Jitter, TriggerRule, UniqueBy } from "../../../proto/gen/dtask/v1/task_pb.ts";
import { TaskService } from "../../../proto/gen/dtask/v1/task_service_pb.ts";
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

const { method } = TaskService;
const LONG = "x".repeat(1_100_000);
const HUGE = "x".repeat(4_300_000);
/** A task that waits for ever, since its queue is paused. */
const held = (id: string) => ["POST /api/tasks", { id, method: "noop", queue: "held" }] as const;
const failing = (id: string) =>
  ["POST /api/tasks", { id, method: "fail", args: ["no"], retry: { maxAttempts: 1 } }] as const;
const done = (id: string) => ["POST /api/tasks", { id, method: "add", args: [1, 2] }] as const;

function submitted({ duplicate, ...task }: Json, status: number) {
  return { task, created: status === 201, duplicate };
}

function batch({ results }: Json) {
  return {
    results: results.map(({ status, task, problem }: Json) =>
      problem === undefined ? submitted(task, status) : { refusal: problem.code }
    ),
  };
}

/** Every field that a submission can have. */
const EVERYTHING = {
  body: {
    id: "$-all",
    method: "add",
    args: [
      1.5,
      { $int64: "-9223372036854775808" },
      { $bytes: "AQI=" },
      { $double: "NaN" },
      null,
      [
        true,
        "ü",
      ],
      { a: { $result: "done" } },
      { $map: { $int64: 1 } },
    ],
    deps: ["done"],
    triggerRule: "all_done",
    queue: "held",
    priority: -5,
    runAt: "2026-01-01T00:00:00.500Z",
    expiresAt: "2030-01-01T00:00:00Z",
    timeoutMs: 1_500,
    heartbeatTimeoutMs: 60_000,
    concurrencyKey: "k",
    retry: {
      maxAttempts: 3,
      backoff: "linear",
      initialMs: 250,
      factor: 1.5,
      maxMs: 60_000,
      jitter: "none",
    },
    labels: { side: "$-", empty: "" },
    unique: { key: "$-u", by: "method", withinMs: 60_000, states: ["pending"] },
    onFailure: { method: "noop", args: ["a"], labels: { of: "me" } },
  },
  task: {
    id: "$-all",
    method: "add",
    args: [
      number(1.5),
      { kind: { case: "int64Value", value: -(2n ** 63n) } },
      { kind: { case: "bytesValue", value: new Uint8Array([1, 2]) } },
      number(Number.NaN),
      { kind: { case: "nullValue", value: 0 } },
      {
        kind: {
          case: "listValue",
          value: {
            values: [
              { kind: { case: "boolValue", value: true } },
              { kind: { case: "stringValue", value: "ü" } },
            ],
          },
        },
      },
      {
        kind: {
          case: "mapValue",
          value: { fields: { a: { kind: { case: "resultOf", value: "done" } } } },
        },
      },
      { kind: { case: "mapValue", value: { fields: { $int64: number(1) } } } },
    ],
    deps: ["done"],
    triggerRule: TriggerRule.ALL_DONE,
    queue: "held",
    priority: -5,
    runAt: { seconds: BigInt(Date.parse("2026-01-01T00:00:00Z") / 1_000), nanos: 500_000_000 },
    expiresAt: { seconds: BigInt(Date.parse("2030-01-01T00:00:00Z") / 1_000), nanos: 0 },
    timeout: { seconds: 1n, nanos: 500_000_000 },
    heartbeatTimeout: seconds(60),
    concurrencyKey: "k",
    retry: {
      maxAttempts: 3,
      backoff: Backoff.LINEAR,
      initial: { seconds: 0n, nanos: 250_000_000 },
      factor: 1.5,
      max: seconds(60),
      jitter: Jitter.NONE,
    },
    labels: { side: "$-", empty: "" },
    unique: {
      key: "$-u",
      by: UniqueBy.METHOD,
      within: seconds(60),
      states: [TaskStatus.PENDING],
    },
    failureHandling: {
      case: "onFailure",
      value: {
        method: "noop",
        args: [{ kind: { case: "stringValue", value: "a" } }],
        labels: { of: "me" },
      },
    },
  },
};

const SUBMISSIONS: readonly ParityOperation[] = [
  operation("POST /api/tasks", method.submitTask, submitted, [
    {
      what: "every field",
      status: 201,
      body: EVERYTHING.body,
      request: { task: EVERYTHING.task },
    },
    {
      what: "known with the same content",
      status: 200,
      given: [held("$-again")],
      body: { id: "$-again", method: "noop", queue: "held" },
      request: { task: { id: "$-again", method: "noop", queue: "held" } },
    },
    {
      what: "known with other content",
      status: 409,
      given: [held("$-other")],
      body: { id: "$-other", method: "add" },
      request: { task: { id: "$-other", method: "add" } },
    },
    {
      what: "a duplicate",
      status: 200,
      given: [["POST /api/tasks", { method: "noop", queue: "held", unique: { key: "one" } }]],
      body: { method: "noop", queue: "held", unique: { key: "one" } },
      request: { task: { method: "noop", queue: "held", unique: { key: "one" } } },
    },
    {
      what: "several faults",
      status: 422,
      body: {
        method: "noop",
        priority: 101,
        delayMs: 1,
        runAt: "2026-01-01T00:00:00Z",
        deps: [""],
      },
      request: {
        task: {
          method: "noop",
          priority: 101,
          delay: { seconds: 0n, nanos: 1_000_000 },
          runAt: { seconds: BigInt(Date.parse("2026-01-01T00:00:00Z") / 1_000), nanos: 0 },
          deps: [""],
        },
      },
    },
    {
      what: "a key outside of a workflow",
      status: 422,
      body: { method: "noop", key: "k" },
      request: { task: { method: "noop", key: "k" } },
    },
    { what: "nothing", status: 422, body: {}, request: {} },
    {
      what: "an unknown method",
      status: 422,
      body: { method: "no.such" },
      request: { task: { method: "no.such" } },
    },
    {
      what: "an unknown dependency",
      status: 422,
      body: { method: "noop", deps: ["nobody"] },
      request: { task: { method: "noop", deps: ["nobody"] } },
    },
    {
      what: "arguments that are too long",
      status: 422,
      body: { method: "noop", args: [LONG] },
      request: { task: { method: "noop", args: [{ kind: { case: "stringValue", value: LONG } }] } },
    },
    {
      what: "a request that is too long",
      status: 413,
      body: { method: "noop", args: [HUGE] },
      request: { task: { method: "noop", args: [{ kind: { case: "stringValue", value: HUGE } }] } },
      early: true,
    },
    {
      what: "an idempotency key that is none",
      status: 422,
      body: { method: "noop" },
      headers: { "idempotency-key": "with space" },
      request: { task: { method: "noop" } },
    },
  ]),
  operation("POST /api/tasks/batch", method.submitTasks, batch, [
    {
      what: "some of each",
      status: 200,
      body: {
        tasks: [{ id: "$-b1", method: "noop", queue: "held" }, { method: "no.such" }, {
          method: "noop",
          priority: 999,
        }],
      },
      request: {
        tasks: [{ id: "$-b1", method: "noop", queue: "held" }, { method: "no.such" }, {
          method: "noop",
          priority: 999,
        }],
      },
    },
    { what: "none", status: 422, body: {}, request: {} },
  ]),
];

const READS: readonly ParityOperation[] = [
  operation("GET /api/tasks", method.listTasks, listed("tasks"), [
    {
      what: "a page by filter",
      status: 200,
      query: { label: "of:parity", status: "completed,failed", limit: "2", q: "do" },
      request: {
        filter: {
          label: "of:parity",
          statuses: [TaskStatus.COMPLETED, TaskStatus.FAILED],
          idPrefix: "do",
        },
        limit: 2,
      },
    },
    {
      what: "by time",
      status: 200,
      query: { since: "2020-01-01T00:00:00Z", until: "2020-01-02T00:00:00Z" },
      request: { filter: { since: seconds(1_577_836_800), until: seconds(1_577_923_200) } },
    },
    { what: "a limit out of range", status: 422, query: { limit: "501" }, request: { limit: 501 } },
    { what: "no cursor of ours", status: 422, query: { cursor: "x" }, request: { cursor: "x" } },
  ]),
  operation("GET /api/tasks/{id}", method.getTask, under("task"), [
    { what: "completed", status: 200, target: "done" },
    { what: "failed", status: 200, target: "failed" },
    { what: "waiting", status: 200, target: "waiting" },
    UNKNOWN,
    NO_NAME,
  ]),
  operation("GET /api/tasks/{id}/result", method.getTaskResult, same, [
    {
      what: "completed",
      status: 200,
      target: "done",
      query: { waitMs: "1000" },
      request: { wait: seconds(1) },
    },
    { what: "not yet", status: 202, target: "waiting" },
    { what: "failed", status: 409, target: "failed" },
    {
      what: "too long a wait",
      status: 422,
      target: "done",
      query: { waitMs: "60001" },
      request: { wait: { seconds: 60n, nanos: 1_000_000 } },
    },
    UNKNOWN,
  ]),
  operation("GET /api/tasks/{id}/attempts", method.listAttempts, listed("attempts"), [
    { what: "one that failed", status: 200, target: "failed" },
    UNKNOWN,
  ]),
  operation("GET /api/tasks/{id}/logs", method.listLogs, listed("lines"), [
    { what: "some", status: 200, target: "logged", query: { limit: "1" }, request: { limit: 1 } },
    { what: "none", status: 200, target: "done" },
    {
      what: "no place",
      status: 422,
      target: "done",
      query: { after: "x" },
      request: { after: "x" },
    },
    UNKNOWN,
  ]),
  operation("GET /api/tasks/{id}/dependents", method.listDependents, listed("tasks"), [
    { what: "one", status: 200, target: "waiting" },
    UNKNOWN,
  ]),
  operation("GET /api/tasks/{id}/explain", method.explainTask, under("explanation"), [
    { what: "failed", status: 200, target: "failed" },
    { what: "waiting", status: 200, target: "waiting" },
    { what: "blocked", status: 200, target: "blocked" },
    UNKNOWN,
  ], ["sentence"]),
];

const CHANGES: readonly ParityOperation[] = [
  operation("POST /api/tasks/{id}/cancel", method.cancelTask, under("task"), [
    { what: "waiting", status: 200, target: "$-c1", given: [held("$-c1")] },
    { what: "completed", status: 409, target: "done" },
    UNKNOWN,
  ]),
  operation("POST /api/tasks/{id}/retry", method.retryTask, under("task"), [
    { what: "failed", status: 200, target: "$-r1", given: [failing("$-r1")], ended: ["$-r1"] },
    {
      what: "with arguments",
      status: 200,
      target: "$-r2",
      given: [failing("$-r2")],
      ended: ["$-r2"],
      body: { args: ["other"] },
      request: { args: { values: [{ kind: { case: "stringValue", value: "other" } }] } },
    },
    {
      what: "with what is no value",
      status: 422,
      target: "failed",
      body: { args: [{ $result: "" }] },
      request: { args: { values: [{ kind: { case: "resultOf", value: "" } }] } },
    },
    { what: "completed", status: 409, target: "done" },
    UNKNOWN,
  ]),
  operation("DELETE /api/tasks/{id}", method.deleteTask, nothing, [
    { what: "completed", status: 204, target: "$-d1", given: [done("$-d1")], ended: ["$-d1"] },
    { what: "waiting", status: 409, target: "waiting" },
    UNKNOWN,
  ]),
  operation("POST /api/tasks/cancel", method.cancelTasks, same, [
    {
      what: "by ids",
      status: 200,
      given: [held("$-m1"), held("$-m2")],
      body: { ids: ["$-m1", "$-m2", "done", "nobody"] },
      request: { ids: ["$-m1", "$-m2", "done", "nobody"] },
    },
    {
      what: "by filter, as a trial",
      status: 200,
      body: { filter: { label: "of:parity" }, dryRun: true },
      request: { filter: { label: "of:parity" }, dryRun: true },
    },
    { what: "neither", status: 422, body: {}, request: {} },
  ]),
  operation("POST /api/tasks/retry", method.retryTasks, same, [
    {
      what: "all, as a trial",
      status: 200,
      body: { filter: { label: "of:parity" }, dryRun: true },
      request: { filter: { label: "of:parity" }, dryRun: true },
    },
    {
      what: "both",
      status: 422,
      body: { ids: ["a"], filter: {} },
      request: { ids: ["a"], filter: {} },
    },
  ]),
];

/** All of them. */
export const TASK_OPERATIONS: readonly ParityOperation[] = [...SUBMISSIONS, ...READS, ...CHANGES];
