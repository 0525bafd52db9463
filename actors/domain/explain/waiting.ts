/** Why a ready task is not running. */
import { isSuspect } from "../crash_policy.ts";
import { servedPool } from "../pool.ts";
import type { GiveBackReason } from "../task.ts";
import { howToOffer } from "../withheld_method.ts";
import type { Finding } from "./explanation.ts";
import { EXPLAIN_LIMITS, type NodeFacts, type ReadyPlace, type Situation } from "./facts.ts";
import { limitFindings } from "./limits.ts";
import { busyText, command, countOf, lasting, moment, plainly, quoted } from "./wording.ts";

const GIVEN_BACK: Readonly<Record<GiveBackReason, string>> = {
  drain: "it was put back when its node was drained",
  crash: "it was put back when the process or isolate that ran it was lost",
  neighbour: "it was put back when the isolate that held it was ended because of another task",
};

const EMPTY_PLACE: ReadyPlace = {
  inQueue: { count: 0, tasks: [] },
  withKey: { count: 0, tasks: [] },
  inPool: { count: 0, tasks: [] },
  ahead: 0,
  otherKeys: 0,
};

/**
 * Every reason that holds for a pending task, the deciding one first: what somebody has to mend, then
 * limits, then the others in front of it. Without any it is about to start.
 */
export function pendingFindings(situation: Situation, node: NodeFacts): readonly Finding[] {
  const { task, placement } = situation;
  if (placement?.run) return [aboutToStart(situation, node)];
  const found = [
    ...nodeFindings(situation, node),
    ...blockadeFindings(situation),
    ...executorFindings(situation),
    ...limitFindings(situation, node.now),
    ...crowdFindings(situation, node.now),
  ];
  const [first = aboutToStart(situation, node), ...rest] = found;
  return [withHistory(first, task.reason), ...rest];
}

/** What keeps a task from starting whenever it becomes ready: its method is gone, its queue paused. */
export function blockadeFindings({ task, queue, conditions }: Situation): readonly Finding[] {
  const found: Finding[] = [];
  if (conditions?.methodPool === null && conditions.knownElsewhere) {
    found.push({
      code: "known_elsewhere",
      clause: `can start on other nodes alone, which know its method ${quoted(task.method)}`,
      change: "nothing needs doing: one of them starts it when it has room",
      details: { method: task.method },
    });
  } else if (conditions?.methodPool === null) {
    found.push({
      code: "unknown_method",
      clause: `cannot start while its method ${quoted(task.method)} is not registered on the node`,
      change: (howToOffer(task.method) ??
        `start the node with the module that registers ${quoted(task.method)}`) +
        ", or cancel the task",
      details: { method: task.method },
    });
  }
  if (queue.paused) {
    found.push({
      code: "queue_paused",
      clause: `cannot start while its queue ${quoted(queue.name)} is paused`,
      change: `resume the queue: ${command(`queues resume ${queue.name}`)}`,
      details: { queue: queue.name },
    });
  }
  return found;
}

/** Why the node starts nothing at all. */
export function nodeFindings(
  { conditions, placement }: Situation,
  { node, draining, storeError, notReady }: NodeFacts,
): readonly Finding[] {
  const found: Finding[] = [];
  if (draining) {
    found.push({
      code: "draining",
      clause: `is ready, but node ${quoted(node)} is shutting down and starts nothing more`,
      change: "start the node again: the task is stored and goes on then",
      details: { node },
    });
  }
  if (storeError !== null) {
    found.push({
      code: "store_unhealthy",
      clause: `is ready, but the store takes no writes: ${plainly(storeError)}`,
      change: "make room on the disk of the data folder, or have the database answer again; " +
        "the node goes on by itself",
      details: { error: storeError },
    });
  }
  if (!draining && (conditions === null || placement === null)) {
    const silent = conditions === null ? "scheduler" : "dispatcher";
    const reasons = notReady.length > 0 ? notReady : [`the ${silent} does not answer`];
    found.push({
      code: "node_not_ready",
      clause: `is ready, but the node is not: ${plainly(reasons.join(", "))}`,
      change: "it goes on when the node has restarted that part, which it does by itself",
      details: { reasons },
    });
  }
  return found;
}

/** No executors, or none for a task that has to run alone. */
function executorFindings({ task, conditions, placement }: Situation): readonly Finding[] {
  if (placement === null || conditions?.methodPool === null) return [];
  const pool = servedPool(task.readyPool) ?? task.pool;
  const found: Finding[] = [];
  const alone = isSuspect(task);
  if (alone && (placement.aloneRuns > 0 || placement.executors === 0)) {
    const why = task.crashes > 0
      ? `the process was lost ${countOf(task.crashes, "time")} while it ran`
      : "an isolate stopped answering while it ran there";
    const wait = placement.aloneRuns > 0
      ? "another such task is running"
      : "the isolate for such tasks is not up";
    found.push({
      code: "alone",
      clause: `has to run alone, because ${why}, and ${wait}`,
      change: "it starts when the isolate for single tasks is free",
      details: { pool, crashes: task.crashes, suspectsRunning: placement.aloneRuns },
    });
  }
  if (placement.executors === 0) found.push(noExecutor(situationPool(pool, conditions, placement)));
  return found;
}

interface EmptyPool {
  readonly pool: string;
  readonly state: "rights_refused" | "starting" | "failed" | "none";
  readonly error: string | null;
}

function situationPool(
  pool: string,
  conditions: Situation["conditions"],
  { request }: NonNullable<Situation["placement"]>,
): EmptyPool {
  if (conditions?.rightsRefused === true && pool.includes("+")) {
    return { pool, state: "rights_refused", error: null };
  }
  if (request?.state === "failed") return { pool, state: "failed", error: request.error };
  return { pool, state: request === null ? "none" : "starting", error: null };
}

function noExecutor(details: EmptyPool): Finding {
  const { pool, state, error } = details;
  const name = quoted(pool);
  const texts: Readonly<Record<EmptyPool["state"], readonly [clause: string, change: string]>> = {
    rights_refused: [
      `is ready, but no executor has the rights of its pool ${name}, which the node does not allow`,
      "start the node with --allow-task-permissions",
    ],
    starting: [
      `is ready, but the executors of its pool ${name} are still being started`,
      "it goes on when they are up, which takes seconds",
    ],
    failed: [
      `is ready, but executors of its pool ${name} cannot be started: ${
        plainly(error ?? "unknown")
      }`,
      "mend what keeps them from starting; the node tries again every few seconds",
    ],
    none: [
      `is ready, but its pool ${name} has no executor at the moment`,
      "it goes on when the node has started one, which it does by itself",
    ],
  };
  const [clause, change] = texts[state];
  return { code: "no_executor", clause, change, details };
}

/** Others that are ready, and slots that are taken. */
function crowdFindings(situation: Situation, now: number): readonly Finding[] {
  const { task, queue, conditions, placement } = situation;
  const { ahead, otherKeys, inPool } = situation.place ?? EMPTY_PLACE;
  if (placement === null || placement.executors === 0 || conditions?.methodPool === null) return [];
  const found: Finding[] = [];
  const full = placement.free === 0;
  if (ahead > 0 || (full && otherKeys > 0)) {
    const atLeast = ahead >= EXPLAIN_LIMITS.ahead;
    const many = `${atLeast ? "at least " : ""}${countOf(ahead, "ready task")}`;
    const turns = otherKeys === 0
      ? ""
      : ` and its key takes turns with ${countOf(otherKeys, "other key")}`;
    found.push({
      code: "behind_others",
      clause: `is ready, but ${many} of queue ${quoted(queue.name)} ` +
        `${ahead === 1 ? "goes" : "go"} first${turns}`,
      change: "it starts when those before it have; more executors, a larger --concurrency or a " +
        "higher priority of its like make that sooner",
      details: { queue: queue.name, ahead, atLeast, otherKeys },
    });
  }
  if (full && !isSuspect(task)) {
    const pool = servedPool(task.readyPool) ?? task.pool;
    const { executors, slots } = placement;
    const taken = slots === 1 ? "the only slot" : `all ${slots} slots`;
    const count = Math.max(inPool.tasks.length, Math.min(inPool.count, slots));
    found.push({
      code: "no_free_slot",
      clause: `is ready, but ${taken} of pool ${quoted(pool)} ${
        slots === 1 ? "is" : "are"
      } taken by ${busyText(inPool.tasks, count, now)}`,
      change: "it starts when one of them ends; --executors and --concurrency give more slots",
      details: { pool, executors, slots, tasks: inPool.tasks },
    });
  }
  return found;
}

function aboutToStart({ task }: Situation, { now }: NodeFacts): Finding {
  const pool = servedPool(task.readyPool) ?? task.pool;
  const since = task.readyAt === null
    ? ""
    : `, ready for ${lasting(Math.max(0, now - task.readyAt))}`;
  return {
    code: "about_to_start",
    clause: `is next and being handed to an executor of pool ${quoted(pool)}${since}`,
    change: "nothing need change: it starts within moments",
    details: { pool, readyAt: task.readyAt },
  };
}

function withHistory(finding: Finding, reason: Situation["task"]["reason"]): Finding {
  if (reason !== "drain" && reason !== "crash" && reason !== "neighbour") return finding;
  return { ...finding, clause: `${finding.clause}; ${GIVEN_BACK[reason]}` };
}

/** What a change has to come before, for a task that waits with a time to live. */
export function withExpiry(finding: Finding, expiresAt: number | null, now: number): Finding {
  if (expiresAt === null) return finding;
  const change = `${finding.change}; unless it has started by ${moment(expiresAt, now)}, it fails`;
  return { ...finding, change };
}
