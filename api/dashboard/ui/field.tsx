/** Fields of forms: each with its label, its hint and what is wrong with it. */
import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode | undefined;
  /** What is wrong with the value; null where nothing is. */
  readonly problem?: string | null | undefined;
}

/** What ties a control to its label and the texts below it. */
interface FieldIds {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

/** The frame of a field around its control, which `children` makes with the ids that it gets. */
export function Field(
  { label, hint, problem = null, children }: FieldProps & {
    readonly children: (ids: FieldIds) => ReactNode;
  },
) {
  const id = useId();
  const below = [
    hint === undefined ? null : `${id}-hint`,
    problem === null ? null : `${id}-problem`,
  ]
    .filter((part) => part !== null).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        "aria-describedby": below === "" ? undefined : below,
        "aria-invalid": problem === null ? undefined : true,
      })}
      {hint === undefined ? null : <p id={`${id}-hint`} className="field-hint">{hint}</p>}
      {problem === null ? null : <p id={`${id}-problem`} className="field-problem">{problem}</p>}
    </div>
  );
}

type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value" | "id">;

interface TextInputProps extends FieldProps, InputProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** One line of text, or a number or time by `type`. */
export function TextInput({ label, hint, problem, value, onChange, ...input }: TextInputProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ids) => (
        <input
          type="text"
          {...input}
          {...ids}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface TextAreaProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rows?: number;
}

/** Several lines, for JSON and the like. */
export function TextArea({ label, hint, problem, value, onChange, rows = 6 }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ids) => (
        <textarea
          {...ids}
          rows={rows}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface SelectProps<T extends string> extends FieldProps {
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/** One of a few. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { label, hint, problem, value, options, onChange } = props;
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ids) => (
        <select
          {...ids}
          value={value}
          onChange={({ target }) => {
            const chosen = options.find((option) => option.value === target.value);
            if (chosen !== undefined) onChange(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>{option.label}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

/** On or off, at once. */
export function Switch({ label, checked, onChange, disabled = false }: SwitchProps) {
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
