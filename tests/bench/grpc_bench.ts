import { startNode } from "../support/node_process.ts";
import { startGrpcEchoServer, startGrpcLoad } from "./bench_child.ts";
import type { GrpcLoad, GrpcPlan } from "./grpc_load_generator.ts";

/** gRPC beside a bare grpc-js server that echoes the same request, in one run. */
export interface GrpcBench {
  readonly echo: GrpcLoad;
  /** `SubmitTask` of dtask.v1, with the queue paused: accepting alone. */
  readonly unary: GrpcLoad;
  /** `SubmitStream`, with the queue paused. */
  readonly stream: GrpcLoad;
  /** `SubmitStream`, while the tasks run. */
  readonly running: GrpcLoad;
}

type Kind = Pick<GrpcPlan, "kind" | "connections" | "width">;

const WARM_UP_MS = 1_000;
const UNARY: Kind = { kind: "unary", connections: 4, width: 64 };
const STREAM: Kind = { kind: "stream", connections: 1, width: 100 };

/** Measures each for `durationMs`. */
export async function benchGrpc(durationMs: number): Promise<GrpcBench> {
  await using node = await startNode();
  const token = await node.token();
  const load = async (address: string, kind: Kind) => {
    // A smoke test needs no warm server.
    if (durationMs > WARM_UP_MS) {
      await startGrpcLoad({ ...kind, address, token, durationMs: WARM_UP_MS });
    }
    return await startGrpcLoad({ ...kind, address, token, durationMs });
  };
  const address = node.grpc ?? "";
  await using echo = await startGrpcEchoServer();
  const echoed = await load(echo.address, UNARY);
  // The running queue first: after the paused one there would be a backlog to work off beside the load.
  const running = await load(address, STREAM);
  await node.fetchApi("POST", "/api/queues/default/pause");
  const unary = await load(address, UNARY);
  return { echo: echoed, unary, stream: await load(address, STREAM), running };
}

/** The lines of the report. */
export function formatGrpc({ echo, unary, stream, running }: GrpcBench): string {
  const row = (name: string, load: GrpcLoad) =>
    [
      name.padEnd(28),
      load.perSecond.toFixed(0).padStart(8),
      `${load.p50Ms.toFixed(1)} ms`.padStart(9),
      `${load.p99Ms.toFixed(1)} ms`.padStart(9),
      String(load.errors).padStart(7),
      (load.perSecond / echo.perSecond).toFixed(2).padStart(10),
      (load.p99Ms / echo.p99Ms).toFixed(1).padStart(9),
    ].join("");
  return [
    "gRPC                             tasks/s      p50      p99 errors  × echo/s × echo p99",
    row("bare grpc-js echo, unary", echo),
    row("SubmitTask, queue paused", unary),
    row("SubmitStream, queue paused", stream),
    row("SubmitStream, running", running),
  ].join("\n");
}
