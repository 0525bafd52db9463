/** The queues: what waits and runs in each, its limits, and the switch that stops it. */
import { useMemo, useState } from "react";
import type { QueueView } from "../../../schema.ts";
import { useQueues } from "../../data/queues.ts";
import { useAllowed } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { DataTable } from "../../ui/data_table.tsx";
import { EmptyState } from "../../ui/empty_state.tsx";
import { PageHeader } from "../../ui/page_header.tsx";
import { PauseDialog } from "./pause_dialog.tsx";
import { queueColumns } from "./queue_columns.tsx";
import { QueueDialog } from "./queue_dialog.tsx";

/** Whose limits are in a form: a queue's, a new one's, nobody's. */
type Edited = QueueView | "new" | null;

/** The page at `/queues`. */
export function QueuesPage() {
  const queues = useQueues();
  const allowed = useAllowed("admin");
  const [asked, setAsked] = useState<QueueView | null>(null);
  const [edited, setEdited] = useState<Edited>(null);
  const columns = useMemo(
    () => queueColumns(allowed ? { onPause: setAsked, onEdit: setEdited } : null),
    [allowed],
  );
  return (
    <>
      <PageHeader
        title="Queues"
        actions={allowed
          ? (
            <Button icon="plus" onClick={() => setEdited("new")}>
              Set up a queue
            </Button>
          )
          : undefined}
      />
      <DataTable
        caption="Queues"
        columns={columns}
        rows={queues.data}
        rowKey={({ name }) => name}
        rowLink={({ name }) => `/tasks?queue=${encodeURIComponent(name)}`}
        problem={queues.error}
        onRetry={() => queues.refetch()}
        empty={
          <EmptyState title="No queue yet.">
            A queue is there as soon as a task names it, and when its limits are set.
          </EmptyState>
        }
      />
      <PauseDialog queue={asked} onClose={() => setAsked(null)} />
      <QueueDialog
        queue={edited === "new" ? null : edited}
        open={edited !== null}
        onClose={() => setEdited(null)}
      />
    </>
  );
}
