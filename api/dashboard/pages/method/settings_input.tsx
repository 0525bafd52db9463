/** What can be said of a task beside its arguments. */
import type { MethodView } from "../../../schema.ts";
import { fieldProblem } from "../../data/field_problem.ts";
import { Select, TextArea, TextInput } from "../../ui/field.tsx";
import { type SubmissionForm, UNITS } from "./submission_form.ts";

interface SettingsInputProps {
  readonly form: SubmissionForm;
  readonly method: MethodView;
  /** What the server has refused. */
  readonly problem: unknown;
  readonly onChange: (form: SubmissionForm) => void;
}

/** What the server may say something of that stands here. */
export const SETTINGS_POINTERS: readonly string[] = [
  "/queue",
  "/priority",
  "/delayMs",
  "/labels",
  "/id",
];

/** Closed at first: mostly nothing has to be said. Open where something is wrong. */
export function SettingsInput(
  { form, method, problem, onChange }: SettingsInputProps,
) {
  const set = (field: keyof SubmissionForm) => (value: string) =>
    onChange({ ...form, [field]: value });
  const wrong = (pointer: string) => fieldProblem(problem, pointer);
  const isWrong = SETTINGS_POINTERS.some((pointer) => wrong(pointer) !== null);
  return (
    <details className="details" open={isWrong || undefined}>
      <summary>Queue, priority, delay, labels, id</summary>
      <div className="form-grid">
        <TextInput
          label="Queue"
          placeholder={method.queue ?? "default"}
          value={form.queue}
          onChange={set("queue")}
          problem={wrong("/queue")}
        />
        <TextInput
          label="Priority"
          hint="−100 to 100, higher first."
          placeholder="0"
          inputMode="numeric"
          value={form.priority}
          onChange={set("priority")}
          problem={wrong("/priority")}
        />
        <div className="field-row">
          <TextInput
            label="Delay"
            placeholder="none"
            inputMode="decimal"
            value={form.delay}
            onChange={set("delay")}
            problem={wrong("/delayMs")}
          />
          <Select
            label="Unit"
            value={form.unit}
            options={UNITS}
            onChange={(unit) => onChange({ ...form, unit })}
          />
        </div>
        <TextInput
          label="Id"
          hint="Made for you when empty. The same id again gives the same task."
          value={form.id}
          onChange={set("id")}
          problem={wrong("/id")}
        />
        <TextArea
          label="Labels"
          hint={
            <>
              One a line: <code>customer: 42</code>
            </>
          }
          rows={2}
          value={form.labels}
          onChange={set("labels")}
          problem={wrong("/labels")}
        />
      </div>
    </details>
  );
}
