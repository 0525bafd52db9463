import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { GrpcClient, refusalOf } from "../support/grpc_client.ts";
import { startNode } from "../support/node_process.ts";

Deno.test("key set: REST and gRPC take tokens of its keys, and no secret's", async () => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...await exportJWK(publicKey), kid: "k", alg: "RS256" };
  await using keys = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ keys: [jwk] }),
  );
  const sign = (alg: string, key: Parameters<SignJWT["sign"]>[0]) =>
    new SignJWT({ sub: "a", scope: "tasks:read" }).setProtectedHeader({ alg, kid: "k" })
      .setExpirationTime("1h").sign(key);
  const good = await sign("RS256", privateKey);
  const bad = await sign("HS256", new TextEncoder().encode(JSON.stringify(jwk)));
  await using node = await startNode({
    env: { DTASK_JWKS_URL: `http://127.0.0.1:${keys.addr.port}/keys` },
  });
  const statusOf = async (token: string, path = "/api/tasks") =>
    (await node.fetchApi("GET", path, undefined, { token })).status;
  assert.deepEqual([await statusOf(good), await statusOf(bad)], [200, 401]);
  assert.equal(await statusOf(good, "/metrics"), 403, "scopes count");
  assert.ok(node.grpc);
  using welcome = new GrpcClient(node.grpc, { token: good });
  assert.equal((await welcome.getResult("unknown")).isReady, false);
  using stranger = new GrpcClient(node.grpc, { token: bad });
  assert.equal((await refusalOf(stranger.getResult("unknown"))).code, status.UNAUTHENTICATED);
  const secret = Deno.stat(`${node.dataDir}/secret`);
  await assert.rejects(secret, Deno.errors.NotFound, "no secret is made that nobody uses");
});
