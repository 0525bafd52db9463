/** Asks how many tasks a change would be for, says so, and makes it when that is what is wanted. */
import type { ReactNode } from "react";
import type { ChangeName } from "../../data/change_name.ts";
import { type TaskSelection, useChangeCount, useChangeMany } from "../../data/task_changes.ts";
import { ConfirmDialog } from "../../ui/confirm_dialog.tsx";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { formatCount } from "../../ui/format.ts";
import { toast } from "../../ui/toast.ts";
import { actionText, CHANGE_WORDS, doneText, questionText } from "./change_words.ts";

/** A change that somebody thinks of making. */
export interface ProposedChange {
  readonly name: ChangeName;
  readonly selections: readonly TaskSelection[];
  /** How many tasks are chosen; null: all that match the filter. */
  readonly chosen: number | null;
}

interface ChangeDialogProps {
  /** Null while there is none. */
  readonly change: ProposedChange | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
  /** New input for all of them; undefined: each keeps its own. Null: what was typed is no input. */
  readonly args?: readonly unknown[] | null | undefined;
  readonly children?: ReactNode;
}

/** The question. */
export function ChangeDialog(
  { change, onClose, onDone, args, children }: ChangeDialogProps,
) {
  const count = useChangeCount(
    change === null ? null : { name: change.name, selections: change.selections },
  );
  const make = useChangeMany();
  const { name, chosen, selections } = change ??
    { name: "cancel", chosen: null, selections: [] };
  const { verb, what, kind } = CHANGE_WORDS[name];
  const known = change === null ? undefined : count.data;
  const confirm = async () => {
    const more = args === undefined || args === null ? {} : { args };
    toast(
      doneText(name, await make.mutateAsync({ name, selections, ...more })),
    );
    onDone();
  };
  return (
    <ConfirmDialog
      open={change !== null}
      title={titleText(verb, chosen)}
      action={actionText(name, known)}
      kind={kind}
      wide={children !== undefined}
      ready={known !== undefined && known.matched > 0 && args !== null}
      onClose={onClose}
      onConfirm={confirm}
    >
      {count.error === null ? null : (
        <ProblemNote
          problem={count.error}
          onRetry={() => void count.refetch()}
        />
      )}
      <p role="status">
        {known === undefined
          ? count.error === null ? "Counting how many that are…" : null
          : questionText(name, known, chosen)}
      </p>
      {known?.more === true
        ? (
          <p className="muted">
            The first {formatCount(known.matched, "task")}{" "}
            are changed now; do it again for the rest.
          </p>
        )
        : null}
      <p className="muted">{what}</p>
      {children}
    </ConfirmDialog>
  );
}

function titleText(verb: string, chosen: number | null): string {
  if (chosen === null) return `${verb} all that match?`;
  return chosen === 1 ? `${verb} the chosen task?` : `${verb} the chosen tasks?`;
}
