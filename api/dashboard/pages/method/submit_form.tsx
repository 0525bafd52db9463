/** The form that submits a task of a method. */
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import type { MethodView } from "../../../schema.ts";
import { ApiProblem } from "../../data/api.ts";
import { useSubmitTask } from "../../data/methods.ts";
import {
  type ArgumentsDraft,
  emptyArguments,
  readArguments,
} from "../../input_form/arguments_draft.ts";
import { ArgumentsInput } from "../../input_form/arguments_input.tsx";
import type { DraftProblem } from "../../input_form/read_draft.ts";
import { argumentsField } from "../../input_form/read_schema.ts";
import { Button } from "../../ui/button.tsx";
import { FormProblem } from "../../ui/form_problem.tsx";
import { toast } from "../../ui/toast.ts";
import { useForm } from "../../ui/use_form.ts";
import { SETTINGS_POINTERS, SettingsInput } from "./settings_input.tsx";
import { NO_SETTINGS, submissionSettings } from "./submission_form.ts";

/** Arguments, settings, and the button; afterwards one is at the task. */
export function SubmitForm({ method }: { readonly method: MethodView }) {
  const field = useMemo(() => argumentsField(method.inputSchema), [
    method.inputSchema,
  ]);
  const [written, setWritten] = useState(() => emptyArguments(field));
  const [settings, setSettings] = useState(NO_SETTINGS);
  const [wrong, setWrong] = useState<readonly DraftProblem[]>([]);
  const [, navigate] = useLocation();
  const submission = useSubmitTask();
  const change = (next: ArgumentsDraft) => {
    setWritten(next);
    setWrong([]);
  };
  const { error } = submission;
  const form = useForm({
    problem: wrong.length > 0 ? wrong : error,
    async submit() {
      const reading = readArguments(field, written);
      setWrong(reading.ok ? [] : reading.problems);
      if (!reading.ok) return;
      const body = {
        method: method.name,
        args: reading.args,
        ...submissionSettings(settings),
      };
      const { id } = await submission.mutateAsync(body);
      toast("The task is submitted");
      navigate(`/tasks/${encodeURIComponent(id)}`);
    },
  });
  return (
    <form {...form}>
      <ArgumentsInput
        field={field}
        written={written}
        onChange={change}
        problems={wrong.length > 0 ? wrong : refusedArguments(error)}
      />
      <SettingsInput
        form={settings}
        method={method}
        problem={error}
        onChange={setSettings}
      />
      {wrong.length === 0 ? null : (
        <p className="field-problem" role="alert">
          Some arguments are not right yet.
        </p>
      )}
      <FormProblem problem={error} pointers={["/args", ...SETTINGS_POINTERS]} />
      <div className="form-actions">
        <Button
          kind="primary"
          type="submit"
          icon="play"
          busy={submission.isPending}
        >
          Submit task
        </Button>
      </div>
    </form>
  );
}

/** What the server has refused of the arguments. */
function refusedArguments(error: unknown): readonly DraftProblem[] {
  if (!(error instanceof ApiProblem)) return [];
  return error.errors.filter(({ pointer }) => /^\/args(\/|$)/.test(pointer));
}
