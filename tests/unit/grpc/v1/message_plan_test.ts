/** That no message lacks what the API's JSON has: a member that REST gets, gRPC has to get as well. */
import type { DescMessage } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import type { z } from "zod";
import { planOf } from "../../../../api/grpc/v1/message_plan.ts";
import * as schema from "../../../../api/schema.ts";
import * as deadLetters from "../../../../proto/gen/dtask/v1/dead_letter_service_pb.ts";
import * as node from "../../../../proto/gen/dtask/v1/node_service_pb.ts";
import * as queues from "../../../../proto/gen/dtask/v1/queue_service_pb.ts";
import * as schedules from "../../../../proto/gen/dtask/v1/schedule_service_pb.ts";
import * as tasks from "../../../../proto/gen/dtask/v1/task_pb.ts";
import * as calls from "../../../../proto/gen/dtask/v1/task_service_pb.ts";
import * as workflows from "../../../../proto/gen/dtask/v1/workflow_service_pb.ts";

/** Schemas of the API, the messages that carry them, and members that stand elsewhere in these. */
const PAIRS: readonly (readonly [z.ZodObject, DescMessage, string?])[] = [
  [schema.taskAnswer, tasks.TaskSchema],
  [schema.attemptAnswer, tasks.AttemptSchema],
  [schema.logLineAnswer, tasks.LogLineSchema],
  [schema.explanationAnswer, tasks.ExplanationSchema],
  [schema.taskErrorAnswer, tasks.TaskErrorSchema],
  [schema.taskInput, tasks.TaskSubmissionSchema, "payload"],
  [schema.workflowTaskInput, tasks.TaskSubmissionSchema, "payload"],
  [schema.workflowInput, workflows.WorkflowSubmissionSchema],
  [schema.workflowAnswer, workflows.WorkflowSchema],
  [schema.workflowDetailsAnswer, workflows.GetWorkflowResponseSchema, workflowMembers()],
  [schema.workflowRunAnswer, workflows.WorkflowRunSchema],
  [schema.deadLetterAnswer, deadLetters.DeadLetterSchema],
  [schema.redriveInput, deadLetters.RedriveDeadLettersRequestSchema, "payload"],
  [schema.discardInput, deadLetters.DiscardDeadLettersRequestSchema],
  [schema.deadLetterListQuery, deadLetters.ListDeadLettersRequestSchema],
  [schema.batchChangeAnswer, calls.CancelTasksResponseSchema],
  [schema.cancelTasksInput, calls.CancelTasksRequestSchema],
  [schema.retryTasksInput, calls.RetryTasksRequestSchema],
  [schema.retryTaskInput, calls.RetryTaskRequestSchema],
  [schema.taskListQuery, calls.ListTasksRequestSchema],
  [schema.eventsQuery, calls.WatchTasksRequestSchema],
  [schema.logsQuery, calls.ListLogsRequestSchema],
  [schema.resultQuery, calls.GetTaskResultRequestSchema],
  [schema.workflowListQuery, workflows.ListWorkflowsRequestSchema],
  [schema.workflowQuery, workflows.GetWorkflowRequestSchema],
  [schema.workflowRunsQuery, workflows.ListWorkflowRunsRequestSchema],
  [schema.queueAnswer, queues.QueueSchema],
  [schema.queueInput, queues.SetQueueRequestSchema],
  [schema.scheduleAnswer, schedules.ScheduleSchema, "payload"],
  [schema.scheduleInput, schedules.SetScheduleRequestSchema, "payload"],
  [schema.backfillInput, schedules.BackfillScheduleRequestSchema],
  [schema.backfillAnswer, schedules.BackfillScheduleResponseSchema],
  [schema.tickAnswer, schedules.TickSchema],
  [schema.methodAnswer, node.MethodSchema],
  [schema.statsAnswer, node.StatsSchema],
  [schema.trafficAnswer, node.TrafficSchema],
  [schema.historyAnswer, node.TrafficHistorySchema],
  [schema.systemAnswer, node.SystemSchema],
  [schema.nodeAnswer, node.NodeSchema],
];

/** A workflow's own members stand in a message of their own beside its tasks. */
function workflowMembers(): string {
  return Object.keys(schema.workflowAnswer.shape).join();
}

function membersOf(message: DescMessage): readonly string[] {
  const members = (plan: ReturnType<typeof planOf>): string[] =>
    plan.fields.flatMap((field) =>
      field.inline && field.kind.kind === "message" ? members(field.kind.plan) : [field.json]
    );
  return members(planOf(message));
}

Deno.test("message_plan has a field for every member of the API's JSON", () => {
  for (const [{ shape }, message, elsewhere = ""] of PAIRS) {
    const known = [...membersOf(message), ...elsewhere.split(",")];
    const missing = Object.keys(shape).filter((member) => !known.includes(member));
    assert.deepEqual(missing, [], message.typeName);
  }
});
