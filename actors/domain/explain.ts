/**
 * Why a task is not running, what it is doing, or how it ended: facts in, an explanation out. Each
 * cause is data with a stable code, one English sentence, and one on what would change it.
 */
import { unreachable } from "./exhaustive.ts";
import { cancelledFinding, completedFinding, failedFinding } from "./explain/ended.ts";
import type { Cause, Explanation, Finding } from "./explain/explanation.ts";
import type { ExplainFacts, NodeFacts, Situation } from "./explain/facts.ts";
import { runningFindings, scheduledFindings } from "./explain/running.ts";
import { blockedFinding, rootCauses, skippedFinding } from "./explain/upstream.ts";
import { blockadeFindings, nodeFindings, pendingFindings, withExpiry } from "./explain/waiting.ts";
import { quoted, sentence } from "./explain/wording.ts";

export type {
  Cause,
  CauseCode,
  CauseDetails,
  Explanation,
  RootCause,
} from "./explain/explanation.ts";
export * from "./explain/facts.ts";

/** Explains a task from what is known of it, of the tasks at the root of its waiting, and of the node. */
export function explain(facts: ExplainFacts): Explanation {
  const { task } = facts.subject;
  const [first, ...rest] = findingsOf(facts).map((finding) => causeOf(task.id, finding));
  if (first === undefined) throw new Error(`nothing is known of task "${task.id}"`);
  const { id, status, reason } = task;
  return { ...first, id, status, reason, causes: [first, ...rest] };
}

function findingsOf(facts: ExplainFacts): readonly Finding[] {
  const { subject, node } = facts;
  const { task } = subject;
  switch (task.status) {
    case "blocked":
      return waiting(facts, [blockedFinding(facts, rootsOf(facts)), ...blockadeFindings(subject)]);
    case "skipped":
      return [skippedFinding(facts, rootsOf(facts))];
    case "scheduled":
    case "pending":
    case "running":
    case "completed":
    case "failed":
    case "cancelled":
      return waiting(facts, ownFindings(subject, node));
    default:
      return unreachable(task.status);
  }
}

/** What holds for a task by itself, whatever it depends on. */
function ownFindings(subject: Situation, node: NodeFacts): readonly Finding[] {
  const { task } = subject;
  switch (task.status) {
    case "scheduled": {
      const isOverdue = task.dueAt !== null && task.dueAt <= node.now;
      return [
        ...isOverdue ? nodeFindings(subject, node) : [],
        ...scheduledFindings(subject, node),
        ...blockadeFindings(subject),
      ];
    }
    case "pending":
      return pendingFindings(subject, node);
    case "running":
      return runningFindings(subject, node);
    case "completed":
      return [completedFinding(subject, node)];
    case "failed":
      return [failedFinding(subject, node)];
    case "cancelled":
      return [cancelledFinding(subject, node)];
    case "blocked":
    case "skipped":
      // Only where the way upstream was too long to follow: what is beyond is not known.
      return [unfollowed(subject)];
    default:
      return unreachable(task.status);
  }
}

function unfollowed(subject: Situation): Finding {
  const ownRoot = {
    subject,
    dependencies: [],
    moreDependencies: true,
    roots: [],
    truncated: true,
  };
  return subject.task.status === "blocked"
    ? blockedFinding(ownRoot, [])
    : skippedFinding(ownRoot, []);
}

function rootsOf({ roots, node }: ExplainFacts) {
  return rootCauses(roots.flatMap(({ path, situation }) => {
    const [finding] = ownFindings(situation, node);
    return finding === undefined ? [] : [{ path, task: situation.task, finding }];
  }));
}

/** A task that has not started may have to by a time, which its deciding cause then says. */
function waiting({ subject, node }: ExplainFacts, findings: readonly Finding[]) {
  const { status, expiresAt } = subject.task;
  const [first, ...rest] = findings;
  const mayExpire = status === "blocked" || status === "scheduled" || status === "pending";
  if (first === undefined || !mayExpire) return findings;
  return [withExpiry(first, expiresAt, node.now), ...rest];
}

function causeOf(id: string, { clause, ...finding }: Finding): Cause {
  return {
    ...finding,
    sentence: sentence(`Task ${quoted(id)} ${clause}`),
    change: sentence(finding.change),
  };
}
