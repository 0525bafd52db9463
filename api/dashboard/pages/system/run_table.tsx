/** What another node has been given to run. */
import { Link } from "wouter";
import type { NodeView } from "../../../schema.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { DurationText } from "../../ui/time_text.tsx";

type Run = NonNullable<NodeView["runs"]>[number];

const COLUMNS: readonly Column<Run>[] = [
  {
    id: "task",
    header: "Task",
    cell: ({ taskId }) => <Link href={`/tasks/${encodeURIComponent(taskId)}`}>{taskId}</Link>,
  },
  { id: "method", header: "Method", cell: ({ method }) => method },
  { id: "run", header: "Run", align: "end", cell: ({ run }) => run },
  { id: "executor", header: "Executor", cell: ({ executor }) => executor },
  {
    id: "for",
    header: "For",
    align: "end",
    cell: ({ startedAt }) => (
      <span className="keep">
        <DurationText from={startedAt} to={null} />
      </span>
    ),
  },
];

interface RunTableProps {
  readonly node: string;
  readonly runs: readonly Run[];
}

/** The table. */
export function RunTable({ node, runs }: RunTableProps) {
  return (
    <DataTable
      caption={`Runs of ${node}`}
      columns={COLUMNS}
      rows={runs}
      rowKey={({ taskId, run }) => `${taskId} ${run}`}
      empty={<EmptyState title="It has nothing to run." />}
    />
  );
}
