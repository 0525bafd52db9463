/** What the documentation shows of each operation. A test sends all of it to a real node. */

/** A request that is answered with 2xx, where what it names is there. */
export interface RequestExample {
  /** The id or name in the path. */
  readonly target?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** By method and path; an operation that takes nothing has none. */
export const REQUEST_EXAMPLES: Readonly<Record<string, RequestExample>> = {
  "POST /api/tasks": {
    body: {
      id: "sum-1",
      method: "add",
      args: [1, 2],
      priority: 10,
      labels: { customer: "acme" },
      retry: { maxAttempts: 3, backoff: "exponential", initialMs: 1_000, factor: 2 },
    },
  },
  "POST /api/tasks/batch": {
    body: {
      tasks: [
        { id: "greeting-1", method: "echo_string", args: ["hello"] },
        {
          method: "add",
          args: [{ $result: "sum-1" }, { $int64: "9007199254740993" }],
          deps: ["sum-1"],
        },
      ],
    },
  },
  "GET /api/tasks": {
    query: { status: "completed", method: "add", label: "customer:acme", limit: "20" },
  },
  "GET /api/tasks/{id}": { target: "sum-1" },
  "GET /api/tasks/{id}/result": { target: "sum-1", query: { waitMs: "10000" } },
  "GET /api/tasks/{id}/attempts": { target: "sum-1" },
  "GET /api/tasks/{id}/logs": { target: "sum-1", query: { limit: "100" } },
  "GET /api/tasks/{id}/dependents": { target: "sum-1", query: { limit: "100" } },
  "GET /api/tasks/{id}/events": { target: "sum-1", query: { log: "1.20" } },
  "GET /api/tasks/{id}/explain": { target: "later-1" },
  "POST /api/tasks/{id}/cancel": { target: "later-1", body: {} },
  "POST /api/tasks/{id}/retry": { target: "broken-1", body: { args: ["mended", false] } },
  "DELETE /api/tasks/{id}": { target: "greeting-1" },
  "POST /api/tasks/cancel": {
    body: { filter: { queue: "mail", status: "pending" }, dryRun: true },
  },
  "POST /api/tasks/retry": { body: { ids: ["broken-1", "broken-2"] } },
  "POST /api/workflows": {
    body: {
      id: "report-1",
      name: "report",
      tasks: [
        { key: "orders", method: "add", args: [1, 2] },
        { key: "refunds", method: "add", args: [3, 4] },
        {
          key: "total",
          method: "remove",
          args: [{ $result: "orders" }, { $result: "refunds" }],
          deps: ["orders", "refunds"],
        },
      ],
    },
  },
  "GET /api/workflows": { query: { status: "completed", limit: "20" } },
  "GET /api/workflows/{id}": { target: "report-1" },
  "GET /api/workflows/{id}/runs": { target: "report-1", query: { limit: "500" } },
  "POST /api/workflows/{id}/cancel": { target: "slow-1", body: {} },
  "POST /api/workflows/{id}/retry": { target: "slow-1", body: {} },
  "GET /api/dead-letters": { query: { reason: "non_retryable", limit: "20" } },
  "POST /api/dead-letters/redrive": {
    body: { filter: { method: "fail" }, args: ["mended", false] },
  },
  "POST /api/dead-letters/discard": { body: { ids: ["broken-1", "broken-2"] } },
  "PUT /api/queues/{name}": {
    target: "mail",
    body: {
      concurrency: 10,
      rateLimit: { limit: 100, perMs: 60_000 },
      weight: 2,
      keyConcurrency: 1,
    },
  },
  "POST /api/queues/{name}/pause": { target: "mail", body: {} },
  "POST /api/queues/{name}/resume": { target: "mail", body: {} },
  "PUT /api/schedules/{name}": {
    target: "nightly",
    body: { cron: "0 3 * * *", timezone: "Europe/Berlin", method: "noop", overlap: "skip" },
  },
  "GET /api/schedules/{name}": { target: "nightly" },
  "DELETE /api/schedules/{name}": { target: "nightly" },
  "POST /api/schedules/{name}/trigger": { target: "nightly", body: {} },
  "POST /api/schedules/{name}/pause": { target: "nightly", body: {} },
  "POST /api/schedules/{name}/resume": { target: "nightly", body: {} },
  "POST /api/schedules/{name}/backfill": {
    target: "nightly",
    body: { from: "2026-01-01T00:00:00.000Z", until: "2026-01-08T00:00:00.000Z", dryRun: true },
  },
  "GET /api/schedules/{name}/ticks": { target: "nightly", query: { limit: "20" } },
  "GET /api/stats/history": { query: { window: "1h" } },
  "GET /api/events": { query: { status: "failed", queue: "mail" } },
};

/** Answers by the name of their schema. */
export const ANSWER_EXAMPLES: Readonly<Record<string, unknown>> = {
  Task: {
    id: "sum-1",
    workflowId: null,
    key: null,
    method: "add",
    args: [1, 2],
    deps: [],
    triggerRule: "all_success",
    queue: "default",
    priority: 0,
    status: "completed",
    reason: null,
    wave: 0,
    run: 1,
    attempt: 1,
    maxAttempts: 5,
    crashes: 0,
    runAt: null,
    createdAt: "2026-11-22T12:32:29.784Z",
    startedAt: "2026-11-22T12:32:29.790Z",
    finishedAt: "2026-11-22T12:32:29.791Z",
    cancelRequestedAt: null,
    timeoutMs: 300_000,
    result: 3,
    error: null,
    progress: null,
    labels: { customer: "acme" },
    concurrencyKey: null,
    node: "n-7da0673c-87b4-47f4-bd4a-9a9e9a02d7c1",
    executor: "executor-3",
    definition: "sha256-4ce08d498daa0b5f1625dacdfef583afa9c1a1449b586d3970d5db4613b097a0",
    seq: "3",
  },
  Workflow: {
    id: "report-1",
    name: "report",
    status: "running",
    counts: { completed: 2, running: 1 },
    createdAt: "2026-11-22T12:32:29.784Z",
    finishedAt: null,
  },
  Attempt: {
    run: 1,
    attempt: 1,
    node: "n-7da0673c-87b4-47f4-bd4a-9a9e9a02d7c1",
    executor: "executor-3",
    startedAt: "2026-11-22T12:32:29.790Z",
    finishedAt: "2026-11-22T12:32:29.791Z",
    outcome: "threw",
    error: { name: "Error", message: "no answer from the mail server", stack: null },
  },
};

/** Problems by status, as they are answered. */
export const PROBLEM_EXAMPLES: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  400: {
    title: "Malformed request",
    detail: "Cannot read the body: it is not JSON in UTF-8",
    code: "malformed",
  },
  401: {
    title: "Not authenticated",
    detail: "Cannot accept the request: a bearer token is required",
    code: "unauthenticated",
  },
  403: {
    title: "Not permitted",
    detail: "Not permitted: needs the scope tasks:write",
    code: "missing_scope",
  },
  404: { title: "Not found", detail: 'Task "none" does not exist', code: "unknown_task" },
  409: {
    title: "Already exists",
    detail: 'Cannot submit "sum-1": the id is taken by a submission with other content; ' +
      "choose another id",
    code: "id_conflict",
  },
  413: {
    title: "Request too large",
    detail: "Cannot take the request: its body is longer than 4194304 bytes",
    code: "payload_too_large",
  },
  415: {
    title: "Unsupported media type",
    detail: "Cannot read the body: its content type has to be application/json",
    code: "unsupported_media_type",
  },
  422: {
    title: "Invalid request",
    detail: "Cannot accept the request: /priority: at most 100",
    code: "invalid_argument",
    errors: [{ pointer: "/priority", message: "at most 100" }],
  },
  429: {
    title: "Rate limit exceeded",
    detail: "Cannot take the request: this token's subject sends too many a second; slow down",
    code: "rate_limited",
  },
  503: {
    title: "Overloaded",
    detail: "Cannot take the request: the node has too much to do; try again later",
    code: "overloaded",
  },
};
