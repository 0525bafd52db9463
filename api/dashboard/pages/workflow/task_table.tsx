/** The tasks of a workflow as a table: the same as the graph, to be read or heard line by line. */
import { useMemo, useState } from "react";
import type { TaskView } from "../../../schema.ts";
import { Button } from "../../ui/button.tsx";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { Select } from "../../ui/field.tsx";
import { formatNumber } from "../../ui/format.ts";
import { StatusBadge } from "../../ui/status_badge.tsx";
import { DurationText } from "../../ui/time_text.tsx";
import { labelOf, type TaskStatus } from "./task_graph.ts";

interface TaskTableProps {
  readonly tasks: readonly TaskView[];
  /** Of each task now, or then. */
  readonly statuses: readonly TaskStatus[];
  /** The past is shown: what a task knows of itself now is left out. */
  readonly past: boolean;
}

interface Line {
  readonly task: TaskView;
  readonly status: TaskStatus;
}

const ROWS_A_PAGE = 100;
const ANY = "any";
const STATUSES: readonly (TaskStatus | typeof ANY)[] = [
  ...[ANY, "failed", "running", "pending", "scheduled"] as const,
  ...["blocked", "skipped", "cancelled", "completed"] as const,
];
const OPTIONS = STATUSES.map((value) => ({ value, label: value }));

/** The table, by waves. */
export function TaskTable({ tasks, statuses, past }: TaskTableProps) {
  const [status, setStatus] = useState<TaskStatus | typeof ANY>(ANY);
  const [shown, setShown] = useState(ROWS_A_PAGE);
  const lines = useMemo(
    () =>
      tasks.map((task, index): Line => ({ task, status: statuses[index] ?? task.status }))
        .filter((line) => status === ANY || line.status === status)
        .sort((a, b) => a.task.wave - b.task.wave),
    [tasks, statuses, status],
  );
  const columns = useMemo(() => columnsOf(past), [past]);
  return (
    <div className="section">
      <div className="field-row task-filters">
        <Select
          label="Status"
          value={status}
          options={OPTIONS}
          onChange={setStatus}
        />
      </div>
      <DataTable
        caption="Tasks of the workflow"
        columns={columns}
        rows={lines.slice(0, shown)}
        rowKey={({ task }) => task.id}
        rowLink={({ task }) => `/tasks/${encodeURIComponent(task.id)}`}
        empty={<EmptyState title="No task is like this." />}
      />
      {lines.length <= shown ? null : (
        <div>
          <Button onClick={() => setShown(shown + ROWS_A_PAGE)}>
            Show more of {formatNumber(lines.length - shown)}
          </Button>
        </div>
      )}
    </div>
  );
}

function columnsOf(past: boolean): readonly Column<Line>[] {
  return [
    { id: "task", header: "Task", cell: ({ task }) => <strong>{labelOf(task)}</strong> },
    {
      id: "status",
      header: "Status",
      cell: ({ task, status }) => (
        <StatusBadge
          status={status}
          reason={past ? null : task.reason}
        />
      ),
    },
    { id: "method", header: "Method", cell: ({ task }) => task.method },
    { id: "wave", header: "Wave", align: "end", cell: ({ task }) => task.wave },
    {
      id: "deps",
      header: "Depends on",
      align: "end",
      cell: ({ task }) => formatNumber(task.deps.length),
    },
    ...(past ? [] : [{
      id: "took",
      header: "Took",
      align: "end" as const,
      cell: ({ task }: Line) => (
        <DurationText
          from={task.startedAt}
          to={task.status === "running" ? null : task.finishedAt ?? task.startedAt}
        />
      ),
    }]),
  ];
}
