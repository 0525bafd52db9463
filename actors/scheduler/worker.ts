/** Entry of the scheduler's isolate. Its rights: the data folder. */
import type { SchedulerProtocol } from "../protocol.ts";
import { serveActor } from "../runtime/mod.ts";
import { openSqliteStore } from "../storage/sqlite/mod.ts";
import { configureLogging, type LoggingOptions } from "../telemetry/logger.ts";
import { Scheduler, type SchedulerInit } from "./scheduler_actor.ts";

serveActor<SchedulerProtocol, SchedulerInit & { readonly logging: LoggingOptions }>(
  async (init, context) => {
    configureLogging(init.logging);
    const store = await openSqliteStore({ dataDir: init.dataDir, locked: true });
    return { behaviour: await Scheduler.start({ init, context, store }) };
  },
  {
    laneOf: {
      SubmitTasks: "submissions",
      SubmitWorkflow: "submissions",
      RedriveDeadLetters: "submissions",
      DiscardDeadLetters: "submissions",
      TriggerSchedule: "submissions",
      BackfillSchedule: "submissions",
      ReportOutcomes: "outcomes",
      ReportProgress: "outcomes",
      GetSchedulerStats: "reads",
      GetMethods: "reads",
      GetStartConditions: "reads",
    },
    max: { control: 10_000, outcomes: 10_000, submissions: 5_000, reads: 1_000 },
  },
);
