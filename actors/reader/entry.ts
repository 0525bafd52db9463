/** How the reader is made from its data, and which lanes its messages use. */
import type { ReaderProtocol } from "../protocol.ts";
import type { ActorEntry } from "../runtime/mod.ts";
import { openReader } from "../storage/open.ts";
import { configureLogging, type LoggingOptions } from "../telemetry/logger.ts";
import { Reader } from "./reader_actor.ts";

/** What the supervisor hands over at each start. */
export interface ReaderInit {
  readonly dataDir: string;
  /** PostgreSQL instead of the data folder; null: none. */
  readonly databaseUrl: string | null;
  readonly logging: LoggingOptions;
}

export const READER: ActorEntry<ReaderProtocol, ReaderInit> = {
  factory: async ({ dataDir, databaseUrl, logging }) => {
    configureLogging(logging);
    const store = await openReader(
      databaseUrl === null ? { kind: "sqlite", dataDir } : { kind: "postgres", url: databaseUrl },
    );
    return { behaviour: new Reader(store) };
  },
  lanes: {
    laneOf: {
      GetTasks: "reads",
      ListTasks: "reads",
      GetAttempts: "reads",
      GetLogs: "reads",
      ListDependents: "reads",
      GetWorkflow: "reads",
      ListWorkflows: "reads",
      ListQueues: "reads",
      GetQueueDepths: "reads",
      GetChanges: "reads",
      ListDeadLetters: "reads",
      CountDeadLetters: "reads",
      GetStoreFacts: "reads",
      ListSchedules: "reads",
      GetSchedule: "reads",
      ListTicks: "reads",
    },
    max: { reads: 10_000 },
  },
};
