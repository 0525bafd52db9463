import assert from "node:assert/strict";
import { Health } from "../../../proto/gen/grpc/health/v1/health_pb.ts";
import { FakeGrpcNode } from "../../support/fake_grpc_node.ts";
import { GrpcClient } from "../../support/grpc_client.ts";

/** Reserved for documentation, so no machine can bind it. */
const UNBINDABLE = { host: "2001:db8::1", port: 0 };

Deno.test("listen falls back to 127.0.0.1 where nobody asked for the address that cannot be bound", async () => {
  await using node = await FakeGrpcNode.start({
    config: { grpc: { ...UNBINDABLE, asked: false } },
  });
  assert.match(node.address, /^127\.0\.0\.1:\d+$/);
  using client = new GrpcClient(node.address);
  await client.unary(Health.method.check, {});
});

Deno.test("listen says in one line why it cannot bind the address that was asked for", async () => {
  const start = FakeGrpcNode.start({ config: { grpc: { ...UNBINDABLE, asked: true } } });
  await assert.rejects(start, (error) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, /^Cannot serve gRPC on \[2001:db8::1\]:0: .*--addr/);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
});

Deno.test("listen says that another process has the address, and what to do", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const grpc = { host: "127.0.0.1", port, asked: true };
  await assert.rejects(
    FakeGrpcNode.start({ config: { grpc } }),
    new RegExp(`Cannot serve gRPC on 127.0.0.1:${port}: another process has it. Choose another`),
  );
});
