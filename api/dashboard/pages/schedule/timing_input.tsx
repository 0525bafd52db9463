/** When a schedule fires. */
import { useId, useMemo } from "react";
import { Field, Select, TextInput } from "../../ui/field.tsx";
import { SpanInput } from "../../ui/span_input.tsx";
import { OVERLAPS, type ScheduleForm } from "./schedule_form.ts";

interface TimingInputProps {
  readonly form: ScheduleForm;
  readonly isNew: boolean;
  /** What the server says of the value at a pointer. */
  readonly wrong: (pointer: string) => string | null;
  readonly onChange: (form: ScheduleForm) => void;
}

/** What the server may say something of that stands here. */
export const TIMING_POINTERS: readonly string[] = [
  "/path",
  "/cron",
  "/timezone",
  "/overlap",
  "/catchUpWindowMs",
  "/jitterMs",
];

/** Name, expression, zone, and what happens when something is late. */
export function TimingInput({ form, isNew, wrong, onChange }: TimingInputProps) {
  const set = <K extends keyof ScheduleForm>(field: K) => (value: ScheduleForm[K]) =>
    onChange({ ...form, [field]: value });
  return (
    <div className="form-grid">
      {isNew
        ? (
          <TextInput
            label="Name"
            value={form.name}
            onChange={set("name")}
            problem={wrong("/path")}
          />
        )
        : null}
      <TextInput
        label="Cron expression"
        hint="Minute, hour, day, month, weekday; six fields begin with seconds."
        placeholder="30 3 * * 1-5"
        value={form.cron}
        onChange={set("cron")}
        problem={wrong("/cron")}
      />
      <ZoneInput value={form.timezone} onChange={set("timezone")} problem={wrong("/timezone")} />
      <Select
        label="While the work before still runs"
        value={form.overlap}
        options={OVERLAPS}
        onChange={set("overlap")}
        problem={wrong("/overlap")}
      />
      <SpanInput
        label="Catch-up window"
        hint="Ticks that come later than this are missed."
        value={form.catchUp}
        onChange={set("catchUp")}
        problem={wrong("/catchUpWindowMs")}
      />
      <SpanInput
        label="Jitter"
        hint="Each tick starts later by a share of this."
        value={form.jitter}
        onChange={set("jitter")}
        problem={wrong("/jitterMs")}
      />
    </div>
  );
}

interface ZoneInputProps {
  readonly value: string;
  readonly onChange: (zone: string) => void;
  readonly problem: string | null;
}

/** A time zone by name, with those that the browser knows. */
function ZoneInput({ value, onChange, problem }: ZoneInputProps) {
  const list = useId();
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  return (
    <Field label="Time zone" problem={problem}>
      {(ids) => (
        <>
          <input
            {...ids}
            list={list}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
          <datalist id={list}>
            {zones.map((zone) => <option key={zone} value={zone} />)}
          </datalist>
        </>
      )}
    </Field>
  );
}
