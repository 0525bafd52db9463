/** Which dependencies hold a task up, or had it skipped, and what is at the root of that. */
import type { TaskRecord, TaskStatus } from "../task.ts";
import { classify, type DependencyClass } from "../trigger_rule.ts";
import type { CauseCode, Finding, RootCause } from "./explanation.ts";
import type { DependencyFact, ExplainFacts } from "./facts.ts";
import { command, quoted, sentence, taskNames } from "./wording.ts";

/** What is known of a task and those before it. */
type UpstreamFacts = Omit<ExplainFacts, "node">;

/** Whose dependencies are looked at. */
type Dependent = Pick<TaskRecord, "status" | "reason" | "triggerRule">;

const LIVE: readonly TaskStatus[] = ["blocked", "scheduled", "pending", "running"];
const ENDED: readonly TaskStatus[] = ["failed", "cancelled", "skipped", "completed"];

/** The statuses of dependencies that can be why a task is where it is; none for most tasks. */
export function guiltyStatuses({ status }: Dependent): readonly TaskStatus[] {
  if (status === "blocked") return LIVE;
  return status === "skipped" ? ENDED : [];
}

/** True for a dependency that keeps `task` blocked, or that was a reason to skip it. */
export function isGuilty(task: Dependent, dependency: DependencyFact): boolean {
  const cls = classify(dependency.status, dependency.reason);
  if (task.status === "blocked") return cls === null;
  return task.status === "skipped" && cls !== null && skippedBy(task, cls);
}

/** True where the reason goes on upstream: the dependency waits or was skipped itself. */
export function leadsOn({ status }: DependencyFact): boolean {
  return status === "blocked" || status === "skipped";
}

function skippedBy({ reason, triggerRule }: Dependent, cls: DependencyClass): boolean {
  switch (reason) {
    case "upstream_failed":
      return cls === "failed";
    case "upstream_skipped":
      return cls === "skipped";
    default:
      // Of the two rules that skip for themselves, `one_failed` does for want of any failure.
      return triggerRule === "all_failed" ? cls !== "failed" : true;
  }
}

/** Codes in the order in which people have to act on them; those not named come last. */
const URGENCY: readonly CauseCode[] = [
  "unknown_method",
  "queue_paused",
  "no_executor",
  "store_unhealthy",
  "draining",
  "node_not_ready",
  "known_elsewhere",
  "backoff",
  "not_due",
  "queue_concurrency",
  "key_concurrency",
  "rate_limited",
  "alone",
  "behind_others",
  "no_free_slot",
  "prefetched",
  "cancelling",
  "running",
];

/** The causes at the root, of which each was explained for itself; the most urgent first. */
export function rootCauses(
  roots: readonly {
    readonly path: readonly string[];
    readonly task: TaskRecord;
    readonly finding: Finding;
  }[],
): readonly RootCause[] {
  const rank = (code: CauseCode) => {
    const at = URGENCY.indexOf(code);
    return at < 0 ? URGENCY.length : at;
  };
  return roots.map(({ path, task, finding: { code, clause, change } }): RootCause => ({
    id: task.id,
    path,
    status: task.status,
    code,
    sentence: sentence(`Task ${quoted(task.id)} ${clause}`),
    change: sentence(change),
  })).sort((a, b) => rank(a.code) - rank(b.code));
}

/** Why a blocked task waits: for whom, and for what in the end. */
export function blockedFinding(facts: UpstreamFacts, roots: readonly RootCause[]): Finding {
  const { subject: { task } } = facts;
  const { counts } = task;
  const left = counts.total - counts.succeeded - counts.failed - counts.skipped;
  const waits = counts.total === 1
    ? "waits for its only dependency"
    : `waits for ${left} of its ${counts.total} dependencies`;
  const names = taskNames(facts.dependencies.map(({ id }) => id), left);
  const rule = task.triggerRule === "all_success" ? "" : ` under its rule ${task.triggerRule}`;
  const [root] = roots;
  return {
    code: "awaiting_dependencies",
    clause: `${waits}, ${names}${rule}${root === undefined ? "" : atTheRoot(root)}`,
    change: root === undefined
      ? "it goes on when its dependencies have ended"
      : `for task ${quoted(root.id)}: ${lowerCase(root.change)}`,
    details: { ...upstreamOf(facts, roots), expiresAt: task.expiresAt },
  };
}

/** Why a task was skipped: because of whom, and of what in the end. */
export function skippedFinding(facts: UpstreamFacts, roots: readonly RootCause[]): Finding {
  const { subject: { task } } = facts;
  const { reason } = task;
  const code = reason === "upstream_failed" || reason === "upstream_skipped" ? reason : "rule";
  const why = {
    upstream_failed: "did not succeed",
    upstream_skipped: "was skipped",
    rule: "ended as the rule does not allow",
  }[code];
  const count = facts.dependencies.length;
  const ids = facts.dependencies.map(({ id }) => id);
  const names = count === 0
    ? "a dependency"
    : facts.moreDependencies
    ? `${taskNames(ids)} and others`
    : taskNames(ids);
  const [root] = roots;
  return {
    code,
    clause: `was skipped under its rule ${task.triggerRule}, because ${names} ${
      count === 1 ? why : why.replace("was", "were")
    }${root === undefined ? "" : atTheRoot(root)}`,
    change: root === undefined || root.status === "completed"
      ? "nothing revives it: what it would need can't happen any more; submit it again with " +
        "another trigger rule"
      : `run the cause of it again, which revives what was skipped: ${command(`retry ${root.id}`)}`,
    details: upstreamOf(facts, roots),
  };
}

function upstreamOf(
  { subject: { task }, dependencies, moreDependencies, truncated }: UpstreamFacts,
  roots: readonly RootCause[],
) {
  const { triggerRule, counts } = task;
  return { triggerRule, counts, dependencies, moreDependencies, roots, truncated };
}

function atTheRoot({ path, sentence: text }: RootCause): string {
  const far = path.length <= 1 ? "" : `${path.length} steps up the chain, `;
  return `; ${far}${lowerCase(text)}`;
}

/** A sentence as a part of another. */
function lowerCase(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.$/, "");
}
