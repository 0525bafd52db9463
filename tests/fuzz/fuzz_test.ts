import assert from "node:assert/strict";
import { startNode } from "../support/node_process.ts";
import { fuzzNode } from "./fuzz_node.ts";

/** A tenth of what `deno task fuzz` sends, which draws another seed each time and looks at memory, too. */
const REQUESTS = 2_000;
const SEED = 20_261_122;

Deno.test("fuzz: whatever is sent, a node answers as documented, and keeps what it accepted", async () => {
  await using node = await startNode({ args: ["--addr", "127.0.0.1:0"] });
  const { rest, grpc, readBack } = await fuzzNode(node, { seed: SEED, requests: REQUESTS });
  for (const status of [200, 201, 404, 422]) assert.ok(rest.has(status), `REST never ${status}`);
  for (const code of [0, 3, 5]) assert.ok(grpc.has(code), `gRPC never ${code}`);
  assert.ok(readBack > REQUESTS / 20, `${readBack} read back`);
});
