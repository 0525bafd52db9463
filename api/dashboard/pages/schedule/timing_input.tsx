/** When a schedule fires. */
import { useMemo } from "react";
import { bindFields } from "../../ui/bind_fields.ts";
import { Select, TextInput } from "../../ui/field.tsx";
import { SpanInput } from "../../ui/span_input.tsx";
import { SuggestionInput } from "../../ui/suggestion_input.tsx";
import { OVERLAPS, type ScheduleForm } from "./schedule_form.ts";

interface TimingInputProps {
  readonly form: ScheduleForm;
  readonly isNew: boolean;
  /** What the server has refused. */
  readonly problem: unknown;
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
export function TimingInput({ isNew, ...binding }: TimingInputProps) {
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  const field = bindFields(binding);
  return (
    <div className="form-grid">
      {isNew ? <TextInput label="Name" {...field("name", "/path")} /> : null}
      <TextInput
        label="Cron expression"
        hint="Minute, hour, day, month, weekday; six fields begin with seconds."
        placeholder="30 3 * * 1-5"
        {...field("cron")}
      />
      <SuggestionInput label="Time zone" suggestions={zones} {...field("timezone")} />
      <Select
        label="While the work before still runs"
        options={OVERLAPS}
        {...field("overlap")}
      />
      <SpanInput
        label="Catch-up window"
        hint="Ticks that come later than this are missed."
        {...field("catchUp", "/catchUpWindowMs")}
      />
      <SpanInput
        label="Jitter"
        hint="Each tick starts later by a share of this."
        {...field("jitter", "/jitterMs")}
      />
    </div>
  );
}
