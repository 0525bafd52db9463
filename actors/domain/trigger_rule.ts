/**
 * When a task with dependencies starts, in Airflow's terms. A rule is decided as early as its
 * counts allow, and a decision is final: whatever ends later would not have changed its kind.
 */
import { unreachable } from "./exhaustive.ts";
import type { DependencyCounts, SkipReason, TaskReason, TaskStatus, TriggerRule } from "./task.ts";

/** How an ended dependency counts for rules. */
export type DependencyClass = "succeeded" | "failed" | "skipped";

/** What a rule says about its task. */
export type RuleDecision =
  | { readonly kind: "start" }
  | { readonly kind: "wait" }
  | { readonly kind: "skip"; readonly reason: SkipReason };

/** A dependency as far as rules look at it. */
export interface DependencyEnd {
  readonly status: TaskStatus;
  readonly reason: TaskReason | null;
}

const START: RuleDecision = { kind: "start" };
const WAIT: RuleDecision = { kind: "wait" };
const SKIP: Readonly<Record<SkipReason, RuleDecision>> = {
  upstream_failed: { kind: "skip", reason: "upstream_failed" },
  upstream_skipped: { kind: "skip", reason: "upstream_skipped" },
  rule: { kind: "skip", reason: "rule" },
};

/**
 * Decides whether a task with `rule` starts, waits on, or can't start any more. As in Airflow, the
 * skip of a rule that asks for success and met failures is `upstream_failed`, which counts as a
 * failure further downstream. Without dependencies every rule is met.
 */
export function decideRule(rule: TriggerRule, counts: DependencyCounts): RuleDecision {
  const { total, succeeded, failed, skipped } = counts;
  if (total === 0) return START;
  const allEnded = succeeded + failed + skipped === total;
  switch (rule) {
    case "all_success":
      if (failed > 0) return SKIP.upstream_failed;
      if (skipped > 0) return SKIP.upstream_skipped;
      return allEnded ? START : WAIT;
    case "all_done":
      return allEnded ? START : WAIT;
    case "all_failed":
      if (succeeded + skipped > 0) return SKIP.rule;
      return allEnded ? START : WAIT;
    case "one_success":
      if (succeeded > 0) return START;
      if (!allEnded) return WAIT;
      return failed > 0 ? SKIP.upstream_failed : SKIP.upstream_skipped;
    case "one_failed":
      if (failed > 0) return START;
      return allEnded ? SKIP.rule : WAIT;
    case "none_failed":
      if (failed > 0) return SKIP.upstream_failed;
      return allEnded ? START : WAIT;
    case "none_failed_min_one_success":
      if (failed > 0) return SKIP.upstream_failed;
      if (!allEnded) return WAIT;
      return succeeded > 0 ? START : SKIP.upstream_skipped;
    case "always":
      return START;
    default:
      return unreachable(rule);
  }
}

/** How a task in `status` counts for the rules of its dependents; null while it is live. */
export function classify(status: TaskStatus, reason: TaskReason | null): DependencyClass | null {
  switch (status) {
    case "completed":
      return "succeeded";
    case "failed":
    case "cancelled":
      return "failed";
    case "skipped":
      return reason === "upstream_failed" ? "failed" : "skipped";
    case "scheduled":
    case "blocked":
    case "pending":
    case "running":
      return null;
    default:
      return unreachable(status);
  }
}

/** `counts` after one more dependency ended as `cls`. */
export function countEnded(counts: DependencyCounts, cls: DependencyClass): DependencyCounts {
  return { ...counts, [cls]: counts[cls] + 1 };
}

type Counting = { -readonly [K in keyof DependencyCounts]: number };

/** Counts a task's dependencies anew, from where each stands. */
export function recount(deps: readonly DependencyEnd[]): Counting {
  const counts: Counting = { total: deps.length, succeeded: 0, failed: 0, skipped: 0 };
  for (const { status, reason } of deps) {
    const cls = classify(status, reason);
    if (cls !== null) counts[cls]++;
  }
  return counts;
}

/**
 * Counts the dependencies of a task anew that had counted them `before`. Of those that were deleted
 * since, which had ended, each counts as it had counted then, so that what they had once allowed is
 * not undone; one whose end the task never saw is left out. Where it is not known which of several
 * ends was a deleted one's, it was a success: failures are kept longest.
 */
export function recountAfterDeletion(
  before: DependencyCounts,
  deps: readonly DependencyEnd[],
): DependencyCounts {
  const counts = recount(deps);
  let deleted = before.total - counts.total;
  for (const cls of ["succeeded", "skipped", "failed"] as const) {
    const gone = Math.max(0, Math.min(deleted, before[cls] - counts[cls]));
    counts[cls] += gone;
    counts.total += gone;
    deleted -= gone;
  }
  return counts;
}
