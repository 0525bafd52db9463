/** All actors of a node in this isolate, without a socket. */
import { setImmediate } from "node:timers";
import type { NodeConfig } from "../../actors/config.ts";
import { Dispatcher } from "../../actors/dispatcher/dispatcher_actor.ts";
import { DISPATCHER, type DispatcherInit } from "../../actors/dispatcher/entry.ts";
import { ExecutorActor } from "../../actors/executor/executor_actor.ts";
import type { Clock } from "../../actors/executor/clock.ts";
import type { ExecutorInit, ExecutorReady } from "../../actors/executor/start_executor.ts";
import { describeTasks } from "../../actors/executor/task_definitions.ts";
import type {
  DispatcherProtocol,
  ExecutorProtocol,
  FrontEndProtocol,
} from "../../actors/protocol.ts";
import { READER } from "../../actors/reader/entry.ts";
import {
  type ActorEntry,
  type InProcessEntry,
  InProcessTransport,
} from "../../actors/runtime/mod.ts";
import { SCHEDULER } from "../../actors/scheduler/entry.ts";
import { NodeSupervisor } from "../../actors/supervisor/node_supervisor.ts";
import { configureLogging } from "../../actors/telemetry/logger.ts";
import { registeredTasks } from "../../tasks/sdk/task_registry.ts";
import { HTTP_LANES, type HttpInit, startHttpActor } from "../rest/http_actor.ts";
import type { RestApp } from "../rest/rest_app.ts";

/** A node, and the way into it. */
export interface InProcessNode {
  readonly supervisor: NodeSupervisor;
  /** Answers a request as a socket would. */
  readonly handle: (request: Request) => Promise<Response>;
}

const LOOK_MS = 600_000;

/** Starts it; `onActivity` hears of all that passes between its actors. */
export async function startInProcess(
  config: NodeConfig,
  onActivity: () => void,
): Promise<InProcessNode> {
  configureLogging({ format: config.logFormat, level: config.logLevel });
  // All that comes with the product, beside what the test has imported.
  await import("../../tasks/registry.gen.ts");
  const front: { app: RestApp | null } = { app: null };
  const entries = new Map<string, InProcessEntry>([
    [entryOf("actors/scheduler"), SCHEDULER],
    [entryOf("actors/reader"), READER],
    [entryOf("actors/dispatcher"), CALM_DISPATCHER],
    [entryOf("actors/executor"), EXECUTOR],
    [entryOf("api/rest"), httpEntry((app) => front.app = app)],
  ]);
  const transport = new InProcessTransport({ entries, onActivity });
  const supervisor = new NodeSupervisor({
    config,
    taskModules: [],
    newId: () => "n-test",
    tls: null,
    otel: false,
    transport,
  });
  await supervisor.start();
  const { app } = front;
  if (app === null) throw new Error("the node started without a front-end");
  return { supervisor, handle: (request) => app.handle(request) };
}

/** Looks after running code seldom: each look is a stop on the way of the test's clock. */
const CALM_DISPATCHER: ActorEntry<DispatcherProtocol, DispatcherInit> = {
  lanes: DISPATCHER.lanes,
  async factory({ graceMs }, context) {
    const dispatcher = new Dispatcher({ context, graceMs, lookMs: LOOK_MS });
    return { behaviour: await dispatcher.start() };
  },
};

/** Runs code in this isolate, which other code shares: it is neither sealed nor watched. */
const EXECUTOR: ActorEntry<ExecutorProtocol, ExecutorInit> = {
  async factory({ pool, slots, graceMs }, context) {
    const ready: ExecutorReady = { definitions: await describeTasks(registeredTasks()) };
    const options = { pool, slots, graceMs, context, tracer: null, clock: CURRENT_CLOCK };
    return { behaviour: new ExecutorActor(options), ready };
  },
  lanes: { laneOf: {}, max: {} },
};

/** Whatever stands behind the globals at the moment. */
const CURRENT_CLOCK: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  startTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  nextTurn: (callback) => void setImmediate(callback),
};

function httpEntry(onApp: (app: RestApp) => void): ActorEntry<FrontEndProtocol, HttpInit> {
  return {
    factory: (init, context) =>
      startHttpActor(init, context, ({ config }, app) => {
        onApp(app);
        const failed = new Promise<Error>(() => {});
        return { address: config.http, failed, close: () => Promise.resolve() };
      }),
    lanes: HTTP_LANES,
  };
}

/** By which URL the supervisor asks for it. */
function entryOf(folder: string): string {
  return new URL(`../../${folder}/worker.ts`, import.meta.url).href;
}
