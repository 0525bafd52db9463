/** Sends a node any number of random requests, and looks at what it made of them. */
import assert from "node:assert/strict";
import type { NodeProcess } from "../support/node_process.ts";
import { Chance } from "./chance.ts";
import { GrpcFuzz } from "./grpc_fuzz.ts";
import { residentBytes, wrongLines } from "./observation.ts";
import { RestFuzz } from "./rest_fuzz.ts";

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
  /** Every so many is a gRPC call. */
  readonly grpcEvery?: number;
}

/** What was seen. */
export interface FuzzReport {
  readonly rest: ReadonlyMap<number, number>;
  readonly grpc: ReadonlyMap<number, number>;
  readonly readBack: number;
  /** Memory at the end against that after a third of the requests. */
  readonly memoryGrowth: number;
}

/** Requests under way at a time. */
const WIDTH = 16;

/** Throws where an answer is wrong, or the node's log has an error. */
export async function fuzzNode(node: NodeProcess, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, requests, grpcEvery = 3 } = options;
  const chance = new Chance(seed);
  const rest = new RestFuzz(node, chance);
  using grpc = new GrpcFuzz(node, chance);
  const memory: number[] = [];
  let sent = 0;
  const work = async () => {
    while (sent < requests) {
      const number = sent++;
      if (number % Math.ceil(requests / 12) === 0) memory.push(residentBytes(node.pid));
      await (number % grpcEvery === 0 ? grpc : rest).once();
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  memory.push(residentBytes(node.pid));
  assert.deepEqual(wrongLines(node), [], "lines of the node's log");
  const [first = 1] = memory.slice(Math.floor(memory.length / 3));
  return {
    rest: rest.statuses,
    grpc: grpc.codes,
    readBack: rest.readBack + grpc.readBack,
    memoryGrowth: (memory.at(-1) ?? 0) / first - 1,
  };
}
