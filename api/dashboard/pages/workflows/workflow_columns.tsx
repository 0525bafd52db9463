/** The columns of the list of workflows. */
import type { WorkflowView } from "../../../schema.ts";
import type { Column } from "../../ui/data_table.tsx";
import { formatNumber } from "../../ui/format.ts";
import type { LiveRow } from "../../ui/live_rows.ts";
import { countAll, countEnded, ProgressBar } from "../../ui/progress_bar.tsx";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { DurationText, TimeText } from "../../ui/time_text.tsx";

/** The columns. */
export const WORKFLOW_COLUMNS: readonly Column<LiveRow<WorkflowView>>[] = [
  {
    id: "name",
    header: "Workflow",
    cell: (shown) => <WorkflowName {...shown} />,
  },
  {
    id: "status",
    header: "Status",
    cell: ({ row }) => <StatusBadge status={row.status} />,
  },
  {
    id: "progress",
    header: "Progress",
    cell: ({ row: { counts } }) => (
      <div className="progress-cell">
        <ProgressBar counts={counts} label="Tasks" />
        <span className="muted number">
          {formatNumber(countEnded(counts))} of {formatNumber(countAll(counts))}
        </span>
      </div>
    ),
  },
  {
    id: "created",
    header: "Submitted",
    cell: ({ row }) => <TimeText value={row.createdAt} />,
  },
  {
    id: "took",
    header: "Took",
    align: "end",
    cell: ({ row }) => <DurationText from={row.createdAt} to={row.finishedAt} />,
  },
];

function WorkflowName({ row: { id, name }, left }: LiveRow<WorkflowView>) {
  return (
    <>
      <strong>{name ?? id}</strong>{" "}
      {name === null ? null : <span className="muted workflow-id">{id}</span>}{" "}
      {left ? <span className="muted workflow-id">no longer in this list</span> : null}
    </>
  );
}
