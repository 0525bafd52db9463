import type {
  DispatcherProtocol,
  ReaderProtocol,
  SchedulerProtocol,
  SupervisorProtocol,
} from "../../actors/protocol.ts";
import type { ActorContext } from "../../actors/runtime/actor.ts";
import { DeadLetterService } from "../dead_letter_service.ts";
import { ExplainService } from "../explain_service.ts";
import { RecentCommits } from "../recent_commits.ts";
import { ScheduleService } from "../schedule_service.ts";
import { TaskChangeService } from "../task_change_service.ts";
import { TaskRates } from "../task_rates.ts";
import { TaskService } from "../task_service.ts";
import { TrafficService } from "../traffic_service.ts";
import type { OperationNode } from "./operation.ts";

/** What the operations of a front-end work with, over the actors that it is linked to. */
export function operationNode(context: ActorContext): OperationNode {
  const actors = {
    scheduler: context.ref<SchedulerProtocol>("scheduler"),
    reader: context.ref<ReaderProtocol>("reader"),
    supervisor: context.ref<SupervisorProtocol>("supervisor"),
    dispatcher: context.ref<DispatcherProtocol>("dispatcher"),
  };
  return {
    service: new TaskService(actors),
    explain: new ExplainService(actors),
    schedules: new ScheduleService(actors),
    deadLetters: new DeadLetterService(actors),
    changes: new TaskChangeService(actors),
    traffic: new TrafficService(actors),
    rates: new TaskRates(),
    commits: new RecentCommits(),
    now: Date.now,
  };
}
