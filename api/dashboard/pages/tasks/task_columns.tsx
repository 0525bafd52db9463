/** The columns of the list of tasks. */
import type { TaskView } from "../../../schema.ts";
import { useNow } from "../../ui/clock.ts";
import type { Column } from "../../ui/data_table.tsx";
import type { LiveRow } from "../../ui/live_rows.ts";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { DurationText, TimeText } from "../../ui/time_text.tsx";
import { taskNote } from "./task_note.ts";

/** A task as a row. */
export type TaskRow = LiveRow<TaskView>;

/** The columns; the first leads to the task. */
export const TASK_COLUMNS: readonly Column<TaskRow>[] = [
  { id: "task", header: "Task", cell: ({ row }) => <TaskName task={row} /> },
  {
    id: "status",
    header: "Status",
    cell: ({ row, left }) => (
      <span className={left ? "row-left" : undefined}>
        <StatusBadge status={row.status} reason={row.reason} />
        {left ? <span className="muted">no longer in this list</span> : null}
      </span>
    ),
  },
  {
    id: "note",
    header: "Detail",
    cell: ({ row }) => <TaskNote task={row} />,
  },
  {
    id: "queue",
    header: "Queue",
    wideOnly: true,
    cell: ({ row }) => <span className="whole-words">{row.queue}</span>,
  },
  {
    id: "attempt",
    header: "Attempt",
    align: "end",
    wideOnly: true,
    cell: ({ row }) => row.attempt === 0 ? "–" : `${row.attempt} of ${row.maxAttempts}`,
  },
  {
    id: "created",
    header: "Created",
    align: "end",
    cell: ({ row }) => <TimeText value={row.createdAt} />,
  },
  {
    id: "took",
    header: "Ran for",
    align: "end",
    wideOnly: true,
    cell: ({ row }) => <TaskDuration task={row} />,
  },
];

/** What a task is, and which one. */
export function TaskName(
  { task }: { readonly task: Pick<TaskView, "id" | "method"> },
) {
  return (
    <span className="row-task">
      <strong>{task.method}</strong>{" "}
      <span className="row-task-id muted" title={task.id}>{task.id}</span>
    </span>
  );
}

function TaskNote({ task }: { readonly task: TaskView }) {
  const note = taskNote(task, useNow());
  if (note === "") return <span className="muted">–</span>;
  return (
    // A clamped text must not itself be what a card or a grid lays out.
    <div>
      <span className="clamped" title={note}>{note}</span>
    </div>
  );
}

/** A task that waits again has run, but is not running. */
function TaskDuration({ task }: { readonly task: TaskView }) {
  const { startedAt, finishedAt, status } = task;
  const shown = status === "running" || finishedAt !== null;
  return <DurationText from={shown ? startedAt : null} to={finishedAt} />;
}
