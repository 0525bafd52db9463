/** What can be done to a whole workflow, each asked about first with how many it is about. */
import { useState } from "react";
import { useWorkflowAction } from "../../data/workflows.ts";
import { useAllowed } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm_dialog.tsx";
import { formatCount } from "../../ui/format.ts";
import type { StatusCounts } from "../../ui/progress_bar.tsx";
import { toast } from "../../ui/toast.ts";

interface WorkflowActionsProps {
  readonly id: string;
  readonly counts: StatusCounts;
}

/** The buttons; those that would change nothing are not there. */
export function WorkflowActions({ id, counts }: WorkflowActionsProps) {
  const allowed = useAllowed("tasks:write");
  const [asked, setAsked] = useState<"cancel" | "retry" | null>(null);
  const { failed = 0, cancelled = 0, skipped = 0, running = 0 } = counts;
  const waiting = (counts.blocked ?? 0) + (counts.scheduled ?? 0) + (counts.pending ?? 0);
  const action = useWorkflowAction(id);
  const close = () => setAsked(null);
  if (!allowed) return null;
  return (
    <>
      {failed + cancelled === 0
        ? null
        : <Button icon="retry" onClick={() => setAsked("retry")}>Retry</Button>}
      {waiting + running === 0
        ? null
        : <Button icon="cancelled" onClick={() => setAsked("cancel")}>Cancel</Button>}
      <ConfirmDialog
        open={asked === "cancel"}
        title="Cancel this workflow?"
        action={`Cancel ${formatCount(waiting + running, "task")}`}
        onClose={close}
        onConfirm={async () => {
          await action.mutateAsync("cancel");
          toast("The workflow is being cancelled");
        }}
      >
        <p>
          {formatCount(waiting, "task")} that wait will not run.{" "}
          {running === 0 ? "None is running." : `The code of ${running} that run is told to stop.`}
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        open={asked === "retry"}
        title="Retry this workflow?"
        action={`Retry ${formatCount(failed + cancelled, "task")}`}
        kind="primary"
        onClose={close}
        onConfirm={async () => {
          await action.mutateAsync("retry");
          toast("The workflow goes on");
        }}
      >
        <p>
          {formatCount(failed, "failed task")} and {cancelled} cancelled run again. {skipped === 0
            ? ""
            : `Of ${
              formatCount(skipped, "skipped task")
            } those come back that were skipped for them.`} What has completed is not run again.
        </p>
      </ConfirmDialog>
    </>
  );
}
