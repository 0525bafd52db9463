/** `dtask.v1` in process: what belongs to gRPC alone. That it answers as REST does is parity_test.ts's. */
import { status } from "@grpc/grpc-js";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { refuse } from "../../../../actors/domain/error.ts";
import { timeLeft } from "../../../../api/grpc/request_context.ts";
import { TaskService } from "../../../../proto/gen/dtask/v1/task_service_pb.ts";
import { signAccessToken } from "../../../support/access_token.ts";
import { FAKE_SECRET } from "../../../support/fake_config.ts";
import { FakeGrpcNode } from "../../../support/fake_grpc_node.ts";
import { GrpcClient, refusalOf } from "../../../support/grpc_client.ts";
import { detailsOf } from "../../../support/grpc_details.ts";

const { submitTask, submitTasks, getTask, getTaskResult } = TaskService.method;
const PATIENT = { deadline: Date.now() + 600_000 };

async function clientOf(node: FakeGrpcNode, scope = "admin"): Promise<GrpcClient> {
  return new GrpcClient(node.address, { token: await signAccessToken(FAKE_SECRET, { scope }) });
}

Deno.test("SubmitTask answers the task, and tells whether it was made", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await clientOf(node);
  const request = { task: { id: "a", method: "echo" } };
  const first = await client.unary(submitTask, request, PATIENT);
  assert.deepEqual([first.created, first.task?.id, first.task?.method], [true, "a", "echo"]);
  assert.equal((await client.unary(submitTask, request, PATIENT)).created, false);
});

Deno.test("a refusal carries ErrorInfo, BadRequest with fields of the message, and RetryInfo", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await clientOf(node);
  const task = { method: "echo", priority: 101, timeout: { seconds: 0n, nanos: 0 } };
  const invalid = await refusalOf(client.unary(submitTask, { task }, PATIENT));
  assert.equal(invalid.code, status.INVALID_ARGUMENT);
  const details = detailsOf(invalid);
  assert.deepEqual(
    [details.code, details.reason, details.domain, details.retryMs],
    [status.INVALID_ARGUMENT, "invalid_argument", "dtask", null],
  );
  assert.deepEqual(details.violations.map(({ field }) => field), ["task.priority", "task.timeout"]);
  assert.match(invalid.details, /^Cannot accept the request: task\.priority: /);
  assert.equal(details.message, invalid.details);

  node.refusal = refuse("resource_exhausted", "overloaded", "Too much", { retryAfterMs: 1_250 });
  const overloaded = await refusalOf(
    client.unary(submitTask, { task: { method: "echo" } }, PATIENT),
  );
  assert.equal(overloaded.code, status.RESOURCE_EXHAUSTED);
  assert.deepEqual([detailsOf(overloaded).reason, detailsOf(overloaded).retryMs], [
    "overloaded",
    1_250,
  ]);
});

Deno.test("SubmitTasks refuses items alone, each with its reason and its fields", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await clientOf(node);
  const tasks = [{ method: "echo" }, { method: "" }, { method: "nobody", id: "b" }];
  const { results } = await client.unary(submitTasks, { tasks }, PATIENT);
  assert.deepEqual(results.map(({ task, refusal }) => refusal?.reason ?? task?.method), [
    "echo",
    "invalid_argument",
    "unknown_method",
  ]);
  assert.deepEqual(results[1]?.refusal?.violations.map(({ field }) => field), ["tasks[1].method"]);
  assert.equal(results[2]?.refusal?.code, status.INVALID_ARGUMENT);
});

Deno.test("a wait leaves time for the answer before its call's deadline", () => {
  const left = (ms: number) => timeLeft({ deadline: 1_000_000 + ms }, 1_000_000);
  assert.deepEqual([left(60_000), left(1_000), left(50), left(10), left(-5)], [
    59_500,
    900,
    30,
    0,
    0,
  ]);
  assert.equal(left(Infinity), Infinity);
});

Deno.test("a wait ends with its task", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await clientOf(node);
  const ended = Promise.withResolvers<void>();
  node.onSubmit = () => ended.resolve();
  await client.unary(submitTask, { task: { id: "a", method: "hold" } }, PATIENT);
  await ended.promise;
  const request = { id: "a", wait: { seconds: 60n, nanos: 0 } };
  const result = client.unary(getTaskResult, request, PATIENT);
  node.end("a", { status: "completed", result: '{"$int64":"7"}' });
  assert.deepEqual((await result).result?.kind, { case: "int64Value", value: 7n });
});

Deno.test("a draining node refuses submissions and answers questions", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await clientOf(node);
  await client.unary(submitTask, { task: { id: "a", method: "hold" } }, PATIENT);
  node.tell({ kind: "StopAccepting" });
  const refused = await refusalOf(client.unary(submitTask, { task: { method: "echo" } }, PATIENT));
  assert.equal(refused.code, status.UNAVAILABLE);
  assert.deepEqual([detailsOf(refused).reason, detailsOf(refused).retryMs], ["stopping", 5_000]);
  assert.equal((await client.unary(getTask, { id: "a" }, PATIENT)).task?.id, "a");
});

Deno.test("the idempotency key and the trace context of a call's metadata reach the scheduler", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await clientOf(node);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const headers = { "idempotency-key": "k1", traceparent };
  await client.unary(submitTask, { task: { method: "echo" } }, PATIENT, headers);
  const [submission] = node.submissions;
  assert.match(submission?.idempotencyKey ?? "", /"k1"\]$/);
  assert.equal(submission?.traceparent, traceparent);
});

Deno.test("bytes that are no message are refused as malformed", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await clientOf(node);
  const { promise, resolve } = Promise.withResolvers<Parameters<typeof detailsOf>[0] | null>();
  client.raw.makeUnaryRequest(
    "/dtask.v1.TaskService/GetTask",
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes) => bytes,
    new Uint8Array([8, 1]),
    client.metadata(),
    PATIENT,
    (error) => resolve(error),
  );
  const refused = await promise;
  assert.ok(refused);
  assert.equal(refused.code, status.INVALID_ARGUMENT);
  assert.equal(detailsOf(refused).reason, "malformed");
});

Deno.test("the rate limit holds for dtask.v1, and says when to come again", async () => {
  await using node = await FakeGrpcNode.start({ config: { rateLimit: 1 } });
  using client = await clientOf(node);
  const calls = Array.from({ length: 20 }, () => client.unary(getTask, { id: "a" }, PATIENT));
  const outcomes = await Promise.all(calls.map(refusalOf));
  const limited = outcomes.filter(({ code }) => code === status.RESOURCE_EXHAUSTED);
  assert.ok(limited.length >= 1);
  for (const error of limited) {
    assert.equal(detailsOf(error).reason, "rate_limited");
    assert.ok((detailsOf(error).retryMs ?? 0) > 0);
  }
});
