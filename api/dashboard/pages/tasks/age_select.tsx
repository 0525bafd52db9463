/** How old tasks may be that are listed. */
import { Select } from "../../ui/field.tsx";

const AGES = [
  { value: "", label: "At any time" },
  { value: "15m", label: "In the last 15 min" },
  { value: "1h", label: "In the last hour" },
  { value: "24h", label: "In the last 24 h" },
  { value: "7d", label: "In the last 7 days" },
] as const;

/** True for a time that the choice has by itself. */
export function isUsualAge(since: string): boolean {
  return AGES.some(({ value }) => value === since);
}

interface AgeSelectProps {
  /** As in the filter. */
  readonly since: string;
  readonly onChange: (since: string) => void;
}

/** The usual ages, and the one that is there, whichever that is. */
export function AgeSelect({ since, onChange }: AgeSelectProps) {
  return (
    <Select
      label="Created"
      value={since}
      options={isUsualAge(since) ? AGES : [...AGES, { value: since, label: "Since a time" }]}
      onChange={onChange}
    />
  );
}
