import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { encodeAny } from "../../support/encode_any.ts";
import { refuse } from "../../../actors/domain/error.ts";
import type { Value } from "../../../actors/domain/value.ts";
import {
  TaskResponse_Status as Status,
  TaskScheduler,
} from "../../../proto/gen/task_scheduler_pb.ts";
import { signAccessToken } from "../../support/access_token.ts";
import { FAKE_SECRET } from "../../support/fake_config.ts";
import { FakeGrpcNode, type FakeGrpcNodeOptions } from "../../support/fake_grpc_node.ts";
import { GrpcClient, refusalOf } from "../../support/grpc_client.ts";

interface Served {
  readonly node: FakeGrpcNode;
  readonly client: GrpcClient;
}

async function serve(run: (served: Served) => Promise<void>, options?: FakeGrpcNodeOptions) {
  await using node = await FakeGrpcNode.start(options);
  using client = new GrpcClient(node.address, { token: await signAccessToken(FAKE_SECRET) });
  await run({ node, client });
}

function echo(value: Value) {
  return { method: "echo", args: [encodeAny(value)] };
}

Deno.test("SubmitTask answers the result of a task that ends in time, in both modes", () =>
  serve(async ({ client }) => {
    const sync = await client.submit({ ...echo("done"), taskId: "a" });
    assert.deepEqual([sync.taskId, sync.status, sync.result], ["a", Status.SUCCESS, "done"]);
    const async = await client.submit({ ...echo(7n), isAsync: true });
    assert.deepEqual([async.status, async.result], [Status.SUCCESS, "7"]);
  }));

Deno.test("SubmitTask makes a task_id where there is none", () =>
  serve(async ({ client, node }) => {
    const { taskId } = await client.submit(echo("x"));
    assert.match(taskId, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    assert.ok(node.tasks.has(taskId));
  }));

Deno.test("SubmitTask gives its tasks one attempt and takes the trace context", () =>
  serve(async ({ client, node }) => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await client.submit(echo("x"), {}, { traceparent });
    assert.equal(node.submissions[0]?.defaultMaxAttempts, 1);
    assert.equal(node.submissions[0]?.traceparent, traceparent);
  }));

Deno.test("SubmitTask chooses the mode by is_async only where a name is registered as both", () =>
  serve(async ({ client, node }) => {
    await client.submit({ method: "both", isAsync: true });
    await client.submit({ method: "both", isAsync: false });
    await client.submit({ method: "echo", isAsync: false });
    assert.deepEqual(node.submissions.map(({ mode }) => mode), ["async", "blocking", null]);
  }));

Deno.test("SubmitTask answers a task that fails as FAILED with its message", () =>
  serve(async ({ client }) => {
    const answer = await client.submit({ method: "fail" });
    assert.deepEqual([answer.status, answer.result], [Status.FAILED, "It was told to fail"]);
  }));

Deno.test("SubmitTask refuses unknown methods and dependencies as FAILED and stores nothing", () =>
  serve(async ({ client, node }) => {
    for (const method of ["nope", "", "x".repeat(1_000), "__proto__"]) {
      const answer = await client.submit({ method });
      assert.deepEqual([answer.status, answer.result], [Status.FAILED, "Error: Method not found"]);
    }
    for (const dep of ["nowhere", "", "'; DROP TABLE tasks; --"]) {
      const answer = await client.submit({ ...echo("x"), deps: [dep] });
      assert.equal(answer.status, Status.FAILED);
      assert.equal(answer.result, `Dependency ID not found: ${dep}`);
    }
    assert.equal(node.tasks.size, 0);
  }));

Deno.test("SubmitTask refuses arguments that do not decode as FAILED and names the type", () =>
  serve(async ({ client, node }) => {
    const good = encodeAny(1);
    const unknown = { typeUrl: "type.googleapis.com/acme.Thing", value: new Uint8Array() };
    const first = await client.submit({ method: "echo", taskId: "u", args: [good, unknown] });
    assert.equal(first.status, Status.FAILED);
    assert.equal(
      first.result,
      'Cannot decode argument 2: unknown type "type.googleapis.com/acme.Thing"',
    );
    const broken = { ...good, value: new Uint8Array([0xff, 0xff]) };
    const second = await client.submit({ method: "echo", args: [broken] });
    assert.equal(second.status, Status.FAILED);
    assert.match(second.result, /^Cannot decode argument 1: .*google\.protobuf\.Int32Value/);
    assert.equal(node.tasks.size, 0);
  }));

Deno.test("SubmitTask answers a known id with the same content with the same task", () =>
  serve(async ({ client, node }) => {
    const request = { ...echo(1), taskId: "same" };
    await client.submit(request);
    const again = await client.submit({ ...request, isAsync: true });
    assert.deepEqual([again.status, again.result], [Status.SUCCESS, "1"]);
    assert.equal(node.submissions.length, 1);
    const other = await refusalOf(client.submit({ ...echo(2), taskId: "same" }));
    assert.equal(other.code, status.ALREADY_EXISTS);
  }));

Deno.test("SubmitTask refuses an id that breaks the rules with INVALID_ARGUMENT", () =>
  serve(async ({ client, node }) => {
    for (const taskId of ["a b", "x".repeat(201), "ü"]) {
      const error = await refusalOf(client.submit({ ...echo(1), taskId }));
      assert.equal(error.code, status.INVALID_ARGUMENT);
    }
    assert.equal(node.tasks.size, 0);
  }));

Deno.test("SubmitTask answers PENDING before the call's deadline passes", () =>
  serve(async ({ client, node }) => {
    const answer = await client.submit({ method: "hold", taskId: "h" }, {
      deadline: Date.now() + 5_000,
    });
    assert.deepEqual([answer.status, answer.result], [Status.PENDING, ""]);
    assert.ok(node.tasks.has("h"));
  }));

Deno.test("SubmitTask answers PENDING after the configured waits", () =>
  serve(async ({ client }) => {
    for (const isAsync of [false, true]) {
      const answer = await client.submit({ method: "hold", isAsync });
      assert.equal(answer.status, Status.PENDING);
    }
  }, { config: { syncWaitMs: 20, asyncWaitMs: 20 } }));

Deno.test("SubmitTask answers as soon as a held task ends", () =>
  serve(async ({ client, node }) => {
    node.onSubmit = ({ id }) =>
      queueMicrotask(() => node.end(id, { status: "completed", result: "[1,2]" }));
    const answer = await client.submit({ method: "hold" });
    assert.deepEqual([answer.status, answer.result], [Status.SUCCESS, "[1,2]"]);
  }));

Deno.test("SubmitTask keeps the task of a call that is cancelled", () =>
  serve(async ({ client, node }) => {
    const submitted = Promise.withResolvers<void>();
    node.onSubmit = () => submitted.resolve();
    const { call, response } = client.start(TaskScheduler.method.submitTask, {
      taskId: "c",
      method: "hold",
    });
    const refused = refusalOf(response);
    await submitted.promise;
    call.cancel();
    assert.equal((await refused).code, status.CANCELLED);
    assert.equal(node.tasks.get("c")?.status, "running");
    node.end("c", { status: "completed", result: '"late"' });
    const found = await client.getResult("c");
    assert.deepEqual([found.isReady, found.result], [true, "late"]);
  }));

Deno.test("SubmitTask passes other refusals on as a status with a hint when to try again", () =>
  serve(async ({ client, node }) => {
    node.refusal = refuse("resource_exhausted", "overloaded", "Too much", { retryAfterMs: 500 });
    const error = await refusalOf(client.submit(echo(1)));
    assert.equal(error.code, status.RESOURCE_EXHAUSTED);
    assert.equal(error.details, "Too much");
    assert.deepEqual(error.metadata.get("dtask-reason"), ["overloaded"]);
    assert.deepEqual(error.metadata.get("grpc-retry-pushback-ms"), ["500"]);
  }));

Deno.test("GetResult is ready for every ended task and for no other", () =>
  serve(async ({ client, node }) => {
    await client.submit({ method: "hold", taskId: "t", isAsync: true });
    for (const id of ["t", "unknown", "not an id", ""]) {
      const { isReady, result } = await client.getResult(id);
      assert.deepEqual([isReady, result], [false, ""]);
    }
    for (const ended of ["cancelled", "skipped"] as const) {
      node.end("t", { status: ended });
      const { isReady, result } = await client.getResult("t");
      assert.equal(isReady, true);
      assert.match(result, new RegExp(ended));
    }
  }, { config: { asyncWaitMs: 20 } }));
