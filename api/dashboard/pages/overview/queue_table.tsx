/** What waits and runs, by queue. */
import { Link } from "wouter";
import { type Column, DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { formatNumber } from "../../ui/format.ts";
import { TimeText } from "../../ui/time_text.tsx";
import type { QueueLine } from "./queue_lines.ts";

const COLUMNS: readonly Column<QueueLine>[] = [
  { id: "name", header: "Queue", cell: ({ name }) => <strong>{name}</strong> },
  count("waiting", "Waiting"),
  count("running", "Running"),
  count("scheduled", "Scheduled"),
  count("blocked", "Blocked"),
  {
    id: "first",
    header: "First in line",
    cell: ({ first }) => <First first={first} />,
  },
];

/** More are on the page of the queues. */
const LINES_MAX = 10;

/** The table of those in which most waits; a queue without work is not in it. */
export function QueueTable({ lines }: { readonly lines: readonly QueueLine[] }) {
  return (
    <>
      <DataTable
        caption="Queues with work"
        columns={COLUMNS}
        rows={lines.slice(0, LINES_MAX)}
        rowKey={({ name }) => name}
        rowLink={({ name }) => `/tasks?queue=${encodeURIComponent(name)}`}
        empty={
          <EmptyState title="Nothing waits or runs.">
            Submit a task from the page of its method, or with <code>dtask submit noop</code>.
          </EmptyState>
        }
      />
      {lines.length > LINES_MAX
        ? <Link href="/queues">{`All ${formatNumber(lines.length)} queues with work`}</Link>
        : null}
    </>
  );
}

function count(id: "waiting" | "running" | "scheduled" | "blocked", header: string) {
  return {
    id,
    header,
    align: "end",
    cell: (line: QueueLine) => formatNumber(line[id]),
  } as const;
}

function First({ first }: Pick<QueueLine, "first">) {
  if (first === null) return <span className="muted">–</span>;
  return (
    <span>
      <Link href={`/tasks/${encodeURIComponent(first.id)}`}>{first.id}</Link>{" "}
      <span className="muted">
        ready <TimeText value={first.since} />
      </span>
    </span>
  );
}
