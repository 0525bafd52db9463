/** Asks before a queue is stopped or started. */
import type { QueueView } from "../../../schema.ts";
import { usePauseQueue } from "../../data/queues.ts";
import { ConfirmDialog } from "../../ui/confirm_dialog.tsx";
import { formatCount } from "../../ui/format.ts";
import { toast } from "../../ui/toast.ts";

interface PauseDialogProps {
  /** The queue in question; null while there is none. */
  readonly queue: QueueView | null;
  readonly onClose: () => void;
}

/** The question, with what it means for the tasks in the queue. */
export function PauseDialog({ queue, onClose }: PauseDialogProps) {
  const pause = usePauseQueue();
  const { name = "", paused = false, counts = {} } = queue ?? {};
  const [pending, running] = [counts.pending ?? 0, counts.running ?? 0];
  const confirm = async () => {
    await pause.mutateAsync({ name, paused: !paused });
    toast(`Queue ${name} is ${paused ? "open again" : "paused"}`);
  };
  return (
    <ConfirmDialog
      open={queue !== null}
      title={`${paused ? "Resume" : "Pause"} queue ${name}?`}
      action={`${paused ? "Resume" : "Pause"} queue`}
      kind="primary"
      onClose={onClose}
      onConfirm={confirm}
    >
      {paused ? <p>{formatCount(pending, "task")} can start again.</p> : (
        <p>
          No further task of it starts: {formatCount(pending, "task")} would wait.{" "}
          {running === 0 ? "None is running." : `${formatCount(running, "task")} that run go on.`}
        </p>
      )}
    </ConfirmDialog>
  );
}
