/** A span of time: an amount beside its unit. */
import { Field } from "./field.tsx";
import { type Span, SPAN_UNITS } from "./span.ts";

interface SpanInputProps {
  readonly label: string;
  readonly hint?: string;
  readonly problem?: string | null;
  readonly placeholder?: string;
  readonly value: Span;
  readonly onChange: (span: Span) => void;
}

/** One field with two parts. */
export function SpanInput(props: SpanInputProps) {
  const { label, hint, problem, placeholder, value, onChange } = props;
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ids) => (
        <span className="span-input">
          <input
            {...ids}
            inputMode="decimal"
            placeholder={placeholder}
            value={value.amount}
            onChange={({ target }) => onChange({ ...value, amount: target.value })}
          />
          <select
            aria-label={`Unit of ${label.toLowerCase()}`}
            value={value.unit}
            onChange={({ target }) => {
              const chosen = SPAN_UNITS.find((unit) => unit.value === target.value);
              if (chosen !== undefined) onChange({ ...value, unit: chosen.value });
            }}
          >
            {SPAN_UNITS.map((unit) => (
              <option key={unit.value} value={unit.value}>{unit.label}</option>
            ))}
          </select>
        </span>
      )}
    </Field>
  );
}
