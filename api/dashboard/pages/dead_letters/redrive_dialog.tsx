/** Asks about a change of dead letters; what runs again can be given new input. */
import { useState } from "react";
import { ChangeDialog, type ProposedChange } from "../tasks/change_dialog.tsx";
import { InputChoice } from "./input_choice.tsx";
import { inputText, readNewInput } from "./new_input.ts";

interface RedriveDialogProps {
  readonly proposed: ProposedChange | null;
  /** What new input starts from: the arguments of one of them. */
  readonly args: unknown;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** The question. */
export function RedriveDialog({ proposed, args, onClose, onDone }: RedriveDialogProps) {
  const [text, setText] = useState<string | null>(null);
  const input = text === null ? null : readNewInput(text);
  const redrives = proposed?.name === "redrive";
  const close = () => {
    setText(null);
    onClose();
  };
  return (
    <ChangeDialog
      change={proposed}
      args={!redrives || input === null ? undefined : input.ok ? input.args : null}
      onClose={close}
      onDone={onDone}
    >
      {redrives
        ? <InputChoice text={text} initial={inputText(args)} onChange={setText} />
        : undefined}
    </ChangeDialog>
  );
}
