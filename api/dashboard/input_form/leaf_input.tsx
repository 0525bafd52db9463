/** Inputs of single values. */
import { Select, Switch, TextArea, TextInput } from "../ui/field.tsx";
import type { FieldInputProps, LeafField } from "./field_props.ts";
import type { ChoiceField, FlagField, TextField } from "./input_field.ts";

/** The input of one value. */
export function LeafInput(props: FieldInputProps<LeafField>) {
  const { field, draft, onChange, pointer, problemAt } = props;
  const text = {
    label: field.label,
    hint: field.description ?? undefined,
    problem: problemAt(pointer),
    value: draft.text,
    onChange: (typed: string) => onChange({ ...draft, text: typed }),
  };
  switch (field.kind) {
    case "text":
      return isOneLine(field)
        ? <TextInput {...text} hint={text.hint ?? field.format ?? undefined} />
        : <TextArea {...text} rows={1} />;
    case "number":
      return <TextInput {...text} inputMode="decimal" />;
    case "bytes":
      return <TextArea {...text} hint={text.hint ?? "Base64"} rows={2} />;
    case "json":
      return <TextArea {...text} hint={text.hint ?? "JSON"} rows={3} />;
    case "flag":
      return <FlagInput {...props} field={field} />;
    case "choice":
      return <ChoiceInput {...props} field={field} />;
  }
}

/** Lines are for what may have several. */
function isOneLine({ format, pattern, maxLength }: TextField): boolean {
  return format !== null || pattern !== null || (maxLength !== null && maxLength <= 200);
}

function FlagInput({ field, draft, onChange, pointer, problemAt }: FieldInputProps<FlagField>) {
  const problem = problemAt(pointer);
  return (
    <div className="field">
      <Switch
        label={field.label}
        checked={draft.choice === 1}
        onChange={(on) => onChange({ ...draft, choice: on ? 1 : 0 })}
      />
      {field.description === null ? null : <p className="field-hint">{field.description}</p>}
      {problem === null ? null : <p className="field-problem">{problem}</p>}
    </div>
  );
}

function ChoiceInput({ field, draft, onChange, pointer, problemAt }: FieldInputProps<ChoiceField>) {
  return (
    <Select
      label={field.label}
      hint={field.description ?? undefined}
      problem={problemAt(pointer)}
      value={String(draft.choice)}
      options={choiceOptions(field)}
      onChange={(choice) => onChange({ ...draft, choice: Number(choice) })}
    />
  );
}

function choiceOptions({ options }: ChoiceField) {
  const known = options.map((option, index) => ({
    value: String(index),
    label: typeof option === "string" ? option : JSON.stringify(option),
  }));
  return options.length === 1 ? known : [{ value: "-1", label: "Choose …" }, ...known];
}
