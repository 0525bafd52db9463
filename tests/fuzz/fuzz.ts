/**
 * Sends a node random requests over REST and gRPC, and says what it made of them:
 *
 *     deno task fuzz [--requests 20000] [--seed N]
 */
import { parseArgs } from "node:util";
import { startNode } from "../support/node_process.ts";
import { fuzzNode } from "./fuzz_node.ts";

/** More memory at the end than this, against that after a third of the requests, is a leak. */
const GROWTH_MAX = 0.2;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
console.log(`${requests} requests from --seed ${seed}`);
await using node = await startNode({ args: ["--addr", "127.0.0.1:0"] });
const began = performance.now();
const { rest, grpc, readBack, memoryGrowth } = await fuzzNode(node, { requests, seed });
const list = (counts: ReadonlyMap<number, number>) =>
  [...counts].sort(([a], [b]) => a - b).map(([code, count]) => `${code}: ${count}`).join(", ");
console.log(`REST by status: ${list(rest)}`);
console.log(`gRPC by code: ${list(grpc)}`);
console.log(`${readBack} read back equal; no 5xx, no error in the log`);
console.log(`memory grew by ${(memoryGrowth * 100).toFixed(1)} % over the last two thirds`);
console.log(`${((performance.now() - began) / 1_000).toFixed(1)} s`);
if (memoryGrowth > GROWTH_MAX) {
  console.log(`that is more than ${GROWTH_MAX * 100} %`);
  Deno.exitCode = 1;
}
