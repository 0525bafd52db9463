/** The form of a schedule, of one that is there or of a new one. */
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import type { ScheduleAnswer } from "../../../schema.ts";
import { ApiProblem } from "../../data/api.ts";
import { useMethods } from "../../data/methods.ts";
import { useSetSchedule } from "../../data/schedules.ts";
import { emptyArguments, givenArguments, readArguments } from "../../input_form/arguments_draft.ts";
import type { DraftProblem } from "../../input_form/read_draft.ts";
import { argumentsField } from "../../input_form/read_schema.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormProblem } from "../../ui/form_problem.tsx";
import { toast } from "../../ui/toast.ts";
import { useForm } from "../../ui/use_form.ts";
import { scheduleBody, type ScheduleForm, scheduleForm } from "./schedule_form.ts";
import { TargetInput } from "./target_input.tsx";
import { TIMING_POINTERS, TimingInput } from "./timing_input.tsx";
import { userZone } from "./zone_time.ts";

interface ScheduleEditorProps {
  /** Null: a new one. */
  readonly schedule: ScheduleAnswer | null;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The dialog; what was typed stays there until it is taken. */
export function ScheduleEditor({ schedule, open, onClose }: ScheduleEditorProps) {
  const title = schedule === null ? "New schedule" : `Edit ${schedule.name}`;
  return (
    <Dialog title={title} open={open} onClose={onClose} wide>
      <EditorForm schedule={schedule} onClose={onClose} />
    </Dialog>
  );
}

function EditorForm({ schedule: latest, onClose }: Omit<ScheduleEditorProps, "open">) {
  // As it was when the form was opened: a tick that fires meanwhile must not undo what was typed.
  const [schedule] = useState(latest);
  const [form, setForm] = useState(() => scheduleForm(schedule, userZone()));
  const [wrong, setWrong] = useState<readonly DraftProblem[]>([]);
  const save = useSetSchedule();
  const [, navigate] = useLocation();
  const { field, written, setWritten } = useMethodArguments(schedule, form.method);
  const change = (next: ScheduleForm) => {
    setForm(next);
    setWrong([]);
  };
  const { error } = save;
  const properties = useForm({
    problem: wrong.length > 0 ? wrong : error,
    async submit() {
      const reading = form.starts === "workflow"
        ? { ok: true, args: [] } as const
        : readArguments(field, written);
      if (!reading.ok) return setWrong(reading.problems);
      const made = scheduleBody(form, reading.args);
      if (!made.ok) return setWrong([{ pointer: `/${made.field}`, message: made.problem }]);
      setWrong([]);
      const name = form.name.trim();
      await save.mutateAsync({ name, body: made.body });
      toast(`Schedule ${name} is set`);
      onClose();
      if (schedule === null) navigate(`/schedules/${encodeURIComponent(name)}`);
    },
  });
  const refused = wrong.length > 0 ? wrong : error instanceof ApiProblem ? error.errors : [];
  return (
    <form {...properties}>
      <TimingInput
        form={form}
        isNew={schedule === null}
        problem={error}
        onChange={change}
      />
      <TargetInput
        form={form}
        onChange={change}
        field={field}
        written={written}
        onArguments={setWritten}
        problems={refused}
      />
      <FormProblem
        problem={error}
        pointers={[...TIMING_POINTERS, "/method", "/args", "/workflow"]}
      />
      <footer className="dialog-actions">
        <Button onClick={onClose}>Keep as it is</Button>
        <Button kind="primary" type="submit" busy={save.isPending}>Set schedule</Button>
      </footer>
    </form>
  );
}

/** The arguments of the chosen method; another method has others. */
function useMethodArguments(schedule: ScheduleAnswer | null, method: string) {
  const methods = useMethods();
  const schema =
    methods.data?.find(({ name, aliases }) => name === method || aliases.includes(method))
      ?.inputSchema ?? null;
  const field = useMemo(() => argumentsField(schema), [schema]);
  const untouched = useMemo(
    () =>
      schedule !== null && schedule.method === method && schedule.args !== null
        ? givenArguments(field, schedule.args)
        : emptyArguments(field),
    [schedule, method, field],
  );
  const [touched, setTouched] = useState<
    { readonly of: typeof untouched; readonly written: typeof untouched } | null
  >(null);
  return {
    field,
    written: touched?.of === untouched ? touched.written : untouched,
    setWritten: (written: typeof untouched) => setTouched({ of: untouched, written }),
  };
}
