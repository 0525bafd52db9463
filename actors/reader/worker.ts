/** Entry of the reader's isolate. Its rights: the data folder. */
import type { ReaderProtocol } from "../protocol.ts";
import { serveActor } from "../runtime/mod.ts";
import { openSqliteReader } from "../storage/sqlite/mod.ts";
import { configureLogging, type LoggingOptions } from "../telemetry/logger.ts";
import { Reader } from "./reader_actor.ts";

/** What the supervisor hands over at each start. */
export interface ReaderInit {
  readonly dataDir: string;
  readonly logging: LoggingOptions;
}

serveActor<ReaderProtocol, ReaderInit>(
  async ({ dataDir, logging }) => {
    configureLogging(logging);
    return { behaviour: new Reader(await openSqliteReader({ dataDir })) };
  },
  {
    laneOf: {
      GetTasks: "reads",
      ListTasks: "reads",
      GetAttempts: "reads",
      GetLogs: "reads",
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
);
