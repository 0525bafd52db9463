/** Asks before something is done that others feel: names what, and how many. */
import { type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem_note.tsx";

interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen, to what and to how many. */
  readonly children: ReactNode;
  /** The verb on the button, as in `Cancel 12 tasks`. */
  readonly action: string;
  readonly kind?: "primary" | "danger";
  /** False while it is not known yet what would happen, or nothing would. */
  readonly ready?: boolean;
  /** For forms with much in them. */
  readonly wide?: boolean;
  readonly open: boolean;
  readonly onClose: () => void;
  /** Does it; the dialog closes when it resolves, and shows what it rejects with. */
  readonly onConfirm: () => Promise<unknown>;
}

/** A question with two answers. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, action, kind = "danger", ready = true, wide = false } = props;
  const { open, onClose, onConfirm } = props;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const close = () => {
    setProblem(null);
    onClose();
  };
  const confirm = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} open={open} wide={wide} onClose={close}>
      <div className="dialog-text">{children}</div>
      {problem === null ? null : <ProblemNote problem={problem} />}
      <footer className="dialog-actions">
        <Button onClick={close}>Keep as it is</Button>
        <Button kind={kind} busy={busy} disabled={!ready} onClick={confirm}>{action}</Button>
      </footer>
    </Dialog>
  );
}
