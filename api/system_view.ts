/** The node, its executors and its cluster as the JSON that users see. */
import { isoTime, isoTimeOrNull } from "../actors/domain/iso_time.ts";
import { isMember } from "../actors/domain/lease.ts";
import type { NodeRun } from "../actors/domain/node_run.ts";
import type {
  ActorStatus,
  ExecutorLoad,
  ExecutorPlace,
  NodeStatus,
  SystemStatus,
} from "../actors/protocol.ts";
import type { CommitSummary } from "./recent_commits.ts";
import type { NodeView, SystemView } from "./schema/answers.ts";

type ActorView = SystemView["actors"][number];
type ExecutorView = SystemView["executors"][number];

/** What is shown beside the supervisor's status. */
export interface SystemParts {
  /** What the dispatcher says of its executors; null where it does not answer. */
  readonly executors: readonly ExecutorLoad[] | null;
  /** Of the other nodes; null where they are not known. */
  readonly runs: readonly NodeRun[] | null;
  readonly commits: CommitSummary;
}

/** True for a node that is there, and is not the one that answers. */
export function isOtherMember(system: SystemStatus, { id, state }: NodeStatus): boolean {
  return id !== system.node && isMember({ state });
}

/** The node and its actors, and the cluster. */
export function systemView(system: SystemStatus, parts: SystemParts): SystemView {
  const { executors, commits } = parts;
  return {
    node: system.node,
    version: system.version,
    denoVersion: system.denoVersion,
    startedAt: isoTime(system.startedAt),
    ready: system.ready,
    notReady: [...system.notReady],
    draining: system.draining,
    abandonedIsolates: system.abandonedIsolates ?? 0,
    clockSteps: system.clockSteps ?? 0,
    lastClockStep: clockStepView(system.lastClockStep ?? null),
    term: system.cluster.term,
    nodes: system.cluster.nodes.map((node) => ({
      ...nodeView(
        node.id === system.node && executors !== null ? { ...node, load: loadOf(executors) } : node,
      ),
      runs: isOtherMember(system, node) ? runsOf(node.id, parts) : null,
    })),
    actors: system.actors.map(actorView),
    executors: system.executors.map((place) => executorView(place, system, executors ?? [])),
    commits: { ...commits, from: isoTimeOrNull(commits.from), to: isoTimeOrNull(commits.to) },
  };
}

function loadOf(executors: readonly ExecutorLoad[]): NodeView["load"] {
  const sum = (of: "slots" | "held") => executors.reduce((all, one) => all + one[of], 0);
  return { slots: sum("slots"), held: sum("held") };
}

function runsOf(node: string, { runs }: SystemParts): NodeView["runs"] {
  if (runs === null) return null;
  return runs.filter((run) => run.node === node).map((
    { executor, id, method, run, startedAt },
  ) => ({
    executor,
    taskId: id,
    method,
    run,
    startedAt: isoTime(startedAt),
  }));
}

function nodeView({ report, ...node }: NodeStatus): Omit<NodeView, "runs"> {
  return {
    ...node,
    startedAt: isoTime(node.startedAt),
    renewedAt: isoTime(node.renewedAt),
    notReady: [...report?.notReady ?? []],
    actors: (report?.actors ?? []).map(actorView),
  };
}

function actorView({ startedAt, lastErrorAt, ...actor }: ActorStatus): ActorView {
  return { ...actor, startedAt: isoTimeOrNull(startedAt), lastErrorAt: isoTimeOrNull(lastErrorAt) };
}

/** An executor that has not joined, or whose dispatcher is silent, has nothing as far as is known. */
function executorView(
  { name, pool, slots }: ExecutorPlace,
  { actors }: SystemStatus,
  loads: readonly ExecutorLoad[],
): ExecutorView {
  const load = loads.find(({ executor }) => executor === name);
  return {
    name,
    pool,
    slots,
    state: actors.find((actor) => actor.name === name)?.state ?? "starting",
    held: load?.held ?? 0,
    running: load?.running ?? 0,
    runs: (load?.runs ?? []).map(({ id, startedAt, ...run }) => ({
      taskId: id,
      ...run,
      startedAt: isoTime(startedAt),
    })),
  };
}

function clockStepView(step: SystemStatus["lastClockStep"] | null): SystemView["lastClockStep"] {
  return step ? { at: isoTime(step.at), byMs: step.byMs } : null;
}
