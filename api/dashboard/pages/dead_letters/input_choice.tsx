/** Whether tasks that run again keep their input, and what they get instead. */
import { Switch, TextArea } from "../../ui/field.tsx";
import { readNewInput } from "./new_input.ts";

interface InputChoiceProps {
  /** What was typed; null: each keeps its own. */
  readonly text: string | null;
  /** What one starts from. */
  readonly initial: string;
  readonly onChange: (text: string | null) => void;
}

/** The switch, and the field. */
export function InputChoice({ text, initial, onChange }: InputChoiceProps) {
  const input = text === null ? null : readNewInput(text);
  return (
    <>
      <Switch
        label="New input for all of them"
        checked={text !== null}
        onChange={(on) => onChange(on ? initial : null)}
      />
      {text === null ? null : (
        <TextArea
          label="Arguments"
          hint="A JSON list: each of the tasks gets these instead of its own."
          rows={8}
          value={text}
          problem={input !== null && !input.ok ? input.problem : null}
          onChange={onChange}
        />
      )}
    </>
  );
}
