/** What a schedule starts: a task of a method, or a workflow. */
import { useMethods } from "../../data/methods.ts";
import type { ArgumentsDraft } from "../../input_form/arguments_draft.ts";
import { ArgumentsInput } from "../../input_form/arguments_input.tsx";
import type { ListField } from "../../input_form/input_field.ts";
import type { DraftProblem } from "../../input_form/read_draft.ts";
import { Select, TextArea } from "../../ui/field.tsx";
import { SuggestionInput } from "../../ui/suggestion_input.tsx";
import type { ScheduleForm } from "./schedule_form.ts";

interface TargetInputProps {
  readonly form: ScheduleForm;
  readonly onChange: (form: ScheduleForm) => void;
  /** The form of the method's arguments; null where there is none. */
  readonly field: ListField | null;
  readonly written: ArgumentsDraft;
  readonly onArguments: (written: ArgumentsDraft) => void;
  readonly problems: readonly DraftProblem[];
}

const STARTS = [
  { value: "method", label: "a task of a method" },
  { value: "workflow", label: "a workflow" },
] as const;

/** The choice, and what it needs. */
export function TargetInput(props: TargetInputProps) {
  const { form, onChange, field, written, onArguments, problems } = props;
  const methods = useMethods();
  const wrong = (pointer: string) => messagesAt(problems, pointer);
  return (
    <fieldset className="field-group">
      <legend>It starts</legend>
      <Select
        label="Kind of work"
        value={form.starts}
        options={STARTS}
        onChange={(starts) => onChange({ ...form, starts })}
      />
      {form.starts === "workflow"
        ? (
          <TextArea
            label="Workflow as JSON"
            hint="What POST /api/workflows takes, without ids."
            rows={8}
            value={form.workflow}
            onChange={(workflow) => onChange({ ...form, workflow })}
            problem={wrong("/workflow")}
          />
        )
        : (
          <>
            <SuggestionInput
              label="Method"
              suggestions={methods.data?.map(({ name }) => name) ?? []}
              value={form.method}
              onChange={(method) => onChange({ ...form, method })}
              problem={wrong("/method")}
            />
            <ArgumentsInput
              field={field}
              written={written}
              onChange={onArguments}
              problems={problems.filter(({ pointer }) => /^\/args(\/|$)/.test(pointer))}
            />
            <TextArea
              label="Further settings as JSON"
              hint="Queue, priority, delayMs, labels, retry: what a submission can have."
              rows={2}
              value={form.settings}
              onChange={(settings) => onChange({ ...form, settings })}
              problem={wrong("/settings")}
            />
          </>
        )}
    </fieldset>
  );
}

/** What is wrong at `pointer` and below it, with the way there. */
function messagesAt(problems: readonly DraftProblem[], pointer: string): string | null {
  const lines = problems
    .filter((problem) => problem.pointer === pointer || problem.pointer.startsWith(`${pointer}/`))
    .map(({ pointer: at, message }) =>
      at === pointer ? message : `${at.slice(pointer.length + 1)}: ${message}`
    );
  return lines.length === 0 ? null : lines.join("; ");
}
