/** A status as colour, picture and word: none of them alone. */
import type { TaskView, WorkflowView } from "../../schema.ts";
import { Badge } from "./badge.tsx";
import type { IconName } from "./icon.tsx";

/** Of a task or a workflow. */
export type Status = TaskView["status"] | WorkflowView["status"];

/** The statuses in the order of a task's life, with their pictures. */
export const STATUS_ICONS: Readonly<Record<Status, IconName>> = {
  scheduled: "clock",
  blocked: "blocked",
  pending: "pending",
  running: "running",
  completed: "check",
  failed: "failed",
  cancelled: "cancelled",
  skipped: "skipped",
};

interface StatusBadgeProps {
  readonly status: Status;
  /** Why, where it is known: `attempts_exhausted` and the like. */
  readonly reason?: string | null;
}

/** The badge. */
export function StatusBadge({ status, reason = null }: StatusBadgeProps) {
  return (
    <Badge icon={STATUS_ICONS[status]} like={status}>
      {status}
      {reason === null ? null : <span className="badge-reason">{reason.replaceAll("_", " ")}</span>}
    </Badge>
  );
}
