/** One field of a form that was made of a schema, whatever its kind. */
import { Button } from "../ui/button.tsx";
import { BranchInput } from "./branch_input.tsx";
import { type Draft, draftOf, emptyDraft } from "./draft.ts";
import type { FieldInputProps } from "./field_props.ts";
import type { InputField } from "./input_field.ts";
import { LeafInput } from "./leaf_input.tsx";

/** A field, with the switches that leave it out or make it null where it may be. */
export function FieldInput(props: FieldInputProps) {
  const { field, draft, onChange, pointer, problemAt } = props;
  if (draft.state !== "value") {
    const problem = problemAt(pointer);
    return (
      <div className="field-absent">
        <span>
          <strong>{field.label}</strong> <span className="muted">{absentText(props)}</span>
        </span>
        <Button icon="plus" onClick={() => onChange(begun(field))}>Give {field.label}</Button>
        {field.description === null ? null : <p className="field-hint">{field.description}</p>}
        {problem === null ? null : <p className="field-problem">{problem}</p>}
      </div>
    );
  }
  return (
    <div className="field-given">
      <Control {...props} />
      <Switches {...props} />
    </div>
  );
}

function Control(props: FieldInputProps) {
  const { field } = props;
  switch (field.kind) {
    case "list":
    case "map":
    case "group":
    case "variant":
      return <BranchInput {...props} field={field} Inner={FieldInput} />;
    default:
      return <LeafInput {...props} field={field} />;
  }
}

function Switches({ field, draft, onChange }: FieldInputProps) {
  const { label, optional, nullable } = field;
  if (!optional && !nullable) return null;
  const to = (state: Draft["state"]) => () => onChange({ ...draft, state });
  const whose = <span className="visually-hidden">{label}</span>;
  return (
    <span className="field-switches">
      {optional ? <Button kind="quiet" onClick={to("absent")}>Leave out {whose}</Button> : null}
      {nullable ? <Button kind="quiet" onClick={to("null")}>Make null {whose}</Button> : null}
    </span>
  );
}

function absentText({ field: { standard }, draft: { state } }: FieldInputProps): string {
  if (state === "null") return "is null";
  return standard === undefined
    ? "is left out"
    : `is left out: ${JSON.stringify(standard)} is taken`;
}

/** What a field begins with once it is given. */
function begun(field: InputField): Draft {
  const draft = field.standard === undefined ? emptyDraft(field) : draftOf(field, field.standard);
  return { ...draft, state: "value" };
}
