/** The executors of the node that serves this page, and what each runs now. */
import { Link } from "wouter";
import type { SystemView } from "../../../schema.ts";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { formatNumber } from "../../ui/format.ts";
import { DurationText } from "../../ui/time_text.tsx";
import { StateBadge } from "./state_badge.tsx";

type Executor = SystemView["executors"][number];

const COLUMNS: readonly Column<Executor>[] = [
  { id: "name", header: "Executor", cell: ({ name }) => <span className="keep">{name}</span> },
  { id: "pool", header: "Pool", cell: ({ pool }) => pool },
  { id: "state", header: "State", cell: ({ state }) => <StateBadge state={state} /> },
  {
    id: "slots",
    header: "Slots",
    align: "end",
    cell: ({ running, slots }) => (
      <span className="keep">{formatNumber(running)} of {formatNumber(slots)}</span>
    ),
  },
  {
    id: "waiting",
    header: "Waiting",
    align: "end",
    cell: ({ held, running }) => formatNumber(Math.max(0, held - running)),
  },
  { id: "runs", header: "Runs now", cell: (executor) => <Runs executor={executor} /> },
];

/** The table. */
export function ExecutorTable({ executors }: { readonly executors: readonly Executor[] }) {
  return (
    <DataTable
      caption="Executors"
      columns={COLUMNS}
      rows={executors}
      rowKey={({ name }) => name}
      empty={<EmptyState title="This node has no executor." />}
    />
  );
}

function Runs({ executor: { runs, running } }: { readonly executor: Executor }) {
  if (running === 0) return <span className="muted">nothing</span>;
  const more = running - runs.length;
  return (
    <ul className="plain-list">
      {runs.map(({ taskId, method, run, startedAt }) => (
        <li key={`${taskId} ${run}`}>
          <Link href={`/tasks/${encodeURIComponent(taskId)}`}>{taskId}</Link>{" "}
          <span className="muted">
            {method}, run {run}, for <DurationText from={startedAt} to={null} />
          </span>
        </li>
      ))}
      {more <= 0 ? null : <li className="muted">and {formatNumber(more)} that began later</li>}
    </ul>
  );
}
