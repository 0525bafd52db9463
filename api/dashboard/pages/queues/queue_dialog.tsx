/** The form of a queue's limits, of one that is there or of a new one. */
import { useState } from "react";
import type { QueueView } from "../../../schema.ts";
import { useSetQueue } from "../../data/queues.ts";
import { bindFields, type FieldBinder } from "../../ui/bind_fields.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextInput } from "../../ui/field.tsx";
import { FormProblem } from "../../ui/form_problem.tsx";
import { SpanInput } from "../../ui/span_input.tsx";
import { toast } from "../../ui/toast.ts";
import { useForm } from "../../ui/use_form.ts";
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
  const { error, isPending, mutateAsync: save } = useSetQueue();
  const properties = useForm({
    problem: error,
    async submit() {
      const name = form.name.trim();
      await save({ name, settings: queueSettings(form) });
      toast(`The limits of queue ${name} are set`);
      onClose();
    },
  });
  const field = bindFields({ form, problem: error, onChange: setForm });
  return (
    <form {...properties}>
      {queue === null ? <TextInput label="Name" required {...field("name", "/path")} /> : null}
      <TextInput
        label="Runs at a time"
        hint="Over all nodes. Empty: no limit."
        inputMode="numeric"
        {...field("concurrency")}
      />
      <TextInput
        label="Runs at a time of one concurrency key"
        hint="Empty: no limit."
        inputMode="numeric"
        {...field("keyConcurrency")}
      />
      <RateLimitFields field={field} />
      <TextInput
        label="Weight"
        hint="Its share of starts beside other queues: 2 is twice as much as 1."
        inputMode="numeric"
        {...field("weight")}
      />
      <FormProblem problem={error} pointers={POINTERS} />
      <footer className="dialog-actions">
        <Button onClick={onClose}>Keep as it is</Button>
        <Button kind="primary" type="submit" busy={isPending}>Set limits</Button>
      </footer>
    </form>
  );
}

function RateLimitFields({ field }: { readonly field: FieldBinder<QueueForm> }) {
  return (
    <fieldset className="field-group">
      <legend>Rate limit</legend>
      <div className="field-row">
        <TextInput
          label="Starts"
          hint="Empty: no limit."
          inputMode="numeric"
          {...field("limit", "/rateLimit/limit")}
        />
        <SpanInput label="In" {...field("span", "/rateLimit/perMs")} />
      </div>
    </fieldset>
  );
}
