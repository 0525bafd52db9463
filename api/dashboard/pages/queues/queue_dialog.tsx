/** The form of a queue's limits, of one that is there or of a new one. */
import { type FormEvent, useState } from "react";
import type { QueueView } from "../../../schema.ts";
import { fieldProblem, isAllShown } from "../../data/field_problem.ts";
import { useSetQueue } from "../../data/queues.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextInput } from "../../ui/field.tsx";
import { useFocusOnProblem } from "../../ui/focus_problem.ts";
import { ProblemNote } from "../../ui/problem_note.tsx";
import { SpanInput } from "../../ui/span_input.tsx";
import { toast } from "../../ui/toast.ts";
import { type QueueForm, queueForm, queueSettings } from "./queue_form.ts";

interface QueueDialogProps {
  /** The queue to change; null: a new one. */
  readonly queue: QueueView | null;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** What the server may say something of. */
const POINTERS = [
  "/path",
  "/concurrency",
  "/keyConcurrency",
  "/rateLimit",
  "/weight",
];

/** The dialog; what was typed stays there until it is taken. */
export function QueueDialog({ queue, open, onClose }: QueueDialogProps) {
  const title = queue === null ? "Set up a queue" : `Limits of queue ${queue.name}`;
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      <SettingsForm key={queue?.name ?? ""} queue={queue} onClose={onClose} />
    </Dialog>
  );
}

function SettingsForm({ queue, onClose }: Omit<QueueDialogProps, "open">) {
  const [form, setForm] = useState(() => queueForm(queue));
  const save = useSetQueue();
  const place = useFocusOnProblem(save.error);
  const set = (field: Exclude<keyof QueueForm, "span">) => (value: string) =>
    setForm({ ...form, [field]: value });
  const wrong = (pointer: string) => fieldProblem(save.error, pointer);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const name = form.name.trim();
    await save.mutateAsync({ name, settings: queueSettings(form) });
    toast(`The limits of queue ${name} are set`);
    onClose();
  };
  return (
    <form
      ref={place}
      className="form"
      noValidate
      onSubmit={(event) => submit(event).catch(() => {})}
    >
      {queue === null
        ? (
          <TextInput
            label="Name"
            required
            value={form.name}
            onChange={set("name")}
            problem={wrong("/path")}
          />
        )
        : null}
      <TextInput
        label="Runs at a time"
        hint="Over all nodes. Empty: no limit."
        inputMode="numeric"
        value={form.concurrency}
        onChange={set("concurrency")}
        problem={wrong("/concurrency")}
      />
      <TextInput
        label="Runs at a time of one concurrency key"
        hint="Empty: no limit."
        inputMode="numeric"
        value={form.keyConcurrency}
        onChange={set("keyConcurrency")}
        problem={wrong("/keyConcurrency")}
      />
      <RateLimitFields form={form} onChange={setForm} wrong={wrong} />
      <TextInput
        label="Weight"
        hint="Its share of starts beside other queues: 2 is twice as much as 1."
        inputMode="numeric"
        value={form.weight}
        onChange={set("weight")}
        problem={wrong("/weight")}
      />
      {save.error === null || isAllShown(save.error, POINTERS)
        ? null
        : <ProblemNote problem={save.error} />}
      <footer className="dialog-actions">
        <Button onClick={onClose}>Keep as it is</Button>
        <Button kind="primary" type="submit" busy={save.isPending}>
          Set limits
        </Button>
      </footer>
    </form>
  );
}

interface RateLimitFieldsProps {
  readonly form: QueueForm;
  readonly onChange: (form: QueueForm) => void;
  readonly wrong: (pointer: string) => string | null;
}

function RateLimitFields({ form, onChange, wrong }: RateLimitFieldsProps) {
  return (
    <fieldset className="field-group">
      <legend>Rate limit</legend>
      <div className="field-row">
        <TextInput
          label="Starts"
          hint="Empty: no limit."
          inputMode="numeric"
          value={form.limit}
          onChange={(limit) => onChange({ ...form, limit })}
          problem={wrong("/rateLimit/limit")}
        />
        <SpanInput
          label="In"
          value={form.span}
          onChange={(span) => onChange({ ...form, span })}
          problem={wrong("/rateLimit/perMs")}
        />
      </div>
    </fieldset>
  );
}
