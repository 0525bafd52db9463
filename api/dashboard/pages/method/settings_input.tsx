/** What can be said of a task beside its arguments. */
import type { MethodView } from "../../../schema.ts";
import { fieldProblem } from "../../data/field_problem.ts";
import { bindFields } from "../../ui/bind_fields.ts";
import { TextArea, TextInput } from "../../ui/field.tsx";
import { SpanInput } from "../../ui/span_input.tsx";
import type { SubmissionForm } from "./submission_form.ts";

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
  const isWrong = SETTINGS_POINTERS.some((pointer) => fieldProblem(problem, pointer) !== null);
  const field = bindFields({ form, problem, onChange });
  return (
    <details className="details" open={isWrong || undefined}>
      <summary>Queue, priority, delay, labels, id</summary>
      <div className="form-grid">
        <TextInput label="Queue" placeholder={method.queue ?? "default"} {...field("queue")} />
        <TextInput
          label="Priority"
          hint="−100 to 100, higher first."
          placeholder="0"
          inputMode="numeric"
          {...field("priority")}
        />
        <SpanInput label="Delay" placeholder="none" {...field("delay", "/delayMs")} />
        <TextInput
          label="Id"
          hint="Made for you when empty. The same id again gives the same task."
          {...field("id")}
        />
        <TextArea
          label="Labels"
          hint={
            <>
              One a line: <code>customer: 42</code>
            </>
          }
          rows={2}
          {...field("labels")}
        />
      </div>
    </details>
  );
}
