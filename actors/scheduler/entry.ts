/** How the scheduler is made from its data, and which lanes its messages use. */
import type { SchedulerProtocol, SupervisorProtocol } from "../protocol.ts";
import type { ActorEntry } from "../runtime/mod.ts";
import { openStore } from "../storage/open.ts";
import { configureLogging, type LoggingOptions } from "../telemetry/logger.ts";
import { openPatiently } from "./open_patiently.ts";
import { Scheduler, type SchedulerInit } from "./scheduler_actor.ts";

/** What the supervisor hands over at each start. */
export interface SchedulerWorkerInit extends SchedulerInit {
  readonly dataDir: string;
  /** Null where everything is in the data folder. */
  readonly databaseUrl: string | null;
  readonly logging: LoggingOptions;
}

export const SCHEDULER: ActorEntry<SchedulerProtocol, SchedulerWorkerInit> = {
  factory: async (init, context) => {
    configureLogging(init.logging);
    const { node, dataDir, databaseUrl } = init;
    const location = databaseUrl === null
      ? { kind: "sqlite", dataDir } as const
      : { kind: "postgres", url: databaseUrl, node } as const;
    const supervisor = context.ref<SupervisorProtocol>("supervisor");
    const store = await openPatiently(() => openStore(location), { node, supervisor });
    return { behaviour: await Scheduler.start({ init, context, store }) };
  },
  lanes: {
    laneOf: {
      SubmitTasks: "submissions",
      SubmitWorkflow: "submissions",
      RetryTasks: "submissions",
      RedriveDeadLetters: "submissions",
      DiscardDeadLetters: "submissions",
      TriggerSchedule: "submissions",
      BackfillSchedule: "submissions",
      ReportOutcomes: "outcomes",
      ReportProgress: "outcomes",
      GetSchedulerStats: "reads",
      GetMethods: "reads",
      GetStartConditions: "reads",
      PreviewBackfill: "reads",
    },
    max: { control: 10_000, outcomes: 10_000, submissions: 5_000, reads: 1_000 },
  },
};
