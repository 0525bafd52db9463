/** The queues: what waits and runs in each, its limits, and the switch that stops it. */
import { useMemo, useState } from "react";
import type { QueueView } from "../../../schema.ts";
import { useQueues } from "../../data/queues.ts";
import { useAllowed } from "../../session/session.ts";
import { DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { PauseDialog } from "./pause_dialog.tsx";
import { queueColumns } from "./queue_columns.tsx";

/** The page at `/queues`. */
export function QueuesPage() {
  const queues = useQueues();
  const allowed = useAllowed("admin");
  const [asked, setAsked] = useState<QueueView | null>(null);
  const columns = useMemo(() => queueColumns(allowed ? setAsked : null), [allowed]);
  return (
    <>
      <PageHeader title="Queues" />
      <DataTable
        caption="Queues"
        columns={columns}
        rows={queues.data}
        rowKey={(queue) => queue.name}
        problem={queues.error}
        onRetry={() => queues.refetch()}
        empty={
          <EmptyState title="No queue yet.">
            A queue is there as soon as a task names it, and when its limits are set.
          </EmptyState>
        }
      />
      <PauseDialog queue={asked} onClose={() => setAsked(null)} />
    </>
  );
}
