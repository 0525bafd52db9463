/** How the dispatcher is made from its data, and which lanes its messages use. */
import type { DispatcherProtocol } from "../protocol.ts";
import type { ActorEntry } from "../runtime/mod.ts";
import { configureLogging, type LoggingOptions } from "../telemetry/logger.ts";
import { Dispatcher } from "./dispatcher_actor.ts";

/** What the supervisor hands over at each start. */
export interface DispatcherInit {
  readonly graceMs: number;
  readonly logging: LoggingOptions;
}

export const DISPATCHER: ActorEntry<DispatcherProtocol, DispatcherInit> = {
  factory: async ({ graceMs, logging }, context) => {
    configureLogging(logging);
    return { behaviour: await new Dispatcher({ context, graceMs }).start() };
  },
  lanes: {
    laneOf: { GetSlots: "reads", GetExecutors: "reads", GetPlacements: "reads" },
    max: { control: 50_000, reads: 1_000 },
  },
};
