import type { LoadResult } from "../support/load.ts";
import { startNode } from "../support/node_process.ts";
import { generateLoad, startEchoServer } from "./bench_child.ts";

/** Submissions beside the echo of the same body, in one run. */
export interface SubmissionBench {
  readonly echo: LoadResult;
  /** With the queue paused: accepting alone. */
  readonly paused: LoadResult;
  /** With the queue running: accepting while tasks run. */
  readonly running: LoadResult;
}

const BODY = { method: "noop", args: [] };
const CONNECTIONS = 50;

/** Measures `POST /api/tasks` for `durationMs` each. */
export async function benchSubmissions(durationMs: number): Promise<SubmissionBench> {
  await using node = await startNode({ args: ["--no-grpc"] });
  const token = await node.token();
  const plan = { connections: CONNECTIONS, durationMs, token, body: BODY };
  const load = (address: string) => generateLoad({ ...plan, address });
  const warmUp = (address: string) =>
    generateLoad({ ...plan, address, durationMs: Math.min(1_000, durationMs) });
  const address = new URL(node.url).host;
  await using echo = await startEchoServer();
  await warmUp(echo.address);
  const echoed = await load(echo.address);
  // The running queue first: after the paused one there would be a backlog to work off beside the load.
  await warmUp(address);
  const running = await load(address);
  await node.fetchApi("POST", "/api/queues/default/pause");
  return { echo: echoed, paused: await load(address), running };
}
