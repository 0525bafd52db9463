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
/** By turns, so that what else the machine does meets both. */
const TURNS = 3;
const UNARY: Kind = { kind: "unary", connections: 4, width: 256 };
const STREAM: Kind = { kind: "stream", connections: 1, width: 100 };

/** Measures each for `durationMs`, in turns where that is long enough to say something. */
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
  // The running queue first: after the paused one there would be a backlog to work off beside the load.
  const running = await load(address, STREAM);
  await node.fetchApi("POST", "/api/queues/default/pause");
  const [echoed, unary]: [GrpcLoad[], GrpcLoad[]] = [[], []];
  for (let turn = 0; turn < (durationMs > WARM_UP_MS ? TURNS : 1); turn++) {
    echoed.push(await load(echo.address, UNARY));
    unary.push(await load(address, UNARY));
  }
  const stream = await load(address, STREAM);
  return { echo: median(echoed), unary: median(unary), stream, running };
}

/** The load of the middle rate. */
function median(loads: readonly GrpcLoad[]): GrpcLoad {
  const sorted = loads.toSorted((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("Nothing was measured");
  return middle;
}

/** The lines of the report. */
export function formatGrpc({ echo, unary, stream, running }: GrpcBench): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => index === 0 ? cell.padEnd(28) : cell.padStart(11)).join("");
  const row = (name: string, load: GrpcLoad) =>
    line([
      name,
      load.perSecond.toFixed(0),
      `${load.p50Ms.toFixed(1)} ms`,
      `${load.p99Ms.toFixed(1)} ms`,
      String(load.errors),
      (load.perSecond / echo.perSecond).toFixed(2),
      (load.p99Ms / echo.p99Ms).toFixed(1),
    ]);
  return [
    line(["gRPC", "tasks/s", "p50", "p99", "errors", "× echo/s", "× echo p99"]),
    row("bare grpc-js echo, unary", echo),
    row("SubmitTask, queue paused", unary),
    row("SubmitStream, queue paused", stream),
    row("SubmitStream, running", running),
  ].join("\n");
}
