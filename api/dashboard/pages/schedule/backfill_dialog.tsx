/** Fires ticks of the past that have not fired. */
import { type FormEvent, useState } from "react";
import { fieldProblem, isAllShown } from "../../data/field_problem.ts";
import { useBackfill } from "../../data/schedules.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextInput } from "../../ui/field.tsx";
import { formatCount } from "../../ui/format.ts";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { instantOf, localInput, userZone } from "./zone_time.ts";

interface BackfillDialogProps {
  readonly name: string;
  readonly open: boolean;
  readonly onClose: () => void;
}

const DAY_MS = 86_400_000;

/** Asks for the range, then says how many ticks were in it and how many started work. */
export function BackfillDialog({ name, open, onClose }: BackfillDialogProps) {
  return (
    <Dialog title={`Backfill ${name}`} open={open} onClose={onClose}>
      <RangeForm name={name} onClose={onClose} />
    </Dialog>
  );
}

function RangeForm({ name, onClose }: Omit<BackfillDialogProps, "open">) {
  const [from, setFrom] = useState(() => localInput(Date.now() - DAY_MS));
  const [until, setUntil] = useState(() => localInput(Date.now()));
  const backfill = useBackfill();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    backfill.mutate({ name, from: instantOf(from) ?? from, until: instantOf(until) ?? until });
  };
  const { data, error, isPending } = backfill;
  return (
    <form className="form" noValidate onSubmit={submit}>
      <p>
        Ticks of this range that have not fired start their work now, as the overlap policy allows.
        Times are of {userZone()}.
      </p>
      <div className="form-grid">
        <TextInput
          label="From"
          type="datetime-local"
          value={from}
          onChange={setFrom}
          problem={fieldProblem(error, "/from")}
        />
        <TextInput
          label="Until"
          type="datetime-local"
          value={until}
          onChange={setUntil}
          problem={fieldProblem(error, "/until")}
        />
      </div>
      <FormProblem problem={error} pointers={["/from", "/until"]} />
      <p role="status">
        {data === undefined
          ? ""
          : `${formatCount(data.matched, "tick")} in that time, ${
            formatCount(data.changed, "of them", "of them")
          } started work.`}
      </p>
      <footer className="dialog-actions">
        <Button onClick={onClose}>Close</Button>
        <Button kind="primary" type="submit" busy={isPending}>Backfill</Button>
      </footer>
    </form>
  );
}
