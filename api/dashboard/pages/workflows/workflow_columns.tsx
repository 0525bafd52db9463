/** The columns of the list of workflows. */
import type { WorkflowView } from "../../../schema.ts";
import type { Column } from "../../ui/data_table.tsx";
import { formatNumber } from "../../ui/format.ts";
import { countAll, countEnded, ProgressBar } from "../../ui/progress_bar.tsx";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { DurationText, TimeText } from "../../ui/time_text.tsx";

/** The columns. */
export const WORKFLOW_COLUMNS: readonly Column<WorkflowView>[] = [
  {
    id: "name",
    header: "Workflow",
    cell: (workflow) => <WorkflowName {...workflow} />,
  },
  {
    id: "status",
    header: "Status",
    cell: ({ status }) => <StatusBadge status={status} />,
  },
  {
    id: "progress",
    header: "Progress",
    cell: ({ counts }) => (
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
    cell: ({ createdAt }) => <TimeText value={createdAt} />,
  },
  {
    id: "took",
    header: "Took",
    align: "end",
    cell: ({ createdAt, finishedAt }) => <DurationText from={createdAt} to={finishedAt} />,
  },
];

function WorkflowName({ id, name }: Pick<WorkflowView, "id" | "name">) {
  return name === null ? <strong>{id}</strong> : (
    <>
      <strong>{name}</strong> <span className="muted workflow-id">{id}</span>
    </>
  );
}
