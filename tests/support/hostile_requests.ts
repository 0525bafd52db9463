/** Requests that break each rule of the REST interface, with the answer that each has to get. */

/** One request that has to be refused. */
export interface HostileRequest {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that the rule allows. */
  readonly expected: readonly number[];
}

/** Ids of tasks that exist while the requests are sent. */
export const KNOWN = { completed: "known-completed", live: "known-live" } as const;

const MEBI = 1 << 20;
const INVALID = [422];
const JSON_TYPE = { "content-type": "application/json" };

/** A number of opening brackets, then as many closing ones. */
function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

/** A submission that is right but for `fields`. */
function submission(name: string, fields: Record<string, unknown>): HostileRequest {
  return { name, body: { method: "noop", ...fields }, expected: INVALID };
}

function argument(name: string, value: unknown): HostileRequest {
  return submission(`argument: ${name}`, { args: [value] });
}

function raw(name: string, body: string | Uint8Array, expected: readonly number[]): HostileRequest {
  return { name: `body: ${name}`, body, headers: JSON_TYPE, expected };
}

function query(text: string): HostileRequest {
  return { name: `list: ${text}`, method: "GET", path: `/api/tasks?${text}`, expected: INVALID };
}

function workflow(name: string, tasks: readonly unknown[], more = {}): HostileRequest {
  const path = "/api/workflows";
  return { name: `workflow: ${name}`, path, body: { tasks, ...more }, expected: INVALID };
}

const BODIES: readonly HostileRequest[] = [
  {
    name: "body: of another type",
    body: "{}",
    headers: { "content-type": "text/plain" },
    expected: [415],
  },
  {
    name: "body: a form",
    body: "method=noop",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    expected: [415],
  },
  raw("empty", "", [400]),
  raw("no JSON", "{method: noop}", [400]),
  raw("cut off", '{"method":"noop"', [400]),
  raw("bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22]), [400, 422]),
  raw("an array", "[]", INVALID),
  raw("null", "null", INVALID),
  raw("a string", '"noop"', INVALID),
  raw("a number", "1", INVALID),
  raw("arrays 100,000 deep", `{"method":"noop","args":${nested(100_000)}}`, [400, 422]),
  raw("__proto__", '{"method":"noop","__proto__":{"admin":true}}', INVALID),
  raw("5 MiB", `{"method":"echo_string","args":["${"x".repeat(5 * MEBI)}"]}`, [413]),
];

const FIELDS: readonly HostileRequest[] = [
  { name: "method: absent", body: {}, expected: INVALID },
  submission("method: a number", { method: 1 }),
  submission("method: empty", { method: "" }),
  submission("method: unknown", { method: "no.such.method" }),
  submission("method: constructor", { method: "constructor" }),
  submission("method: __proto__", { method: "__proto__" }),
  submission("method: toString", { method: "toString" }),
  submission("field: unknown", { foo: 1 }),
  submission("field: of an answer", { status: "completed" }),
  submission("field: constructor", { constructor: { prototype: {} } }),
  submission("id: empty", { id: "" }),
  submission("id: a number", { id: 1 }),
  submission("id: with a space", { id: "a b" }),
  submission("id: with a slash", { id: "../../etc/passwd" }),
  submission("id: with SQL", { id: "x'; DROP TABLE tasks; --" }),
  submission("id: 201 long", { id: "x".repeat(201) }),
  submission("id: beyond ASCII", { id: "é" }),
  submission("id: ill-formed", { id: "\ud800" }),
  { ...submission("id: known with other content", { id: KNOWN.live }), expected: [409] },
  submission("args: an object", { args: {} }),
  submission("args: with payload", { args: [1], payload: 1 }),
  submission("args: 1 MiB and more", { args: ["x".repeat(MEBI)] }),
  submission("deps: unknown", { deps: ["nobody"] }),
  submission("deps: itself", { id: "self", deps: ["self"] }),
  submission("deps: a string", { deps: "nobody" }),
  submission("deps: 1,001", { deps: Array.from({ length: 1_001 }, () => KNOWN.completed) }),
  submission("triggerRule: unknown", { triggerRule: "sometimes" }),
  submission("queue: a number", { queue: 1 }),
  submission("queue: empty", { queue: "" }),
  submission("priority: 101", { priority: 101 }),
  submission("priority: -101", { priority: -101 }),
  submission("priority: 1.5", { priority: 1.5 }),
  submission("priority: text", { priority: "high" }),
  submission("runAt: no time", { runAt: "tomorrow" }),
  submission("runAt: a number", { runAt: 1 }),
  submission("delayMs: negative", { delayMs: -1 }),
  submission("delayMs: 11 years", { delayMs: 11 * 365.25 * 86_400_000 }),
  submission("expiresAt: no time", { expiresAt: "never" }),
  submission("timeoutMs: 0", { timeoutMs: 0 }),
  submission("timeoutMs: above a day", { timeoutMs: 86_400_001 }),
  submission("heartbeatTimeoutMs: negative", { heartbeatTimeoutMs: -1 }),
  submission("concurrencyKey: an object", { concurrencyKey: {} }),
  submission("retry: maxAttempts 0", { retry: { maxAttempts: 0 } }),
  submission("retry: maxAttempts 1,001", { retry: { maxAttempts: 1_001 } }),
  submission("retry: unknown backoff", { retry: { backoff: "random" } }),
  submission("retry: unknown jitter", { retry: { jitter: "some" } }),
  submission("retry: unknown field", { retry: { tries: 3 } }),
  submission("labels: 33", {
    labels: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`l${index}`, "x"])),
  }),
  submission("labels: a number", { labels: { a: 1 } }),
  submission("labels: a list", { labels: ["a"] }),
  submission("unique: true", { unique: true }),
  submission("unique: by an unknown field", { unique: { by: "queue" } }),
  submission("unique: a key with a NUL", { unique: { key: "a\0b" } }),
  submission("unique: for 11 years", { unique: { withinMs: 11 * 365.25 * 86_400_000 } }),
  submission("unique: in no state", { unique: { states: [] } }),
  submission("unique: in an unknown state", { unique: { states: ["alive"] } }),
  submission("onFailure: a name", { onFailure: "noop" }),
  submission("onFailure: an unknown method", { onFailure: { method: "nothing.known" } }),
  submission("onFailure: with its own", {
    onFailure: { method: "noop", onFailure: { method: "noop" } },
  }),
  submission("onFailure: with dependencies", { onFailure: { method: "noop", deps: ["a"] } }),
  submission("onFailure: a reference", {
    onFailure: { method: "noop", payload: { $result: "a" } },
  }),
  submission("onFailure: 16 KiB and more", {
    onFailure: { method: "noop", payload: "x".repeat(16 << 10) },
  }),
];

const ARGUMENTS: readonly HostileRequest[] = [
  argument("$int64 out of range", { $int64: "18446744073709551616" }),
  argument("$int64 with a sign alone", { $int64: "-" }),
  argument("$int64 a number", { $int64: 1 }),
  argument("$bytes that is no base64", { $bytes: "***" }),
  argument("$double that JSON has", { $double: "1.5" }),
  argument("$map that is no map", { $map: [] }),
  argument("an ill-formed string", "a\udc00b"),
  argument("an ill-formed name", { "\ud800": 1 }),
  argument("65 deep", JSON.parse(nested(65))),
];

const WORKFLOWS: readonly HostileRequest[] = [
  workflow("no tasks", []),
  workflow("a unique task", [{ key: "a", method: "noop", unique: {} }]),
  workflow("a task without key", [{ method: "noop" }]),
  workflow("two of one key", [{ key: "a", method: "noop" }, { key: "a", method: "noop" }]),
  workflow("an unknown dependency", [{ key: "a", method: "noop", deps: ["b"] }]),
  workflow("a task that depends on itself", [{ key: "a", method: "noop", deps: ["a"] }]),
  workflow("a cycle", [
    { key: "a", method: "noop", deps: ["c"] },
    { key: "b", method: "noop", deps: ["a"] },
    { key: "c", method: "noop", deps: ["b"] },
    { key: "d", method: "noop" },
  ]),
  workflow("an unknown method", [{ key: "a", method: "noop" }, { key: "b", method: "nope" }]),
  workflow("an unknown field", [{ key: "a", method: "noop" }], { color: "red" }),
  workflow("a bad id", [{ key: "a", method: "noop" }], { id: "a b" }),
  workflow(
    "10,001 tasks",
    Array.from({ length: 10_001 }, (_, index) => ({ key: `k${index}`, method: "noop" })),
  ),
];

const BATCHES: readonly HostileRequest[] = [
  { name: "batch: empty", path: "/api/tasks/batch", body: { tasks: [] }, expected: INVALID },
  { name: "batch: no list", path: "/api/tasks/batch", body: { tasks: {} }, expected: INVALID },
  {
    name: "batch: 10,001",
    path: "/api/tasks/batch",
    body: { tasks: Array.from({ length: 10_001 }, () => ({ method: "noop" })) },
    expected: INVALID,
  },
];

const LOOK_UPS: readonly HostileRequest[] = [
  ...["limit=0", "limit=501", "limit=ten", "cursor=%00", "cursor=nothing", "status=finished"],
  ...["since=yesterday", "until=1", "label=keyonly", "surprise=1"],
].map(query);

function call(method: string, path: string, ...expected: number[]): HostileRequest {
  return { name: `${method} ${path}`, method, path, expected };
}

const CALLS: readonly HostileRequest[] = [
  call("GET", "/api/tasks/nobody", 404),
  call("GET", "/api/tasks/__proto__", 404),
  call("GET", `/api/tasks/${encodeURIComponent("' OR 1=1 --")}`, 404, 422),
  call("GET", "/api/tasks/%ff", 400, 404, 422),
  call("GET", "/api/tasks/nobody/attempts", 404),
  call("GET", "/api/tasks/nobody/logs", 404),
  call("GET", "/api/tasks/nobody/dependents", 404),
  call("GET", "/api/tasks/nobody/events", 404),
  call("GET", "/api/tasks/nobody/result", 404),
  call("GET", `/api/tasks/${KNOWN.live}/result?waitMs=60001`, 422),
  call("GET", `/api/tasks/${KNOWN.live}/result?waitMs=-1`, 422),
  call("GET", `/api/tasks/${KNOWN.live}/result?waitMs=soon`, 422),
  call("POST", "/api/tasks/nobody/cancel", 404),
  call("POST", "/api/tasks/nobody/retry", 404),
  call("DELETE", "/api/tasks/nobody", 404),
  call("POST", `/api/tasks/${KNOWN.completed}/cancel`, 409),
  call("POST", `/api/tasks/${KNOWN.completed}/retry`, 409),
  call("DELETE", `/api/tasks/${KNOWN.live}`, 409),
  call("GET", "/api/workflows/nobody", 404),
  call("POST", "/api/workflows/nobody/cancel", 404),
  call("PATCH", "/api/tasks", 404, 405),
  call("GET", "/api/nothing", 404),
];

function queue(body: unknown): HostileRequest {
  return {
    name: `queue: ${JSON.stringify(body)}`,
    method: "PUT",
    path: "/api/queues/default",
    body,
    expected: INVALID,
  };
}

const QUEUES: readonly HostileRequest[] = [
  { concurrency: -1 },
  { concurrency: "many" },
  { weight: 0 },
  { weight: 1_001 },
  { rateLimit: { limit: 1 } },
  { rateLimit: { limit: 0, perMs: 1_000 } },
  { keyConcurrency: 0.5 },
  { colour: "red" },
].map(queue);

/** All of them. */
export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  ...BODIES,
  ...FIELDS,
  ...ARGUMENTS,
  ...WORKFLOWS,
  ...BATCHES,
  ...LOOK_UPS,
  ...CALLS,
  ...QUEUES,
];
