/** Entry of the dispatcher's isolate. It has no rights. */
import type { DispatcherProtocol } from "../protocol.ts";
import { serveActor } from "../runtime/mod.ts";
import { configureLogging, type LoggingOptions } from "../telemetry/logger.ts";
import { Dispatcher } from "./dispatcher_actor.ts";

/** What the supervisor hands over at each start. */
export interface DispatcherInit {
  readonly graceMs: number;
  readonly logging: LoggingOptions;
}

serveActor<DispatcherProtocol, DispatcherInit>(
  async ({ graceMs, logging }, context) => {
    configureLogging(logging);
    return { behaviour: await new Dispatcher({ context, graceMs }).start() };
  },
  {
    laneOf: { GetSlots: "reads", GetExecutors: "reads", GetPlacements: "reads" },
    max: { control: 50_000, reads: 1_000 },
  },
);
