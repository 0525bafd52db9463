/** Fires ticks of the past that have not fired: says first how many they are. */
import { useState } from "react";
import { type TickRange, useBackfill, useBackfillPreview } from "../../data/schedules.ts";
import { bindFields } from "../../ui/bind_fields.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextInput } from "../../ui/field.tsx";
import { formatCount } from "../../ui/format.ts";
import { FormProblem } from "../../ui/form_problem.tsx";
import { useForm } from "../../ui/use_form.ts";
import { useSettled } from "../../ui/use_settled.ts";
import { backfillText, previewText } from "./backfill_text.ts";
import { instantOf, localInput, userZone } from "./zone_time.ts";

interface BackfillDialogProps {
  readonly name: string;
  readonly open: boolean;
  readonly onClose: () => void;
}

const DAY_MS = 86_400_000;

/** Asks for the range, says what would be started, then what was. */
export function BackfillDialog({ name, open, onClose }: BackfillDialogProps) {
  return (
    <Dialog title={`Backfill ${name}`} open={open} onClose={onClose}>
      <RangeForm name={name} onClose={onClose} />
    </Dialog>
  );
}

function RangeForm({ name, onClose }: Omit<BackfillDialogProps, "open">) {
  const [form, setForm] = useState(lastDay);
  const asked = useSettled(form);
  const preview = useBackfillPreview(name, instantsOf(asked));
  const backfill = useBackfill(name);
  const problem = backfill.error ?? preview.error;
  const properties = useForm({
    // What a preview finds is said without taking the focus from where somebody types.
    problem: backfill.error,
    submit: async () => void await backfill.mutateAsync(instantsOf(asked)),
  });
  const field = bindFields({
    form,
    problem,
    onChange(next) {
      setForm(next);
      backfill.reset();
    },
  });
  // Of the range that stands there, and of no one before.
  const known = asked === form && !preview.isFetching ? preview.data : undefined;
  const count = known?.unfired?.count ?? 0;
  return (
    <form {...properties}>
      <p>
        Ticks of this range that have not fired start their work now, as if overlaps were allowed.
        Times are of {userZone()}.
      </p>
      <div className="form-grid">
        <TextInput label="From" type="datetime-local" {...field("from")} />
        <TextInput label="Until" type="datetime-local" {...field("until")} />
      </div>
      <FormProblem problem={problem} pointers={["/from", "/until"]} />
      <p role="status">
        {backfill.data !== undefined
          ? backfillText(backfill.data)
          : known !== undefined
          ? previewText(known, userZone())
          : problem === null
          ? "Counting the ticks…"
          : null}
      </p>
      <footer className="dialog-actions">
        <Button onClick={onClose}>Close</Button>
        <Button kind="primary" type="submit" busy={backfill.isPending} disabled={count === 0}>
          {count === 0 ? "Backfill" : `Backfill ${formatCount(count, "tick")}`}
        </Button>
      </footer>
    </form>
  );
}

function lastDay(): TickRange {
  const now = Date.now();
  return { from: localInput(now - DAY_MS), until: localInput(now) };
}

/** As the server takes it; what is no time goes as it is, and the server says what is wrong. */
function instantsOf({ from, until }: TickRange): TickRange {
  return { from: instantOf(from) ?? from, until: instantOf(until) ?? until };
}
