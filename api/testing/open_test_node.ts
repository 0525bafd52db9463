/** What `testNode` does. */
import type { NodeConfig } from "../../actors/config.ts";
import { DEFAULT_RETENTION } from "../../actors/domain/retention.ts";
import { Client, TaskOutcomeError } from "../client/mod.ts";
import type { TaskHandle } from "../client/task_handle.ts";
import { decodeResult } from "../client/value_json.ts";
import { DURATION_MS } from "../cli/value_kind.ts";
import { type InProcessNode, startInProcess } from "./in_process_node.ts";
import { TestClock } from "./test_clock.ts";
import type { TestNode, TestNodeOptions } from "./test_node.ts";

/** Longer than any schedule or backoff that a test is about. */
const RESULT_MAX_MS = 366 * 86_400_000;
const LIVE = ["scheduled", "blocked", "pending", "running"];
const ASYNC_SLOTS = 100;

let open = false;

/** See `testNode`. */
export async function openTestNode({ now, logLevel }: TestNodeOptions): Promise<TestNode> {
  if (open) throw new Error("Cannot start a test's node: there is one already, dispose it first");
  const start = now === undefined ? Date.now() : Number(now);
  if (!Number.isFinite(start)) throw new TypeError("testNode: now takes a Date or epoch ms");
  open = true;
  const dataDir = await Deno.makeTempDir({ prefix: "dtask-test-" });
  const clock = new TestClock(start);
  const end = async () => {
    clock.uninstall();
    await Deno.remove(dataDir, { recursive: true });
    open = false;
  };
  try {
    const node = await startInProcess(configOf(dataDir, logLevel), () => clock.stir());
    return new OpenTestNode({ node, clock, end });
  } catch (error) {
    await end();
    throw error;
  }
}

interface OpenTestNodeParts {
  readonly node: InProcessNode;
  readonly clock: TestClock;
  readonly end: () => Promise<void>;
}

class OpenTestNode implements TestNode {
  readonly client: Client;
  readonly #parts: OpenTestNodeParts;

  constructor(parts: OpenTestNodeParts) {
    this.#parts = parts;
    this.client = new Client({
      url: "http://127.0.0.1",
      fetch: (input, init) => parts.node.handle(new Request(input, init)),
    });
  }

  get now(): Date {
    return new Date(this.#parts.clock.now);
  }

  run: TestNode["run"] = async (task, args, options) => {
    return await this.result(await this.client.submit(task, args, options));
  };

  async result<R>(handle: TaskHandle<R>): Promise<R> {
    const { clock } = this.#parts;
    const until = clock.now + RESULT_MAX_MS;
    for (;;) {
      await this.settle();
      const task = await handle.get();
      if (task.status === "completed") return decodeResult(task.result) as R;
      if (!LIVE.includes(task.status)) throw new TaskOutcomeError(task);
      if (!clock.step(until)) break;
    }
    const { sentence, change } = await handle.explain();
    throw new Error(`No end after a year of the node's time: ${sentence} ${change}`);
  }

  async advance(time: number | string): Promise<void> {
    const { clock } = this.#parts;
    const until = clock.now + lengthOf(time);
    do await this.settle(); while (clock.step(until));
  }

  async settle(): Promise<void> {
    const { clock } = this.#parts;
    do await clock.settle(() => this.#runningCode()); while (clock.step(clock.now));
  }

  /** Another text with each run that begins; empty where none is under way. */
  async #runningCode(): Promise<string> {
    const { queues, commits } = await this.client.stats();
    const running = queues.map(({ counts }) => counts.running ?? 0).reduce((a, b) => a + b, 0);
    return running === 0 ? "" : `${running} of commit ${commits}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { node, clock, end } = this.#parts;
    const stopped = node.supervisor.drainAndStop();
    let done = false;
    stopped.finally(() => done = true).catch(() => {});
    while (!done) {
      await clock.settle();
      clock.step(clock.now + RESULT_MAX_MS);
    }
    try {
      await stopped;
    } finally {
      await end();
    }
  }
}

/** In ms. */
function lengthOf(time: number | string): number {
  const ms = typeof time === "number" ? time : DURATION_MS.parse(time) ?? NaN;
  if (ms >= 0) return ms;
  throw new TypeError(`advance takes ms or ${DURATION_MS.takes}, not ${JSON.stringify(time)}`);
}

function configOf(dataDir: string, logLevel: TestNodeOptions["logLevel"]): NodeConfig {
  return {
    http: { host: "127.0.0.1", port: 0 },
    grpc: null,
    dataDir,
    databaseUrl: null,
    auth: { kind: "none" },
    executors: 1,
    concurrency: ASYNC_SLOTS,
    tasks: null,
    tls: null,
    drainMs: 1_000,
    logFormat: "pretty",
    logLevel: logLevel ?? "error",
    allowTaskPermissions: true,
    allowShell: false,
    httpAllow: [],
    syncWaitMs: 60_000,
    asyncWaitMs: 1_000,
    resultCacheBytes: 1 << 20,
    retention: DEFAULT_RETENTION,
    rateLimit: null,
    enableFaults: false,
  };
}
