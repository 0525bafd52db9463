/** Where arguments are written: a form of the method's schema, and JSON in any case. */
import { TextArea } from "../ui/field.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { type ArgumentsDraft, inMode } from "./arguments_draft.ts";
import { ListItems } from "./branch_input.tsx";
import { FieldInput } from "./field_input.tsx";
import type { ListField } from "./input_field.ts";
import type { DraftProblem } from "./read_draft.ts";

interface ArgumentsInputProps {
  /** Null where no form can be made. */
  readonly field: ListField | null;
  readonly written: ArgumentsDraft;
  readonly onChange: (written: ArgumentsDraft) => void;
  /** What is wrong with them, as far as it is known. */
  readonly problems: readonly DraftProblem[];
}

const EXAMPLES = {
  list: '["a", 1]',
  integer: '{"$int64": "…"}',
  bytes: '{"$bytes": "base64"}',
} as const;

/** The two ways to write them; JSON alone where there is no form. */
export function ArgumentsInput(props: ArgumentsInputProps) {
  const { field, written, onChange } = props;
  if (field === null) return <JsonInput {...props} />;
  return (
    <Tabs
      label="How to write the arguments"
      selected={written.mode}
      onSelect={(mode) => onChange(inMode(field, written, mode === "json" ? "json" : "form"))}
      tabs={[
        { id: "form", label: "Form", content: <FormInput {...props} field={field} /> },
        { id: "json", label: "JSON", content: <JsonInput {...props} /> },
      ]}
    />
  );
}

function FormInput(props: ArgumentsInputProps & { readonly field: ListField }) {
  const { field, written, onChange, problems } = props;
  const { draft, notice } = written;
  const problemAt = (pointer: string) =>
    problems.find((problem) => problem.pointer === pointer)?.message ?? null;
  if (draft === null) return null;
  const problem = problemAt("/args");
  const takesNone = field.first.length === 0 && field.rest === null;
  return (
    <div className="form" role="group" aria-label="Arguments">
      {notice === null ? null : <p className="note note-warning" role="status">{notice}</p>}
      {takesNone ? <p className="muted">This method takes no arguments.</p> : null}
      <ListItems
        field={field}
        draft={draft}
        onChange={(next) => onChange({ ...written, draft: next, notice: null })}
        pointer="/args"
        problemAt={problemAt}
        Inner={FieldInput}
        addLabel="Add an argument"
      />
      {problem === null ? null : <p className="field-problem">{problem}</p>}
    </div>
  );
}

function JsonInput({ written, onChange, problems }: ArgumentsInputProps) {
  const lines = problems.map(({ pointer, message }) =>
    pointer === "/args" ? message : `${pointer.slice("/args/".length)}: ${message}`
  );
  return (
    <TextArea
      label="Arguments as JSON"
      hint={
        <>
          A list, as in <code>{EXAMPLES.list}</code>. What JSON lacks is written{" "}
          <code>{EXAMPLES.integer}</code> and <code>{EXAMPLES.bytes}</code>.
        </>
      }
      problem={lines.length === 0 ? null : lines.join("; ")}
      rows={8}
      value={written.text}
      onChange={(text) => onChange({ ...written, text })}
    />
  );
}
