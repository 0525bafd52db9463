/** What can be done with a task, as its state and the user's rights allow. */
import { useState } from "react";
import { useLocation } from "wouter";
import type { TaskView } from "../../../schema.ts";
import { problemText } from "../../data/api.ts";
import { useCancelTask, useDeleteTask, useRetryTask } from "../../data/task.ts";
import { useAllowed, useSession } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm_dialog.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { toast } from "../../ui/toast.ts";
import { curlText } from "./curl_text.ts";
import { RetryDialog } from "./retry_dialog.tsx";
import { hasEnded } from "./task_links.ts";

/** What is being asked. */
type Question = "cancel" | "delete" | "edit" | null;

/** The buttons, and the questions that they ask. */
export function TaskActions({ task }: { readonly task: TaskView }) {
  const { token } = useSession();
  const allowed = useAllowed("tasks:write");
  const [asked, setAsked] = useState<Question>(null);
  const retry = useRetryTask(task.id);
  const ended = hasEnded(task);
  const retryable = task.status === "failed" || task.status === "cancelled";
  const runAgain = () =>
    retry.mutateAsync(null).then(
      () => toast("The task will run again"),
      (error) => toast(problemText(error), "problem"),
    );
  const copyCurl = () =>
    navigator.clipboard.writeText(
      curlText(task, { origin: location.origin, open: token === null }),
    )
      .then(
        () => toast("Copied: a command that submits the same task"),
        () => toast("The browser does not let this page copy.", "problem"),
      );
  const close = () => setAsked(null);
  return (
    <>
      {allowed && !ended
        ? (
          <Button
            icon="cancelled"
            disabled={task.cancelRequestedAt !== null}
            onClick={() => setAsked("cancel")}
          >
            {task.cancelRequestedAt === null ? "Cancel task" : "Told to stop"}
          </Button>
        )
        : null}
      {allowed && retryable
        ? (
          <>
            <Button
              kind="primary"
              icon="retry"
              busy={retry.isPending}
              onClick={runAgain}
            >
              Retry
            </Button>
            <Button onClick={() => setAsked("edit")}>
              Retry with edited input …
            </Button>
          </>
        )
        : null}
      <Menu label="More">
        <MenuItem onClick={copyCurl}>Copy as curl</MenuItem>
        {allowed && ended
          ? (
            <MenuItem danger onClick={() => setAsked("delete")}>
              Delete task …
            </MenuItem>
          )
          : null}
      </Menu>
      <CancelQuestion task={task} open={asked === "cancel"} onClose={close} />
      <DeleteQuestion task={task} open={asked === "delete"} onClose={close} />
      <RetryDialog task={task} open={asked === "edit"} onClose={close} />
    </>
  );
}

interface QuestionProps {
  readonly task: TaskView;
  readonly open: boolean;
  readonly onClose: () => void;
}

function CancelQuestion({ task, open, onClose }: QuestionProps) {
  const cancel = useCancelTask(task.id);
  const confirm = async () => {
    const { status } = await cancel.mutateAsync();
    toast(
      status === "cancelled" ? "The task is cancelled" : "Its code is told to stop",
    );
  };
  return (
    <ConfirmDialog
      open={open}
      title={`Cancel ${task.method}?`}
      action="Cancel task"
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>
        {task.status === "running"
          ? "Its code is told to stop, and is cut off where it does not. What it did outside stays."
          : "It will not start."} Tasks that need it to succeed are skipped.
      </p>
    </ConfirmDialog>
  );
}

function DeleteQuestion({ task, open, onClose }: QuestionProps) {
  const remove = useDeleteTask(task.id);
  const [, navigate] = useLocation();
  const confirm = async () => {
    await remove.mutateAsync();
    toast("The task is deleted");
    navigate("/tasks");
  };
  return (
    <ConfirmDialog
      open={open}
      title={`Delete ${task.method}?`}
      action="Delete task"
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>
        Its input, result, attempts and log are removed for good: <code>{task.id}</code>.
      </p>
    </ConfirmDialog>
  );
}
