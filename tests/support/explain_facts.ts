import type {
  ExplainFacts,
  NodeFacts,
  Placement,
  ReadyPlace,
  Situation,
  StartConditions,
} from "../../actors/domain/explain.ts";
import { defaultQueue, type QueueConfig, type TaskRecord } from "../../actors/domain/task.ts";
import { fakeTask } from "./fake_task.ts";
import { submission } from "./submission.ts";

/** When the explained moment is. */
export const NOW = Date.parse("2026-11-22T10:00:00.000Z");

const READY: Partial<TaskRecord> = {
  status: "pending",
  run: 0,
  attempt: 0,
  crashes: 0,
  startedAt: null,
  executor: null,
  readyPool: "async",
  readyAt: NOW,
  readyOrder: NOW,
  createdAt: NOW,
};
const EMPTY = { count: 0, tasks: [] };

/** What a test says of a task; the rest is as on an idle node. */
export interface SituationParts {
  readonly task?: Partial<TaskRecord>;
  readonly queue?: Partial<QueueConfig>;
  readonly place?: Partial<ReadyPlace>;
  readonly conditions?: Partial<StartConditions> | null;
  readonly placement?: Partial<Placement> | null;
}

/** All that is known of a task, pending unless `task` says otherwise. */
export function situation(parts: SituationParts = {}): Situation {
  const task: TaskRecord = { ...fakeTask(submission({ id: "t" })), ...READY, ...parts.task };
  return {
    task,
    queue: { ...defaultQueue(task.queue), ...parts.queue },
    place: task.status === "pending"
      ? { inQueue: EMPTY, withKey: EMPTY, inPool: EMPTY, ahead: 0, otherKeys: 0, ...parts.place }
      : null,
    conditions: parts.conditions === null ? null : {
      methodPool: "async",
      knownElsewhere: false,
      rightsRefused: false,
      rate: null,
      ...parts.conditions,
    },
    placement: parts.placement === null ? null : {
      ...{ executors: 1, slots: 4, free: 4, aloneRuns: 0, request: null, run: null },
      ...parts.placement,
    },
  };
}

/** The facts for explaining a task on a node in order. */
export function facts(
  subject: Situation,
  more: Partial<Omit<ExplainFacts, "subject" | "node">> & { readonly node?: Partial<NodeFacts> } =
    {},
): ExplainFacts {
  return {
    dependencies: [],
    moreDependencies: false,
    roots: [],
    truncated: false,
    ...more,
    subject,
    node: {
      ...{ now: NOW, node: "n-1", draining: false, storeError: null, notReady: [] },
      ...more.node,
    },
  };
}
