/** A line of text for which there are usual values. */
import { useId } from "react";
import { Field } from "./field.tsx";

interface SuggestionInputProps {
  readonly label: string;
  readonly problem?: string | null;
  /** What is offered; anything else can be typed, too. */
  readonly suggestions: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The field. */
export function SuggestionInput(props: SuggestionInputProps) {
  const { label, problem, suggestions, value, onChange } = props;
  const list = useId();
  return (
    <Field label={label} problem={problem}>
      {(ids) => (
        <>
          <input
            {...ids}
            list={list}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
          <datalist id={list}>
            {suggestions.map((suggestion) => <option key={suggestion} value={suggestion} />)}
          </datalist>
        </>
      )}
    </Field>
  );
}
