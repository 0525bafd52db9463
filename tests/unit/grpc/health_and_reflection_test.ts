import assert from "node:assert/strict";
import { DTASK_SERVICES } from "../../../api/grpc/v1/dtask_services.ts";
import { status } from "@grpc/grpc-js";
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Buffer } from "node:buffer";
import {
  Health,
  HealthCheckRequestSchema,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthCheckResponseSchema,
} from "../../../proto/gen/grpc/health/v1/health_pb.ts";
import { signAccessToken } from "../../support/access_token.ts";
import { FAKE_SECRET } from "../../support/fake_config.ts";
import { FakeGrpcNode } from "../../support/fake_grpc_node.ts";
import { GrpcClient, pathOf, refusalOf } from "../../support/grpc_client.ts";
import { reflect } from "../../support/grpc_reflection.ts";

const SERVICE = "taskscheduler.TaskScheduler";
const { check, list, watch } = Health.method;

async function authorized(node: FakeGrpcNode): Promise<GrpcClient> {
  return new GrpcClient(node.address, { token: await signAccessToken(FAKE_SECRET) });
}

Deno.test("health serves the server and its services, and knows no other", async () => {
  await using node = await FakeGrpcNode.start();
  using client = new GrpcClient(node.address);
  const services = ["", ...DTASK_SERVICES.map(({ typeName }) => typeName), SERVICE];
  for (const service of services) {
    assert.equal((await client.unary(check, { service })).status, ServingStatus.SERVING);
  }
  const error = await refusalOf(client.unary(check, { service: "nobody" }));
  assert.equal(error.code, status.NOT_FOUND);
  const { statuses } = await client.unary(list, {});
  assert.deepEqual(Object.keys(statuses), services);
});

Deno.test("health says NOT_SERVING, to watchers too, before submissions are refused", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await authorized(node);
  const seen: ServingStatus[] = [];
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const call = client.raw.makeServerStreamRequest(
    pathOf(watch),
    (service: string) =>
      Buffer.from(
        toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service })),
      ),
    (bytes) => fromBinary(HealthCheckResponseSchema, bytes),
    SERVICE,
  );
  call.on("data", (response: HealthCheckResponse) => {
    seen.push(response.status);
    if (seen.length === 1) node.tell({ kind: "StopAccepting" });
    else resolve();
  });
  call.on("end", () => end());
  call.on("error", () => end());
  await changed;
  assert.deepEqual(seen, [ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
  const refused = await refusalOf(client.submit({ method: "echo" }));
  assert.equal(refused.code, status.UNAVAILABLE);
  assert.equal((await client.getResult("a")).isReady, false);
  await node.stop();
  await ended;
});

Deno.test("the front-end answers those who wait with PENDING when it stops", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await authorized(node);
  const submitted = Promise.withResolvers<void>();
  node.onSubmit = () => submitted.resolve();
  const waiting = client.submit({ method: "hold", taskId: "w" });
  await submitted.promise;
  await node.stop();
  assert.equal((await waiting).result, "");
});

Deno.test("reflection gives descriptors with which a client can be built", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await authorized(node);
  const [services, bySymbol, byName, details] = await reflect(client, [
    { case: "listServices", value: "*" },
    { case: "fileContainingSymbol", value: `${SERVICE}.SubmitTask` },
    { case: "fileByFilename", value: "task_scheduler.proto" },
    { case: "fileContainingSymbol", value: "google.rpc.ErrorInfo" },
  ]);
  assert.ok(services?.messageResponse.case === "listServicesResponse");
  const names = services.messageResponse.value.service.map(({ name }) => name);
  assert.deepEqual(names, [
    ...DTASK_SERVICES.map(({ typeName }) => typeName),
    SERVICE,
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
  ]);
  assert.equal(details?.messageResponse.case, "fileDescriptorResponse");
  assert.ok(bySymbol?.messageResponse.case === "fileDescriptorResponse");
  const files = bySymbol.messageResponse.value.fileDescriptorProto;
  const file = files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: file.reverse() }));
  const submit = registry.getService(SERVICE)?.methods[0];
  assert.equal(submit?.input.field["args"]?.message?.typeName, "google.protobuf.Any");
  assert.deepEqual(byName?.messageResponse, bySymbol.messageResponse);
});

Deno.test("reflection says what it does not find, under its older name too", async () => {
  await using node = await FakeGrpcNode.start();
  using client = await authorized(node);
  const path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  const answers = await reflect(
    client,
    [
      { case: "fileContainingSymbol", value: "__proto__" },
      { case: "fileByFilename", value: "../../etc/passwd" },
      {
        case: "fileContainingExtension",
        value: {
          $typeName: "grpc.reflection.v1.ExtensionRequest",
          containingType: "x",
          extensionNumber: 1,
        },
      },
      { case: "allExtensionNumbersOfType", value: "x" },
    ],
    {},
    path,
  );
  assert.equal(answers.length, 4);
  for (const { messageResponse } of answers) {
    assert.ok(messageResponse.case === "errorResponse");
    assert.equal(messageResponse.value.errorCode, status.NOT_FOUND);
  }
});
