import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { Health } from "../../../proto/gen/grpc/health/v1/health_pb.ts";
import { TaskScheduler } from "../../../proto/gen/task_scheduler_pb.ts";
import { type AccessTokenOptions, signAccessToken } from "../../support/access_token.ts";
import { FAKE_SECRET } from "../../support/fake_config.ts";
import { FakeGrpcNode } from "../../support/fake_grpc_node.ts";
import { GrpcClient, refusalOf } from "../../support/grpc_client.ts";
import { reflect } from "../../support/grpc_reflection.ts";

const { submitTask, getResult } = TaskScheduler.method;
const SUBMIT = { method: "echo" };

/** Values of `authorization` that no server with the tests' secret may take. */
async function faultyTokens(): Promise<readonly string[]> {
  const now = Math.floor(Date.now() / 1_000);
  const sign = (options: AccessTokenOptions, secret = FAKE_SECRET) =>
    signAccessToken(secret, options);
  const [header, payload] = (await sign({})).split(".");
  const unsigned = btoa('{"alg":"none"}').replaceAll("=", "");
  const tokens = [
    await sign({}, "another secret that is long enough to be one"),
    await sign({ expiresIn: -60 }),
    await sign({ expiresIn: null }),
    await sign({ claims: { nbf: now + 600 } }),
    `${unsigned}.${payload}.`,
    `${header}.${payload}.`,
    "nonsense",
  ];
  return [...tokens.map((token) => `Bearer ${token}`), await sign({}), "Bearer", "Basic YTpi"];
}

Deno.test("access refuses every faulty token on every method, and stores nothing", async () => {
  await using node = await FakeGrpcNode.start();
  using client = new GrpcClient(node.address);
  const headers = [{}, ...(await faultyTokens()).map((authorization) => ({ authorization }))];
  for (const header of headers) {
    const refusals = await Promise.all([
      client.unary(submitTask, SUBMIT, {}, header),
      client.unary(getResult, { taskId: "a" }, {}, header),
      reflect(client, [{ case: "listServices", value: "" }], header),
    ].map(refusalOf));
    for (const { code } of refusals) {
      assert.equal(code, status.UNAUTHENTICATED, JSON.stringify(header));
    }
  }
  assert.equal(node.tasks.size, 0);
});

Deno.test("access asks for the scope of each method, and write does not imply read", async () => {
  await using node = await FakeGrpcNode.start();
  using writer = new GrpcClient(node.address, {
    token: await signAccessToken(FAKE_SECRET, { scope: "tasks:write" }),
  });
  using reader = new GrpcClient(node.address, {
    token: await signAccessToken(FAKE_SECRET, { scope: "tasks:read" }),
  });
  assert.equal((await writer.submit(SUBMIT)).result, "null");
  assert.equal((await reader.getResult("a")).isReady, false);
  assert.equal((await refusalOf(writer.getResult("a"))).code, status.PERMISSION_DENIED);
  assert.equal((await refusalOf(reader.submit(SUBMIT))).code, status.PERMISSION_DENIED);
});

Deno.test("access lets any valid token reflect, and everybody ask for the health", async () => {
  await using node = await FakeGrpcNode.start();
  using nobody = new GrpcClient(node.address);
  await nobody.unary(Health.method.check, {});
  using powerless = new GrpcClient(node.address, {
    token: await signAccessToken(FAKE_SECRET, { scope: "" }),
  });
  const [listed] = await reflect(powerless, [{ case: "listServices", value: "" }]);
  assert.equal(listed?.messageResponse.case, "listServicesResponse");
});

Deno.test("access is open to everybody without authentication", async () => {
  await using node = await FakeGrpcNode.start({ config: { auth: { kind: "none" } } });
  using client = new GrpcClient(node.address);
  assert.equal((await client.submit(SUBMIT)).result, "null");
});
