/** The columns of the list of dead letters. */
import type { DeadLetterView } from "../../../schema.ts";
import type { Column } from "../../ui/data_table.tsx";
import type { LiveRow } from "../../ui/live_rows.ts";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { TimeText } from "../../ui/time_text.tsx";
import { TaskName } from "../tasks/task_columns.tsx";
import { RunList } from "./run_list.tsx";

/** A dead letter as a row. */
export type DeadLetterRow = LiveRow<DeadLetterView>;

/** The columns; the first leads to the task. */
export const DEAD_LETTER_COLUMNS: readonly Column<DeadLetterRow>[] = [
  { id: "task", header: "Task", cell: ({ row }) => <TaskName task={row} /> },
  {
    id: "reason",
    header: "Reason",
    cell: ({ row, left }) => (
      <span className={left ? "row-left" : undefined}>
        <StatusBadge status={row.status} reason={row.reason} />
        {left ? <span className="muted">no longer in this list</span> : null}
      </span>
    ),
  },
  { id: "runs", header: "Error and runs", cell: ({ row }) => <RunList letter={row} /> },
  {
    id: "queue",
    header: "Queue",
    wideOnly: true,
    cell: ({ row }) => <span className="whole-words">{row.queue}</span>,
  },
  {
    id: "failed",
    header: "Failed",
    align: "end",
    cell: ({ row }) => <TimeText value={row.finishedAt} />,
  },
];
