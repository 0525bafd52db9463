import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { credentials, status } from "@grpc/grpc-js";
import { encodeAny } from "../support/encode_any.ts";
import { Client } from "../../api/client/mod.ts";
import { GrpcClient, refusalOf } from "../support/grpc_client.ts";
import { startNode } from "../support/node_process.ts";
import { hasOpenssl, makeSelfSigned } from "../support/self_signed.ts";
import { awaitEnd, submitTask } from "../support/task_client.ts";
import { testOrSkip } from "../support/test_or_skip.ts";

testOrSkip({
  name: "tls: REST and gRPC speak it, show the given certificate, and nothing else than TLS",
  skip: await hasOpenssl() ? null : "needs openssl",
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "dtask-tls-" });
    try {
      const { certFile, keyFile, cert } = await makeSelfSigned(folder);
      const args = ["--tls-cert", certFile, "--tls-key", keyFile];
      // A machine may name its roots so for gRPC's clients; the server's isolate may read no file.
      const env = { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: certFile };
      await using node = await startNode({ args, env, caCert: cert });
      assert.match(node.url, /^https:\/\/127\.0\.0\.1:/);
      const { id } = await submitTask(node, { method: "add", args: [1, 2] });
      assert.equal((await awaitEnd(node, id)).result, 3);
      assert.ok(node.grpc);
      // By name, since the client can't ask for a server that is an IP address.
      const address = node.grpc.replace("127.0.0.1", "localhost");
      const token = await node.token();
      const request = { method: "add", args: [encodeAny(3), encodeAny(4)] };
      {
        using grpc = new GrpcClient(address, {
          token,
          tls: credentials.createSsl(Buffer.from(cert)),
        });
        assert.equal((await grpc.submit(request)).result, "7");
      }
      // Who does not know the certificate, or speaks no TLS, gets no word.
      using stranger = new GrpcClient(address, { token, tls: credentials.createSsl() });
      using plain = new GrpcClient(address, { token });
      for (const grpc of [stranger, plain]) {
        const deadline = Date.now() + 10_000;
        assert.equal(
          (await refusalOf(grpc.submit(request, { deadline }))).code,
          status.UNAVAILABLE,
        );
      }
      await assert.rejects(new Client({ url: node.url, token, maxRetries: 0 }).get(id));
      await assert.rejects(fetch(node.url.replace("https", "http")));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
