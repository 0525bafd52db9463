/** Every operation through REST and through gRPC on one real node: the same answers, the same refusals. */
import { status } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DTASK_SERVICES } from "../../api/grpc/v1/dtask_services.ts";
import { ROUTES } from "../../api/rest/rest_app.ts";
import { refusalOf } from "../support/grpc_client.ts";
import { type NodeProcess, startNode } from "../support/node_process.ts";
import { awaitEnd, FrontEnds } from "../support/parity/front_ends.ts";
import { OTHER_OPERATIONS } from "../support/parity/other_operations.ts";
import { TASK_OPERATIONS } from "../support/parity/task_operations.ts";

const OPERATIONS = [...TASK_OPERATIONS, ...OTHER_OPERATIONS];
const TALKATIVE = fileURLToPath(
  new URL("../support/task_modules/talkative.ts", import.meta.url),
);

/** Documented routes that are HTTP's alone, and what takes their place in gRPC. */
const REST_ALONE: Readonly<Record<string, string>> = {
  "GET /healthz": "grpc.health.v1.Health",
  "GET /readyz": "grpc.health.v1.Health",
  "GET /docs": "the .proto files",
  "GET /metrics": "a text in Prometheus' own form",
  "GET /api/events": "TaskService.WatchTasks, tested in grpc_streams_test.ts",
  "GET /api/tasks/{id}/events": "TaskService.WatchTasks and FollowLog, tested there too",
  "GET /api/pulse": "NodeService.WatchStats, tested in grpc_streams_test.ts",
};

/** Methods that are streams, which are compared with nothing; tested in grpc_streams_test.ts. */
const GRPC_ALONE: readonly string[] = [
  "TaskService.SubmitStream",
  "TaskService.WatchTasks",
  "TaskService.FollowLog",
  "NodeService.WatchStats",
];

Deno.test("parity: every documented route, and every method, is in the table", () => {
  const routes = ROUTES.filter(({ hidden }) => hidden !== true)
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const compared = OPERATIONS.map(({ route }) => route);
  assert.deepEqual([...compared, ...Object.keys(REST_ALONE)].toSorted(), routes.toSorted());
  const methods = DTASK_SERVICES.flatMap((service) =>
    service.methods.map(({ name }) => `${service.name}.${name}`)
  );
  const called = OPERATIONS.map(({ method }) => `${method.parent.name}.${method.name}`);
  assert.deepEqual([...called, ...GRPC_ALONE].toSorted(), methods.toSorted());
});

/** What the table's situations are about. */
async function prepare(node: NodeProcess): Promise<void> {
  const labels = { of: "parity" };
  const given: readonly (readonly [string, string, unknown?])[] = [
    ["POST", "/api/queues/held/pause"],
    ["POST", "/api/tasks", { id: "done", method: "add", args: [1, 2], labels }],
    ["POST", "/api/tasks", { id: "logged", method: "talkative.wait", args: ["me"] }],
    ["POST", "/api/tasks", { id: "waiting", method: "noop", queue: "held", labels }],
    ["POST", "/api/tasks", { id: "blocked", method: "noop", deps: ["waiting"] }],
    [
      "POST",
      "/api/tasks",
      { id: "failed", method: "fail", args: ["no"], retry: { maxAttempts: 1 }, labels },
    ],
    ["POST", "/api/workflows", {
      id: "graph",
      name: "parity",
      tasks: [
        { key: "a", method: "noop" },
        { key: "b", method: "noop", deps: ["a"] },
        { key: "c", method: "noop", queue: "held" },
      ],
    }],
    ["PUT", "/api/schedules/yearly", {
      cron: "0 3 1 1 *",
      method: "noop",
      args: [{ $bytes: "AQI=" }],
    }],
    ["POST", "/api/schedules/yearly/trigger"],
  ];
  for (const [method, path, body] of given) {
    const answer = await node.fetchApi(method, path, body);
    assert.ok(answer.status < 300, `${path}: ${JSON.stringify(answer.body)}`);
  }
  for (const id of ["done", "failed"]) await awaitEnd(node, id);
  await awaitLine(node, "logged");
  assert.ok((await node.fetchApi("POST", "/api/tasks/logged/cancel")).status < 300);
  await awaitEnd(node, "logged");
  const { body: { tasks } } = await node.fetchApi("GET", "/api/workflows/graph");
  for (const { id, key } of tasks) if (key !== "c") await awaitEnd(node, id);
}

/** Waits until a task has logged something: its code runs then. */
async function awaitLine(node: NodeProcess, id: string): Promise<void> {
  for (;;) {
    const { body } = await node.fetchApi("GET", `/api/tasks/${id}/logs`);
    if (body.items.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

Deno.test("parity of REST and gRPC", async (t) => {
  await using node = await startNode({ args: ["--tasks", TALKATIVE] });
  await prepare(node);
  using frontEnds = FrontEnds.of(node, await node.token());
  for (const operation of OPERATIONS) {
    for (const situation of operation.cases) {
      await t.step(`${operation.route}: ${situation.what}`, async () => {
        await frontEnds.compare(operation, situation);
      });
    }
  }
  await t.step("without a token", async () => {
    using nobody = FrontEnds.of(node, null);
    for (const operation of OPERATIONS) {
      const rest = await nobody.callRest(
        operation,
        { what: "", status: 401, target: "done" },
        null,
      );
      assert.equal(rest.status, 401, operation.route);
      const call = nobody.callGrpc(operation.method, { what: "", status: 401, target: "done" });
      assert.equal((await refusalOf(call)).code, status.UNAUTHENTICATED, operation.method.name);
    }
  });
  for (const scope of ["tasks:read", "tasks:write", "other"]) {
    await t.step(`with the scope ${scope} alone`, () => compareScopes(node, scope));
  }
});

/** Whether one may call, not what one is answered: of something that is not there. */
async function compareScopes(node: NodeProcess, scope: string): Promise<void> {
  const token = await node.token({ scope });
  using frontEnds = FrontEnds.of(node, token);
  for (const operation of OPERATIONS) {
    const [method] = operation.route.split(" ");
    const body = method === "GET" ? {} : { body: { nothing: "of ours" } };
    const situation = { what: "", status: 0, target: "no such", ...body };
    const rest = await frontEnds.callRest(operation, situation, token);
    const code = await frontEnds.callGrpc(operation.method, situation).then(
      () => status.OK,
      (error) => error.code,
    );
    const forbidden = rest.status === 403;
    assert.equal(code === status.PERMISSION_DENIED, forbidden, `${scope}: ${operation.route}`);
  }
}
