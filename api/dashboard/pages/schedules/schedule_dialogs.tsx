/** What is asked before something is done with a schedule. */
import type { ScheduleAnswer } from "../../../schema.ts";
import { useDeleteSchedule, usePauseSchedule, useTriggerSchedule } from "../../data/schedules.ts";
import { ConfirmDialog } from "../../ui/confirm_dialog.tsx";
import { formatDuration } from "../../ui/format.ts";
import { toast } from "../../ui/toast.ts";

/** What can be done with a schedule at once. */
export type ScheduleAction = "trigger" | "pause" | "delete";

interface ScheduleDialogsProps {
  readonly schedule: ScheduleAnswer | null;
  readonly action: ScheduleAction | null;
  readonly onClose: () => void;
  /** What the server says becomes of the ticks of a pause. */
  readonly onNote: (note: string) => void;
  readonly onDeleted?: () => void;
}

/** The question that `action` needs. */
export function ScheduleDialogs(props: ScheduleDialogsProps) {
  return (
    <>
      <TriggerDialog {...props} />
      <PauseDialog {...props} />
      <DeleteDialog {...props} />
    </>
  );
}

function TriggerDialog({ schedule, action, onClose }: ScheduleDialogsProps) {
  const trigger = useTriggerSchedule();
  const name = schedule?.name ?? "";
  const confirm = async () => {
    const { started } = await trigger.mutateAsync(name);
    toast(started === null ? `${name} was triggered` : `Started ${started.kind} ${started.id}`);
  };
  return (
    <ConfirmDialog
      open={action === "trigger" && schedule !== null}
      title={`Trigger ${name} now?`}
      action="Trigger now"
      kind="primary"
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>It starts {schedule === null ? "" : workText(schedule)} once, besides its ticks.</p>
    </ConfirmDialog>
  );
}

function PauseDialog({ schedule, action, onClose, onNote }: ScheduleDialogsProps) {
  const pause = usePauseSchedule();
  const { name = "", paused = false, catchUpWindowMs = 0 } = schedule ?? {};
  const verb = paused ? "Resume" : "Pause";
  const confirm = async () => {
    const { note } = await pause.mutateAsync({ name, paused: !paused });
    onNote(note);
    toast(`${name} is ${paused ? "active again" : "paused"}`);
  };
  return (
    <ConfirmDialog
      open={action === "pause" && schedule !== null}
      title={`${verb} ${name}?`}
      action={`${verb} schedule`}
      kind="primary"
      onClose={onClose}
      onConfirm={confirm}
    >
      {paused
        ? (
          <p>
            Ticks of the last {formatDuration(catchUpWindowMs)}{" "}
            run as the overlap policy allows; older ones of the pause count as missed.
          </p>
        )
        : <p>No tick fires until it is resumed. What it has started goes on.</p>}
    </ConfirmDialog>
  );
}

function DeleteDialog({ schedule, action, onClose, onDeleted }: ScheduleDialogsProps) {
  const remove = useDeleteSchedule();
  const name = schedule?.name ?? "";
  const confirm = async () => {
    await remove.mutateAsync(name);
    toast(`${name} is deleted`);
    onDeleted?.();
  };
  return (
    <ConfirmDialog
      open={action === "delete" && schedule !== null}
      title={`Delete schedule ${name}?`}
      action="Delete schedule"
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>It fires no more, and what it has fired is forgotten. What it has started goes on.</p>
    </ConfirmDialog>
  );
}

/** What a schedule starts, in a word. */
export function workText({ method, workflow }: ScheduleAnswer): string {
  return workflow === null ? method ?? "" : `workflow ${workflow.name ?? ""}`.trim();
}
